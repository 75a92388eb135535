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
class Channel:
    """A channel. In a private one there is only who was invited; who is not in it cannot even see it."""

    id: str
    name: str
    private: bool = False


@dataclass(frozen=True)
class Message:
    """What was posted into a channel; whom it calls, and where its links lead."""

    channel: str
    by: str
    payload: dict[str, object]
    at: datetime
    mentions: list[str]
    links: list[str]


@dataclass
class Team:
    """A team with the app installed: bot tokens, hooks and channels by id, and messages, oldest first."""

    id: str
    name: str
    domain: str
    tokens: set[str]
    hooks: dict[str, Hook]
    channels: dict[str, Channel]
    messages: list[Message] = field(default_factory=list)

    def channel(self, wanted: object) -> Channel | None:
        """A channel by its id, or a public one by its name."""
        known = self.channels.get(str(wanted))
        name = str(wanted).removeprefix("#")
        return known or next((one for one in self.channels.values() if one.name == name and not one.private), None)

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
        channels = (Channel(channel, "sales"), Channel(f"{channel}2", "general"), Channel(f"{channel}3", "board", True))
        by_id = {one.id: one for one in channels}
        found[team] = Team(team, name, name.lower().replace(" ", "-"), {keys.bot_token}, hooks, by_id)
    return found
