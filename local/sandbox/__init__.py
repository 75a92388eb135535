"""Stand-ins for outside systems: WSGI apps that answer in a test or on a port of this machine."""
