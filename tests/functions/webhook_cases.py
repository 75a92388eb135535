"""Requests to the webhook routes: recorded bodies with something else in them, and anything else; proved well or badly.

Whatever is put into a body by hand holds a `CANARY`, which no id can hold: where it turns up, personal data would.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.harness import PUBLIC, ROOT, http_event
from tests.layers.mutated import places

WORKSPACE = "demo"
WAY = f"/webhooks/{{}}/{WORKSPACE}"
KEYS = ("whsec_FirstSigningSecretOfOurs+0000000", "whsec_SecondSigningSecretOfOurs0000000")
STRANGER = "whsec_ASigningSecretOfNobody/000000000"
CANARY = "Kanarie ＠ 佐々木"
PERSONAL = (
    "Kanarie", "佐々木", "花子", "青空商事", "aozora", "@", "Juergen", "Gross", "Groß", "Olivia", "Parker", "Liam",
    "hanako", "midori", "Jürgen", "juergen", "usterwerk", "liam", "parker",
    "内密", "会議が入った", "Something came up", "Termin passt", "zoom.example", "q7Rw2xKd", "capability", "room-",
)  # fmt: skip
"""What the recorded bodies, and the canaries in them, tell of people."""
_TIMES = ("2026-12-01T01:00:00+09:00", "2026-12-01T01:00:00Z", "2026-12-01", "0001-01-01T00:00:00+14:00", "24:00", "")
_ID = {"timerex": "6f1c0a9be35d", "calendly": "3e5a7c90", "calcom": '"uid": "________', "lms": "evt_01J00000000"}
"""What to replace (its last eight characters) for a booking of its own; HubSpot's records have numbers."""
_SAMPLES: dict[str, list[tuple[str, list[tuple[Any, ...]]]]] = {}


@dataclass(frozen=True)
class Case:
    """One request; `proved`: whether it holds a valid secret, so that it may be let in."""

    request: dict[str, Any]
    proved: bool
    kind: str
    raw: bytes


def case(random: Random, vendor: str, now: float) -> Case:
    """The next request to a vendor's route, at a moment."""
    body, of_body = random.choices(_BODIES, _SHARES)[0], ""
    raw = body(random, vendor)
    of_body = body.__name__
    headers, raw, proof = _prove(random, vendor, raw, now)
    proved = proof.startswith("good")
    made = http_event("POST", "/webhooks/hubspot" if vendor == "hubspot" else WAY.format(vendor), None, headers)
    made["pathParameters"] = {"vendor": vendor, "workspace": WORKSPACE}
    made |= _packed(random, raw)
    odd = random.randrange(40)
    if odd == 0:
        made["pathParameters"], made["rawPath"], proved = _elsewhere(random, vendor), WAY.format(vendor), False
    elif odd == 1:
        made["headers"], proved = None, False
    elif odd == 2:
        made |= {"body": base64.b64encode(raw).decode() + "!", "isBase64Encoded": True}
        proved = False
    return Case(made, proved, f"{of_body}, {proof}", raw)


def _elsewhere(random: Random, vendor: str) -> dict[str, str] | None:
    names = ("elsewhere", "", "-", "../demo", "DEMO", "demo ", "d" * 500, "デモ", "-digest")
    vendors = ("", "hubspot", "nitte", "x" * 300, vendor.upper())
    return random.choice(
        (
            None,
            {},
            {"vendor": vendor, "workspace": random.choice(names)},
            {"vendor": random.choice(vendors), "workspace": "demo"},
        )
    )


