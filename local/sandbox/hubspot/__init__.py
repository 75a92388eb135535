"""The sandbox HubSpot."""

from local.sandbox.hubspot.app import HubSpot
from local.sandbox.hubspot.tokens import App, demo_key

__all__ = ["App", "HubSpot", "demo_key"]
