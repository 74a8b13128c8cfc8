"""Web and mail addresses as they are dictated: acme dot com slash pricing."""

from __future__ import annotations

import re

from shared.voice.reading.numerals import Numerals
from shared.voice.reading.vocabulary import Vocabulary

_ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)?(?P<user>[\w.+-]+@)?(?:www\.)?"
    r"(?P<host>(?:[\w-]+\.)+)(?P<end>[a-z]{2,}|[A-Z]{2,})(?P<port>:[0-9]+)?(?P<path>/[^?#]*)?(?:[?#].*)?"
)


def read_address(word: str, vocabulary: Vocabulary) -> str | None:
    """What is said for an address, without scheme, `www`, query and fragment. None if it is none."""
    found = _ADDRESS.fullmatch(word)
    if found is None:
        return None
    host, end = found["host"].lower() if found["host"].isupper() else found["host"], found["end"].lower()
    if end in vocabulary.spelled:
        end = " ".join(end.upper())
    path = (found["port"] or "") + (found["path"] or "").rstrip("/")
    parts = [_dictated(part, vocabulary) for part in (found["user"] or "", host)]
    return " ".join(" ".join([*parts, end, _dictated(path, vocabulary)]).split())


def _dictated(text: str, vocabulary: Vocabulary) -> str:
    said = []
    for part in re.findall(r"[0-9]+|[^\W0-9_]+|[\W_]", text):
        if part[0] in "0123456789":
            said.append(Numerals(vocabulary).number(part))
        else:
            said.append(part if part.isalnum() else vocabulary.in_addresses.get(part, ""))
    return " ".join(said)
