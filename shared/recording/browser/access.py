"""Headers and cookies that let the recorder into a page: secrets of whoever owns the page.

At rest they are one sealed text (`shared.sealing`), bound to the site they are for. Only the functions that
open pages have the key.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.config import JsonDict

from shared.errors import Permanent
from shared.sealing import CannotUnseal as CannotUnseal
from shared.sealing import Sealer
from shared.values import Given

MOST_HEADERS = 50
MOST_COOKIES = 50
MOST_CHARACTERS = 16_000  # of all together: what servers take of a request's head
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")  # RFC 9110, 5.6.2
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{1,8000}")
_COOKIE_VALUE = re.compile(r"[\x20-\x3a\x3c-\x7e]{0,4000}")
_HEADERS_SCHEMA: JsonDict = {
    "propertyNames": {"pattern": f"^{_TOKEN.pattern}$"},
    "additionalProperties": {
        "type": "string", "pattern": "^[ -~]*[!-~][ -~]*$", "maxLength": 8000,
        "format": "password", "writeOnly": True,
    },
}  # fmt: skip
_NOT_OURS = frozenset(
    {
        "connection", "content-length", "cookie", "cookie2", "expect", "host", "http2-settings", "keep-alive",
        "origin", "referer", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
"""Headers that belong to the connection, to the browser or to the page's safety."""


class WrongAccess(Permanent):
    """A header or cookie can't be used; the text names it, and never its value."""


class Cookie(Given):
    """A cookie for the page's site.

    domain: the site's host (so it is when empty) or one above it, whose other hosts get it too.
    http_only: whether it is kept from the page's scripts.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    name: str = Field(max_length=200, json_schema_extra={"pattern": f"^{_TOKEN.pattern}$"})
    value: SecretStr = Field(json_schema_extra={"pattern": f"^{_COOKIE_VALUE.pattern}$"})
    domain: str = Field(default="", max_length=253)
    path: str = Field(default="/", max_length=1000, pattern=r"^/[\x21-\x3a\x3c-\x7e]*$")
    http_only: bool = True

    @field_validator("name")
    @classmethod
    def _is_token(cls, name: str) -> str:
        if not _TOKEN.fullmatch(name):
            raise ValueError("a cookie's name is letters, digits and signs without spaces")
        return name

    @field_validator("value")
    @classmethod
    def _is_one_value(cls, value: SecretStr) -> SecretStr:
        if not _COOKIE_VALUE.fullmatch(value.get_secret_value()):
            raise ValueError("a cookie's value is plain characters without `;` or line breaks, 4000 at most")
        return value

    @field_validator("domain")
    @classmethod
    def _is_host(cls, domain: str) -> str:
        return domain.strip().lstrip(".").lower()


class Access(Given):
    """What is sent to a page's own site with every request.

    headers: to the very origin only (scheme, host, port). cookies: as browsers do, by host.
    site: a URL of that site; empty for the page that is opened, whichever it is.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    headers: dict[str, SecretStr] = Field(
        default={}, max_length=MOST_HEADERS, json_schema_extra=_HEADERS_SCHEMA
    )
    cookies: tuple[Cookie, ...] = Field(default=(), max_length=MOST_COOKIES)
    site: str = ""

    @classmethod
    def parse(cls, **fields: Any) -> Access:
        """Raises WrongAccess naming what can't be used."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False, include_url=False)[0]
            where = " ".join(str(part) for part in first["loc"][:2]) or "headers and cookies"
            raise WrongAccess(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None

    @field_validator("headers")
    @classmethod
    def _can_be_sent(cls, headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
        names = set()
        for name, value in headers.items():
            lower = name.lower()
            if not _TOKEN.fullmatch(name):
                raise ValueError("a header's name is letters, digits and signs without spaces")
            if lower in _NOT_OURS or lower.startswith(("proxy-", "sec-", "access-control-")):
                cure = ": put it among the cookies" if lower == "cookie" else ""
                raise ValueError(f"the header {name} can't be set{cure}")
            if lower in names:
                raise ValueError(f"the header {name} is there twice")
            if not _HEADER_VALUE.fullmatch(value.get_secret_value().strip(" ")):
                raise ValueError(f"the value of {name} must be plain characters without line breaks")
            names.add(lower)
        return {name: SecretStr(value.get_secret_value().strip(" ")) for name, value in headers.items()}

    @model_validator(mode="after")
    def _fits(self) -> Access:
        headers = sum(len(name) + len(value.get_secret_value()) for name, value in self.headers.items())
        cookies = sum(len(cookie.name) + len(cookie.value.get_secret_value()) for cookie in self.cookies)
        if headers + cookies > MOST_CHARACTERS:
            raise ValueError(f"headers and cookies together have more than {MOST_CHARACTERS} characters")
        return self

    def __bool__(self) -> bool:
        return bool(self.headers or self.cookies)


def bound(access: Access, url: str) -> Access:
    """The access as it is for the site of this URL alone.

    Raises:
        WrongAccess: a cookie names a domain that the site is not in.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    for cookie in access.cookies:
        above = "." in cookie.domain and host.endswith(f".{cookie.domain}")
        if cookie.domain and cookie.domain != host and not above:
            raise WrongAccess(f"cookies: the domain {cookie.domain} of {cookie.name} is not that of {host}")
    return access.model_copy(update={"site": url})


def seal(access: Access, key: SecretStr | None) -> str:
    """The access as text that only the key opens; another text each time. Nothing is sealed to an empty text.

    Raises:
        WrongAccess: it is bound to no site.
        CannotUnseal: there is no key.
    """
    if not access:
        return ""
    if not access.site:
        raise WrongAccess("headers and cookies are sealed for one site only: bind them to its URL first")
    content = {
        "site": access.site,
        "headers": {name: value.get_secret_value() for name, value in access.headers.items()},
        "cookies": [
            cookie.model_dump() | {"value": cookie.value.get_secret_value()} for cookie in access.cookies
        ],
    }
    return _sealer(key).seal(json.dumps(content))


def unseal(sealed: str, key: SecretStr | None) -> Access | None:
    """What was sealed; None for an empty text.

    Raises:
        CannotUnseal: naming the cure.
    """
    return Access.parse(**json.loads(_sealer(key).unseal(sealed))) if sealed else None


def _sealer(key: SecretStr | None) -> Sealer:
    return Sealer(
        key,
        "RECORDING_ACCESS_KEY",
        "a page's headers and cookies",
        "save the headers and cookies of the demo site anew",
    )
