"""Slack's teams (its word in ids for a workspace), their hooks, and what was posted. Nothing here knows HTTP."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Keys:
    """What an admin enters to connect: either of the two."""

    bot_token: str
    hook: str


DEMO = Keys("xoxb-demo-token", "/services/T0DEMO/B0DEMO/demoHookSecret")
OTHER = Keys("xoxb-other-token", "/services/T0OTHER/B0OTHER/otherHookSecret")


@dataclass(frozen=True)
class Hook:
    """An incoming hook: it posts into one channel, whoever knows its secret."""

    id: str
    secret: str
    channel: str


@dataclass(frozen=True)
class Message:
    """What was posted into a channel."""

    channel: str
    by: str
    payload: dict[str, object]
    at: datetime


@dataclass
class Team:
    """A team with the app installed: bot tokens, hooks by id, and messages, oldest first."""

    id: str
    name: str
    domain: str
    tokens: set[str]
    hooks: dict[str, Hook]
    messages: list[Message] = field(default_factory=list)

    def new_token(self) -> str:
        """A bot token, as after installing the app anew."""
        token = f"xoxb-{secrets.token_hex(12)}"
        self.tokens.add(token)
        return token


def teams() -> dict[str, Team]:
    """The teams at the start, by id."""
    found = {}
    for keys, name, channel in ((DEMO, "Demo School", "C0DEMO"), (OTHER, "Other School", "C0OTHER")):
        _, _, team, hook, secret = keys.hook.split("/")
        hooks = {hook: Hook(hook, secret, channel)}
        found[team] = Team(team, name, name.lower().replace(" ", "-"), {keys.bot_token}, hooks)
    return found
