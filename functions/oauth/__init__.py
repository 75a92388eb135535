"""Connects a workspace to a vendor account: `/oauth/{vendor}/start` and `/oauth/{vendor}/callback`."""
