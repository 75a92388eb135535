"""What the functions of the local stack logged, oldest first."""

from collections.abc import Iterator

from local.stack.deploy import session
from local.stack.places import STACK_NAME

PREFIX = f"/renkei/{STACK_NAME}/"
FUNCTIONS = (
    "webhooks",
    "oauth",
    "api",
    "sweep",
    "daily",
    "dispatch",
    "notices",
    "notice-pages",
    "booking-to-hubspot",
    "booking-to-salesforce",
    "hubspot-to-board",
    "falcana-hubspot",
    "lms-to-hubspot",
    "lms-to-mailchimp",
    "lms-to-slack",
)
_WIDTH = max(map(len, FUNCTIONS))


def lines(endpoint: str, function: str | None = None) -> Iterator[str]:
    """Read the log lines of one of FUNCTIONS, or of all."""
    client = session(endpoint).client("logs", endpoint_url=endpoint)
    names = [group["logGroupName"] for group in client.describe_log_groups(logGroupNamePrefix=PREFIX)["logGroups"]]
    events = [
        (event["timestamp"], name.removeprefix(PREFIX), event["message"].rstrip())
        for name in names
        if function in (None, name.removeprefix(PREFIX))
        for page in client.get_paginator("filter_log_events").paginate(logGroupName=name)
        for event in page["events"]
    ]
    for _, name, message in sorted(events):
        yield f"{name:<{_WIDTH}} {message}"
