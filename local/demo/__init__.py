"""Bookings and deals on their way, for a person to watch: the local stack, and a story told over HTTP only."""
