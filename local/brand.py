"""Reading how the sender's brand speaks from a JSON file."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.errors import Permanent
from shared.scripting import Brand


class WrongBrand(Permanent):
    """The file of a brand can't be used; the text names it and the field."""


def read_brand(path: Path) -> Brand:
    """The brand in a JSON file: an object with `tone`, `use` and `avoid`, each of which may be left out.

    Raises:
        WrongBrand: naming the file, and the first field that can't be used.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WrongBrand(f"the brand {path} can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise WrongBrand(f"the brand {path} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise WrongBrand(f"the brand {path} is no object with {', '.join(Brand.model_fields)}")
    try:
        return Brand.model_validate(found)
    except ValidationError as error:
        raise WrongBrand(f"the brand {path}: {_first(error.errors()[0])}") from error


def _first(wrong: ErrorDetails) -> str:
    """`use 3: must be text`: the field, counted from 1 inside it, and what is wrong with it."""
    field = " ".join(str(part + 1 if isinstance(part, int) else part) for part in wrong["loc"])
    longest = f"must be no longer than {wrong.get('ctx', {}).get('max_length')}"
    what = {
        "tuple_type": "must be a list",
        "string_type": "must be text",
        "too_short": "must not be empty",
        "string_too_short": "must not be empty",
        "too_long": longest,
        "string_too_long": longest,
        "extra_forbidden": f"is not known; there are {', '.join(Brand.model_fields)}",
    }.get(wrong["type"], wrong["msg"][:1].lower() + wrong["msg"][1:])
    return f"{field}: {what}"
