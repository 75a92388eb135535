"""An audience's merge fields, and what may be written into them.

https://mailchimp.com/developer/marketing/docs/merge-fields/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from local.sandbox.mailchimp.problems import Refused, invalid, missing

type Json = dict[str, object]

TYPES = ("text", "number", "address", "phone", "date", "url", "imageurl", "radio", "dropdown", "birthday", "zip")
TAG = re.compile(r"[A-Z0-9_]{1,10}")
RESERVED = frozenset(
    ("INTERESTS", "UNSUB", "FORWARD", "REWARDS", "ARCHIVE", "USER_URL", "DATE", "EMAIL", "EMAIL_TYPE", "TO")
)
# What every new audience has: tag, name, type.
FIRST = (
    ("FNAME", "First Name", "text"),
    ("LNAME", "Last Name", "text"),
    ("ADDRESS", "Address", "address"),
    ("PHONE", "Phone Number", "phone"),
    ("BIRTHDAY", "Birthday", "birthday"),
)


@dataclass(frozen=True)
class MergeField:
    """One merge field. Its number never changes, and members keep their values under it."""

    number: int
    tag: str
    name: str
    type: str
    required: bool = False
    choices: tuple[str, ...] = ()

    def shape(self, audience: str) -> Json:
        """As the API gives it."""
        options: Json = {"size": 25} if self.type == "text" else {}
        return {
            "merge_id": self.number,
            "tag": self.tag,
            "name": self.name,
            "type": self.type,
            "required": self.required,
            "default_value": "",
            "public": False,
            "display_order": self.number + 1,
            "options": options | ({"choices": list(self.choices)} if self.choices else {}),
            "help_text": "",
            "list_id": audience,
            "_links": [],
        }


@dataclass
class MergeFields:
    """The merge fields of an audience, by tag, in the order they were made."""

    by_tag: dict[str, MergeField] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        """Start with what every audience has."""
        for tag, name, kind in FIRST:
            self._put(tag, name, kind)

    def add(self, body: Mapping[str, object], most: int) -> MergeField:
        """Make one as POST /lists/{id}/merge-fields asks for; Refused where Mailchimp would refuse."""
        if absent := [name for name in ("name", "type") if not body.get(name)]:
            raise missing(*absent)
        name, kind, tag, required = body["name"], body["type"], body.get("tag", ""), body.get("required", False)
        if not isinstance(name, str) or not isinstance(tag, str):
            raise invalid([("tag" if isinstance(name, str) else "name", "Schema describes string")])
        if kind not in TYPES:
            raise invalid([("type", "Value must be one of: " + ", ".join(TYPES))])
        tag = tag.upper()
        if tag and (TAG.fullmatch(tag) is None or tag in RESERVED):
            raise invalid([("tag", "Merge tags have at most 10 letters, digits or underscores, and some are reserved")])
        if tag in self.by_tag:
            raise Refused("Invalid Resource", f'A Merge Field with the tag "{tag}" already exists for this list.')
        if len(self.by_tag) >= most:
            raise Refused("Invalid Resource", f"A list can have at most {most} merge fields.")
        options = body.get("options")
        choices = options.get("choices", ()) if isinstance(options, dict) else ()
        return self._put(tag, name, str(kind), required=required is True, choices=tuple(map(str, choices)))

    def found(self, number: int) -> MergeField | None:
        """The one with this number."""
        return next((one for one in self.by_tag.values() if one.number == number), None)

    def remove(self, number: int) -> bool:
        """Take one away, and with it what members have in it; False where there is none."""
        one = self.found(number)
        if one is not None:
            del self.by_tag[one.tag]
        return one is not None

    def shown(self, values: Mapping[int, object]) -> Json:
        """A member's values by tag: all tags, empty ones too."""
        return {tag: values.get(one.number, "") for tag, one in self.by_tag.items()}

    def _put(
        self, tag: str, name: str, kind: str, *, required: bool = False, choices: tuple[str, ...] = ()
    ) -> MergeField:
        self.made += 1
        one = MergeField(self.made, tag or f"MMERGE{self.made}", name, kind, required, choices)
        self.by_tag[one.tag] = one
        return one
