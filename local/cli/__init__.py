"""The `renkei` command line: sets a workspace up and looks after its deliveries, through the stack's HTTP API."""
