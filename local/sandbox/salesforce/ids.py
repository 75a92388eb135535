"""Record ids as Salesforce makes them: a key prefix, a number, and three letters that tell upper from lower case.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/field_types.htm#i1435616
"""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
SHORT, LONG = 15, 18


def record_id(prefix: str, number: int) -> str:
    """The 18 characters of an id. `prefix` is the three characters of the object: 00D, 005, 00Q."""
    found = whole_id(f"{prefix}Sb{number:010d}")
    if found is None:
        raise ValueError(f"no id: {prefix}, {number}")
    return found


def number_of(record: str) -> int:
    """The number an id was made with."""
    return int(record[5:15])


def whole_id(text: str) -> str | None:
    """The 18 characters of an id of 15 or 18; None for what is no id."""
    if len(text) not in (SHORT, LONG) or not (text.isascii() and text.isalnum()):
        return None
    chunks = (text[start : start + 5] for start in (0, 5, 10))
    check = "".join(LETTERS[sum(1 << at for at, one in enumerate(chunk) if one.isupper())] for chunk in chunks)
    return text[:SHORT] + check if text[SHORT:].upper() in ("", check) else None
