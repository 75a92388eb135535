"""What is to become of a school's users: lists."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from renkei.lms_list import part_of
from renkei.lms_users import Standing, tasks_of, wishes

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def digest(purpose: str, text: str) -> str:
    return hashlib.sha256(f"{purpose} {text}".encode()).hexdigest()


def test_a_list_in_which_all_have_one_id_looks_for_one_address() -> None:
    users = [{"id": "x", "email": f"u{number}@example.jp"} for number in range(500)]
    rows = [{"number": number, "user": user} for number, user in enumerate(users, 2)]
    part = part_of({"school_id": "demo", "as_of": NOW.isoformat(), "rows": rows}, NOW)
    (wish,) = wishes(tasks_of(part, digest), lambda _: Standing()).values()
    assert wish.write
    assert (wish.emails, len(wish.tasks)) == ((wish.write.email,), 500)
