"""The users of a new portal who can own records."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Owner:
    """A user who can own records."""

    id: str
    user_id: int
    email: str
    first_name: str
    last_name: str
    archived: bool = False


OWNERS = (
    Owner("41001", 51001, "tanaka@example.co.jp", "太郎", "田中"),
    Owner("41002", 51002, "sato@example.co.jp", "花子", "佐藤"),
    Owner("41003", 51003, "mueller@example.de", "Erika", "Müller"),
    Owner("41004", 51004, "gone@example.co.jp", "Gone", "Away", archived=True),
)
