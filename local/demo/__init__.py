"""Bookings, deals and customers on their way, for a person to watch: the local stack, and a story over HTTP only."""
