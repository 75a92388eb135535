"""Bookings, deals, customers, purchases on their way, for a person to watch: the local stack, a story over HTTP."""
