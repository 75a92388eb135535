"""Which blocks Slack takes, and what it makes of the texts in a message.

https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_BLOCKS, MOST_FIELDS, MOST_ELEMENTS = 50, 10, 10
TEXT, HEADER, FIELD, BLOCK_ID = 3000, 150, 2000, 255
TOGETHER = 13_000
"""Characters of all blocks. The documentation is silent; people measured it: slackapi/bolt-js, issue 2509."""
LONGEST = 40_000
"""Characters of a message's `text`."""

_KEYS = {
    "divider": set(),
    "header": {"text"},
    "section": {"text", "fields", "accessory", "expand"},
    "context": {"elements"},
    "image": {"image_url", "alt_text", "title"},
    "actions": {"elements"},
}
_TEXT_KEYS = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
_TAG = re.compile(r"<([^<>]+)>")
_BARE = re.compile(r"https?://[^\s<>|]+")
_MENTION = re.compile(r"!(?:channel|here|everyone)\b|!subteam\^|[@][UW]")


@dataclass(frozen=True)
class Meaning:
    """What the readers of a message get: who is called by it, and where its links lead."""

    mentions: list[str]
    links: list[str]


def refused(payload: Mapping[str, object]) -> tuple[str, list[str]] | None:
    """(error, complaints) of what is wrong with a message's text and blocks; None if Slack takes them."""
    text, blocks = payload.get("text") or "", payload.get("blocks") or []
    if not isinstance(text, str) or len(text) > LONGEST:
        return "msg_too_long", []
    if not isinstance(blocks, list):
        return "invalid_blocks_format", []
    if len(blocks) > MOST_BLOCKS:
        return "invalid_blocks", [f"[ERROR] no more than {MOST_BLOCKS} items allowed [json-pointer:/blocks]"]
    complaints = [f"[ERROR] {one}" for number, block in enumerate(blocks) for one in _block(block, f"/blocks/{number}")]
    if complaints:
        return "invalid_blocks", complaints
    if sum(len(str(told["text"])) for block in blocks for told in _texts(block)) > TOGETHER:
        return "msg_blocks_too_long", []
    return None


def meaning(payload: Mapping[str, Any]) -> Meaning:
    """What a message that was taken says to its readers. Where there are blocks, `text` is for notifications only."""
    blocks = payload.get("blocks") or []
    formatted = [told for block in blocks for told in _texts(block) if told["type"] == "mrkdwn"]
    if not blocks:
        formatted.append({"text": payload.get("text") or ""})
    whole = dict.fromkeys([str(payload.get("text") or ""), *(str(told["text"]) for told in formatted)])
    mentions = [tag for text in whole for tag in _TAG.findall(text) if _MENTION.match(tag)]
    links = [tag.partition("|")[0] for told in formatted for tag in _TAG.findall(str(told["text"])) if ":" in tag]
    for told in formatted:
        if told.get("verbatim") is not True:  # then Slack finds addresses by itself
            links += _BARE.findall(_TAG.sub(" ", str(told["text"])))
    return Meaning(mentions, [link for link in links if not link.startswith(("!", "@", "#"))])


def _block(block: object, place: str) -> Iterator[str]:
    kind = block.get("type") if isinstance(block, dict) else None
    if not isinstance(block, dict) or kind not in _KEYS:
        yield f"unsupported type: {kind} [json-pointer:{place}/type]"
        return
    for name in sorted(block.keys() - _KEYS[kind] - {"type", "block_id"}):
        yield f"no such key: {name} [json-pointer:{place}]"
    if not isinstance(block.get("block_id", ""), str) or len(block.get("block_id", "")) > BLOCK_ID:
        yield f"must be less than {BLOCK_ID + 1} characters [json-pointer:{place}/block_id]"
    match kind:
        case "header":
            yield from _text(block.get("text"), f"{place}/text", HEADER, kinds=("plain_text",))
        case "section":
            yield from _section(block, place)
        case "context":
            elements = block.get("elements")
            if not isinstance(elements, list) or not 1 <= len(elements) <= MOST_ELEMENTS:
                yield f"1 to {MOST_ELEMENTS} items expected [json-pointer:{place}/elements]"
                return
            for number, element in enumerate(elements):
                yield from _text(element, f"{place}/elements/{number}", TEXT)


def _section(block: Mapping[str, object], place: str) -> Iterator[str]:
    fields = block.get("fields", [])
    if "text" in block:
        yield from _text(block["text"], f"{place}/text", TEXT)
    if not isinstance(fields, list) or len(fields) > MOST_FIELDS or not ("text" in block or fields):
        yield f"1 to {MOST_FIELDS} fields, or a text, expected [json-pointer:{place}]"
        return
    for number, entry in enumerate(fields):
        yield from _text(entry, f"{place}/fields/{number}", FIELD)


def _text(told: object, place: str, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    kind = told.get("type") if isinstance(told, dict) else None
    if not isinstance(told, dict) or kind not in kinds or told.keys() - _TEXT_KEYS[str(kind)]:
        yield f"failed to match all allowed schemas [json-pointer:{place}]"
    elif not isinstance(told.get("text"), str) or not told["text"]:
        yield f"must be more than 0 characters [json-pointer:{place}/text]"
    elif len(told["text"]) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{place}/text]"


def _texts(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All text objects of a block that was taken; those of an image or of actions are not looked at."""
    if block["type"] not in {"header", "section", "context"}:
        return
    fields, elements = block.get("fields", []), block.get("elements", [])
    for told in (block.get("text"), *fields, *elements):
        if isinstance(told, dict) and told.get("type") in _TEXT_KEYS:
            yield told
