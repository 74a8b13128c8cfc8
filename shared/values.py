"""The base of what stages hand to each other as JSON, and text as people type it."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class Value(BaseModel):
    """An immutable value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _plain(text: str) -> str:
    """Line breaks and tabs become spaces; control characters, and those that reorder what follows, go."""
    spaced = " ".join(text.split())
    kept = "".join(c for c in spaced if unicodedata.category(c) != "Cc" and c not in REORDERING)
    return kept if any(unicodedata.category(c)[0] in "LNPS" for c in kept) else ""


Text = Annotated[str, AfterValidator(_plain), StringConstraints(strip_whitespace=True)]
Name = Annotated[Text, Field(min_length=1, max_length=300)]
