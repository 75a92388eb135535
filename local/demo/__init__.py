"""A booking on its way into HubSpot, for a person to watch: the local stack, and a story told over HTTP only."""
