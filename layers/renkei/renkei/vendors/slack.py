"""Slack, to be written to: one message into one channel, by an incoming hook or by a bot token.

Slack takes the same message twice: whoever gets no answer cannot know, nor look, whether it was posted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from renkei.budgets import FREE, Budget
from renkei.errors import Misconfigured, Outcome, Reconnect, Rejected, Retry
from renkei.http import Answer, Client
from renkei.vendors.slack_account import KEY, api, hook_of, hook_refusal, token_of, token_refusal

_PUBLIC = "chat:write.public"
_CODE = re.compile(r"[a-z_]{1,60}")
_BAD_REQUEST, _CONFLICT, _NOT_THERE = 400, 409, (404, 410)
_OF_MESSAGE = re.compile(r".*(payload|json|form|argument|block|attachment|text|msg|message).*")
"""Codes of a hook that speak of what was posted: the list of them is nowhere whole."""
_CHANNEL = {"channel_not_found", "is_archived", "not_in_channel"}
_RESTRICTED = "restricted_action"  # and some that begin so
_MESSAGE = {
    "invalid_arguments", "invalid_blocks", "invalid_blocks_format", "invalid_json", "json_not_object",
    "msg_blocks_too_long", "msg_too_long", "no_text",
}  # fmt: skip


@dataclass(frozen=True)
class Message:
    """A message: its blocks, and the text for notifications and for who sees no blocks. Both escaped already."""

    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()

    @property
    def payload(self) -> dict[str, Any]:
        """As it is sent. Links in it are not opened by Slack to be shown below it."""
        return {"text": self.text, "blocks": list(self.blocks), "unfurl_links": False, "unfurl_media": False}


@dataclass(frozen=True)
class Channel:
    """A channel as a bot sees it. `open`: it may post there, if nobody restricted it."""

    archived: bool
    open: bool


class Slack:
    """Posts for one connection. `hooks`: by a hook, which has a channel of its own. `calls` counts the calls.

    Raises Outcomes: Reconnect where the hook or the token is over, Misconfigured("slack_channel") where a channel is
    not to be posted into, Rejected("slack_message") where a message is none, else as renkei.http. A Retry but for
    "vendor_rate" and "budget_used" leaves open whether the message was posted.
    """

    def __init__(self, session: requests.Session, secrets: Mapping[str, Any], budget: Budget = FREE) -> None:
        self.hooks = "hook_url" in secrets
        if self.hooks:
            hook_of(secrets["hook_url"])
            self._client = Client(KEY, secrets["hook_url"], session, None, _hook_refused, budget=budget)
        else:
            headers = {"authorization": f"Bearer {token_of(secrets)}"}
            self._client = Client(KEY, api(), session, None, _refused, headers=headers, budget=budget)

    @property
    def calls(self) -> int:
        """The calls so far."""
        return self._client.calls

    def post(self, message: Message, channel: str = "") -> None:
        """Post a message: by a hook into its own channel, else into `channel` (an id, or #name of a public one)."""
        if self.hooks:
            self._by_hook(message)
        else:
            self._by_token(message, channel)

    # https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
    def _by_hook(self, message: Message) -> None:
        answer = self._client.call("POST", "", json=message.payload, plain=True)
        if answer.text.strip() != "ok":
            raise Retry("vendor_garbled", vendor=KEY)

    # https://docs.slack.dev/reference/methods/chat.postMessage
    def _by_token(self, message: Message, channel: str) -> None:
        self._asked("POST", "/chat.postMessage", channel, json=message.payload | {"channel": channel})

    # https://docs.slack.dev/reference/methods/conversations.info
    def channel(self, id_: str) -> Channel | None:
        """What a channel is; None if the token may not look. Misconfigured("slack_channel") if it sees none."""
        try:
            answer = self._asked("GET", "/conversations.info", id_, params={"channel": id_})
        except Reconnect as end:
            if end.code == "slack_scope_missing":
                return None
            raise
        told = answer.body.get("channel")
        if not isinstance(told, dict):
            raise Retry("vendor_garbled", vendor=KEY)
        scopes = {name.strip() for name in answer.headers.get("x-oauth-scopes", "").split(",")}
        public = told.get("is_private") is False and _PUBLIC in scopes
        return Channel(told.get("is_archived") is True, told.get("is_member") is True or public)

    def _asked(self, method: str, path: str, channel: str, **request: Any) -> Answer:
        """A method's answer if it is ok. Nearly all of its refusals come with status 200."""
        answer = self._client.call(method, path, **request)
        if isinstance(answer.body, dict) and answer.body.get("ok") is True:
            return answer
        raise self._client.held(_about(channel, answer) or _refused(answer), answer.status)


def _about(channel: str, answer: Answer) -> Outcome | None:
    """What a refusal says about the channel or the message; None if it is about neither."""
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    if not isinstance(error, str) or not _CODE.fullmatch(error):
        return None
    if error in _CHANNEL or error.startswith(_RESTRICTED):
        return Misconfigured("slack_channel", vendor=KEY, channel=channel, problem=error)
    return Rejected("slack_message", vendor=KEY, problem=error) if error in _MESSAGE else None


def _refused(answer: Answer) -> Outcome:
    return _clash(answer) or token_refusal(answer)


def _hook_refused(answer: Answer) -> Outcome | None:
    """A hook's answer: about the connection, about the message where Slack says what is wrong with it, or None.

    What Slack calls neither of the two would be said to the next message as well, so that it is about the connection.
    """
    said = answer.text.strip()
    if end := _clash(answer) or hook_refusal(answer):
        return end
    if answer.status in _NOT_THERE:
        return Reconnect("hook_gone", vendor=KEY)
    if answer.status == _BAD_REQUEST and _CODE.fullmatch(said):
        if _OF_MESSAGE.fullmatch(said):
            return Rejected("slack_message", vendor=KEY, problem=said)
        return Reconnect("slack_hook_unclear", vendor=KEY) if "_" in said else None
    return None


def _clash(answer: Answer) -> Outcome | None:
    """A message clashes with nothing: who says so is not Slack itself."""
    return Retry("vendor_busy", vendor=KEY, status=str(answer.status)) if answer.status == _CONFLICT else None