def _packed(random: Random, raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = ""
    if random.random() < 0.5 or text.encode() != raw:
        return {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
    return {"body": text or None, "isBase64Encoded": False}


# Bodies.


def recorded(random: Random, vendor: str) -> bytes:
    """A recorded body as it is, or with up to four things changed."""
    text, paths = random.choice(_samples(vendor))
    if random.random() < 0.7:
        text = _another(random, vendor, text)
    whole = json.loads(text)
    for path in random.choices(paths, k=random.choice((0, 1, 1, 2, 4))):
        _change(random, whole, path)
    return json.dumps(whole, ensure_ascii=random.random() < 0.3).encode(errors="replace")


def _another(random: Random, vendor: str, text: str) -> str:
    """The same of another booking, or of other records."""
    if vendor == "hubspot":
        return re.sub(r'(bjectId": )\d+', lambda found: f"{found[1]}{random.randrange(10**9)}", text)
    return text.replace(_ID[vendor], f"{_ID[vendor][:-8]}{random.randbytes(4).hex()}")


def broken(random: Random, vendor: str) -> bytes:
    """A recorded body, cut or with bytes that are others."""
    raw = bytearray(random.choice(_samples(vendor))[0].encode())
    if random.random() < 0.5:
        return bytes(raw[: random.randrange(len(raw))])
    for _ in range(random.randrange(1, 6)):
        raw[random.randrange(len(raw))] = random.randrange(256)
    return bytes(raw)


def any_json(random: Random, vendor: str) -> bytes:
    """JSON of any shape."""
    return json.dumps(_anything(random, 4)).encode()


def any_bytes(random: Random, vendor: str) -> bytes:
    """Bytes."""
    return random.randbytes(random.randrange(200))


def rare(random: Random, vendor: str) -> bytes:
    """What no sender means: too large, nested too deeply, other encodings, numbers that are none."""
    text = random.choice(_samples(vendor))[0]
    depth = random.choice((50, 99, 100, 101, random.randrange(9_900, 9_999), 100_000))
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: b"[" * depth + b"]" * depth,
        lambda: b'{"event":' * depth + b"1" + b"}" * depth,
        lambda: text[:-1].encode() + b', "filler": ' + b"[" * depth + b"]" * depth + b"}",
        lambda: text.encode("utf-16"),
        lambda: b"\xef\xbb\xbf" + text.encode(),
        lambda: text.replace(":", ":NaN,", 1).encode(),
        lambda: b'{"payload": ' + b"9" * 5000 + b"}",
        lambda: text.encode() + b"\0" * random.randrange(3),
        lambda: text.encode() + text.encode(),
        lambda: b"\xed\xa0\xbd" + text.encode(),
        lambda: text[:-2].encode() + b',"filler":"' + b"x" * random.choice((1000, 270_000)) + b'"}',
    )
    return random.choice(makers)()


_BODIES = (recorded, broken, any_json, any_bytes, rare)
_SHARES = (60, 15, 12, 10, 3)


def _samples(vendor: str) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """The recorded bodies of a vendor, each with the ways to all its places."""
    if vendor not in _SAMPLES:
        texts = [path.read_text("utf-8") for path in sorted((ROOT / "events" / vendor).iterdir())]
        _SAMPLES[vendor] = [(_text(json.loads(text)), _paths(json.loads(text))) for text in texts]
    return _SAMPLES[vendor]


def _text(whole: Any) -> str:
    return json.dumps(whole, ensure_ascii=False).replace('"uid": "', '"uid": "________')


def _paths(whole: Any) -> list[tuple[Any, ...]]:
    ways: dict[int, tuple[Any, ...]] = {id(whole): ()}
    found: list[tuple[Any, ...]] = []
    for holder, name in places(whole):
        way = (*ways[id(holder)], name)
        ways[id(holder[name])] = way
        found.append(way)
    return found


def _change(random: Random, whole: Any, path: tuple[Any, ...]) -> None:
    try:
        for name in path[:-1]:
            whole = whole[name]
        match random.randrange(4):
            case 0:
                del whole[path[-1]]
            case 1:
                whole[path[-1]] = [whole[path[-1]]] * random.randrange(4)
            case _:
                whole[path[-1]] = _anything(random, 2)
    except (KeyError, IndexError, TypeError):
        return  # an earlier change took the place away


def _anything(random: Random, depth: int) -> Any:  # noqa: PLR0911 - a table
    kind = random.randrange(12 if depth else 9)
    match kind:
        case 0:
            return None
        case 1:
            return random.random() < 0.5
        case 2:
            return random.choice((0, -1, 2**70, 1.5, 1e308))
        case 3:
            return random.choice(_TIMES)
        case 4:
            return random.choice(("", "\0", "\ud83d", "𠮷", "x" * 300, "BOOKING_CREATED", "invitee.created"))
        case 9 | 10:
            return [_anything(random, depth - 1) for _ in range(random.randrange(4))]
        case 11:
            names = (CANARY, "value", "uri", "payload", "event", "uid", "attendees", "utm_source", "\ud83d")
            return {random.choice(names): _anything(random, depth - 1) for _ in range(random.randrange(4))}
    return f"{CANARY} {random.randrange(1000)}"


# Proofs.


def _prove(random: Random, vendor: str, raw: bytes, now: float) -> tuple[dict[str, str], bytes, str]:
    """(headers, the body that is sent, how it was proved: `good …` or `bad …`)."""
    header = HEADERS[vendor]
    way = random.choice(_WAYS)
    spelled = random.choice((header, header, header.title(), header.upper()))
    others = {"content-type": "application/json", "x-odd": random.choice(("", CANARY, "\ud83d", "a,b;c=d"))}
    if vendor in ("hubspot", "lms"):  # whose time stands beside the signature
        late = random.randrange(-180, 181) if way == "good" else 0
        if way == "bad time":
            late, way = random.choice((301, 1000, 10**7)) * random.choice((1, -1)), "bad clock"
        now += late
        others |= _timed(vendor, now)
    if way in ("good", "bad clock") and vendor in ("hubspot", "lms"):
        key = random.choice((*KEYS, KEYS[0]))  # the first is the deployment's app's, the other an own app's
        shown = {**others, spelled: proof(vendor, raw, now, key)}
        return shown, raw, "good, own" if (way, vendor) == ("good", "hubspot") and key != KEYS[0] else way
    if way == "good":
        return (
            {**others, spelled: proof(vendor, raw, now + random.randrange(-180, 181), random.choice(KEYS))},
            raw,
            "good",
        )
    if way == "bad key":
        return {**others, spelled: proof(vendor, raw, now, STRANGER)}, raw, way
    if way == "bad body":
        # Where a token is shown and nothing signed, the body is free; then it is the token that is tampered with.
        told = proof(vendor, raw, now, KEYS[0])
        return (
            ({**others, spelled: told + "x"}, raw, way)
            if vendor == "timerex"
            else ({**others, spelled: told}, _tampered(random, raw), way)
        )
    if way == "bad time":
        late = random.choice((181, 1000, 10**7)) * random.choice((1, -1))
        told = proof(vendor, raw, now + late, KEYS[0]) if vendor == "calendly" else proof(vendor, raw, now, "")
        return {**others, spelled: told}, raw, way
    told = proof(vendor, raw, now, KEYS[0]) if way == "bad name" else _forged(random, vendor, raw, now)
    spelled = random.choice(("authorization", "x-signature", "x")) if way == "bad name" else spelled
    return {**others, spelled: told}, raw, way


def _timed(vendor: str, now: float) -> dict[str, str]:
    if vendor == "lms":
        return {"webhook-id": MESSAGE, "webhook-timestamp": f"{now:.0f}"}
    return {"x-hubspot-request-timestamp": f"{now * 1000:.0f}"}


_WAYS = ("good",) * 10 + ("bad key", "bad body", "bad time", "bad name", "bad header")
HEADERS = {
    "timerex": "x-timerex-authorization",
    "calendly": "calendly-webhook-signature",
    "calcom": "x-cal-signature-256",
    "hubspot": "x-hubspot-signature-v3",
    "lms": "webhook-signature",
}
MESSAGE = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"


def proof(vendor: str, raw: bytes, now: float, key: str) -> str:
    """What a vendor would put into its header."""
    if vendor == "timerex":
        return key
    if vendor == "hubspot":
        message = f"POST{PUBLIC}/webhooks/hubspot".encode() + raw + f"{now * 1000:.0f}".encode()
        return base64.b64encode(hmac.digest(key.encode(), message, "sha256")).decode()
    moment = f"{now:.0f}"
    if vendor == "lms":
        secret = base64.b64decode(key.removeprefix("whsec_"))
        mine = hmac.digest(secret, f"{MESSAGE}.{moment}.".encode() + raw, "sha256")
        return f"v1,{base64.b64encode(mine).decode()}"
    message = raw if vendor == "calcom" else moment.encode() + b"." + raw
    made = hmac.digest(key.encode(), message, "sha256").hex()
    return made if vendor == "calcom" else f"t={moment},v1={made}"


def _tampered(random: Random, raw: bytes) -> bytes:
    if not raw:
        return b" "
    at = random.randrange(len(raw))
    return random.choice((raw + b" ", raw[:-1], raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]))


def _forged(random: Random, vendor: str, raw: bytes, now: float) -> str:
    """A header of about the right form, and without a valid secret."""
    told = proof(vendor, raw, now, KEYS[0])
    at = random.randrange(len(told))
    other = random.choice([one for one in "gz!,=\ud83dé" if one != told[at]])
    return random.choice(
        (
            "",
            "no-secret-provided",
            told[:at],
            told[:at] + other + told[at + 1 :],
            f"t={now:.0f},v1=",
            f"t={now:.0f},v1={random.randbytes(32).hex()}",
            random.randbytes(32).hex(),
            f"t={'9' * random.randrange(1, 400)},v1={told[-64:]}",
            f"{told},{told}" if vendor != "calendly" else f"t=1,{told}",
            proof(vendor, b"", now, KEYS[0]) if vendor != "timerex" else KEYS[0][:-1],
            KEYS[1] if vendor != "timerex" else STRANGER,
            "x" * random.randrange(9000),
        )
    )
