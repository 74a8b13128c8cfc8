"""Which neighbouring words are groups of digits of one number."""

from __future__ import annotations

import re
from collections.abc import Sequence

_FIRST = re.compile(r"[^\w.,]*[1-9][0-9]{0,2}")
_NEXT = re.compile(r"[0-9]{3}")
_LAST = re.compile(r"[0-9]{3}(?![0-9]|[.,][0-9])\S*")
_DIALLED = re.compile(r"[(+]{0,2}[0-9]{1,4}\)?(?:[-.][0-9]{2,4})*[.,;:!?)]*")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def thousands(words: Sequence[str], index: int) -> int:
    """How many words from an index are one number with its thousands apart, such as 10 000; 1 for none."""
    if not _FIRST.fullmatch(words[index]):
        return 1
    length = 1
    while index + length < len(words) and _LAST.fullmatch(words[index + length]):
        length += 1
        if not _NEXT.fullmatch(words[index + length - 1]):
            break
    return length


def telephone_words(words: Sequence[str]) -> frozenset[int]:
    """The indexes of the words that make up telephone numbers, in two groups or more."""
    found: set[int] = set()
    start = 0
    while start < len(words):
        end = start
        while end < len(words) and _DIALLED.fullmatch(words[end]):
            end += 1
            if words[end - 1][-1] in ".,;:!?" or "".join(words[end : end + 1]).startswith("+"):
                break
        if _telephone(words[start:end]):
            found |= set(range(start, end))
        start = max(end, start + 1)
    return frozenset(found)


def _telephone(words: Sequence[str]) -> bool:
    groups = [group for word in words for group in re.findall("[0-9]+", word)]
    digits = sum(map(len, groups))
    if len(words) < 2 or not 7 <= digits <= 15:
        return False
    if words[0][0] in "+(" or groups[0][0] == "0":
        return True
    if "000" in groups or len(groups) < 3 or any(_YEAR.fullmatch(group) for group in groups):
        return False
    lengths = [len(group) for group in groups]
    return min(lengths) > 1 and 2 < max(lengths) < 5
