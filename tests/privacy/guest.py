"""A guest who tells us everything that can be told."""

from __future__ import annotations

from typing import Any

from tests.harness import Stack, booking

PHONE, COMMENT, REASON = "03-9876-5432", "この件は内密にお願いします", "入院のため"
GUEST = {
    "佐々木", "花子", "Hanako.Sasaki@aozora-shoji.example.jp", "hanako.sasaki", "aozora-shoji.example.jp",
    "青空商事", PHONE, COMMENT, REASON, "zoom.example.com/j/", "pwd=abc", "q7Rw2xKd", "capability-000", "田中 一郎",
    "tanaka@example.co.jp",
}  # fmt: skip


def full(kind: str = "confirmed", number: int = 0, **changes: str | None) -> dict[str, Any]:
    """A booking in which everything is filled in."""
    payload = booking(number, kind=kind, guest_comment=COMMENT, **changes)
    payload["event"]["form"].append({"field_type": "guest_phone", "label": "電話", "value": PHONE})
    payload["event"]["cancellation_reason"] = REASON
    return payload


def states(stack: Stack) -> list[str]:
    return sorted(delivery["state"] for delivery in stack.deliveries())
