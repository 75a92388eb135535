"""Record ids as Salesforce makes them: a key prefix, a number, and three letters that tell upper from lower case.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/field_types.htm#i1435616
"""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def record_id(prefix: str, number: int) -> str:
    """The 18 characters of an id. `prefix` is the three characters of the object: 00D, 005, 00Q."""
    short = f"{prefix}Sb{number:010d}"
    chunks = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(LETTERS[sum(1 << at for at, one in enumerate(chunk) if one.isupper())] for chunk in chunks)
