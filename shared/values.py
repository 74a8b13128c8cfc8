"""The base of what stages hand to each other as JSON, and text as people type it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, cast

from annotated_types import GroupedMetadata
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

UNBROKEN = r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
"""For patterns: no control character and no white space, spelled out, since `\\s` of the schemas that callers
read (ECMA-262) is not the one of who checks."""


class Value(BaseModel):
    """An immutable value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_NESTED = ("schema", "fields", "choices", "items_schema", "keys_schema", "values_schema", "definitions")


def _exact(node: Any, cls: type) -> Any:
    """A core schema with its plain types exact; models in it see to their own."""
    if isinstance(node, list | tuple):
        return type(node)(_exact(each, cls) for each in node)
    if not isinstance(node, dict):
        return node
    match node.get("type"):
        case "bool":
            return node | {"strict": True}
        case "int" | "float":
            return core_schema.no_info_before_validator_function(_number, cast(CoreSchema, node))
        case "datetime":
            return core_schema.no_info_before_validator_function(_time, cast(CoreSchema, node))
        case "model" if node["cls"] is not cls:
            return node
    changed = dict(node)
    for name in _NESTED:
        inside = node.get(name)
        if name in ("fields", "choices") and isinstance(inside, dict):
            changed[name] = {key: _exact(each, cls) for key, each in inside.items()}
        elif inside is not None:
            changed[name] = _exact(inside, cls)
    return changed


def _number(value: Any) -> Any:
    if isinstance(value, bool | str | bytes):
        raise PydanticCustomError("number_type", "Input should be a number")
    return value


def _time(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and re.match(r"[0-9]{4}-[0-9]{2}-", value)):
        return value
    raise PydanticCustomError("time_type", "Input should be a date and time of ISO 8601")


class Given(Value):
    """What somebody gives as JSON: of the very types that its schema says. By themselves, models take "5" for
    a number, 0 for false and 1700000000 for a time."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        exact: CoreSchema = _exact(handler(source), cls)
        return exact


REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _plain(text: str) -> str:
    """Line breaks and tabs become spaces; control characters, and those that reorder what follows, go."""
    spaced = " ".join(text.split())
    kept = "".join(c for c in spaced if unicodedata.category(c) != "Cc" and c not in REORDERING)
    return kept if any(unicodedata.category(c)[0] in "LNPS" for c in kept) else ""


def _plain_lines(text: str) -> str:
    return "\n".join(map(_plain, text.splitlines())).strip()


Text = Annotated[str, AfterValidator(_plain), StringConstraints(strip_whitespace=True)]
Paragraphs = Annotated[str, AfterValidator(_plain_lines)]
"""Text that keeps its line breaks."""


@dataclass(frozen=True)
class Length(GroupedMetadata):
    """How long a text may be, in characters: as it is given, and as it is kept."""

    most: int
    least: int = 0

    def __iter__(self) -> Iterator[object]:
        yield Field(min_length=self.least or None, max_length=self.most)
        yield BeforeValidator(self._given)

    def _given(self, text: Any) -> Any:
        if isinstance(text, str) and len(text) > self.most:
            raise PydanticKnownError("string_too_long", {"max_length": self.most})
        return text


Name = Annotated[Text, Length(300, least=1)]
