"""Secrets in AWS Secrets Manager: settings that SECRET_ARNS names, and secrets that are JSON, by their ARN.

A setting is fetched once in a process. Errors name the secret, never what it says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeGuard

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from shared.errors import Permanent, Retryable

UNSET = "unset"
"""What stands in a secret that somebody has yet to set: it counts as none."""
_PASSING = {"InternalServiceError", "ThrottlingException", "RequestTimeout", "ServiceUnavailable"}


class NoSecret(Permanent):
    """A secret is not there, may not be read, or is no use; the text says which and what to do."""


class SecretsUnreachable(Retryable):
    """Secrets Manager did not answer."""


def read_arns(text: str) -> dict[str, str]:
    """`NAME=arn, NAME=arn` as a dict. Raises ValueError."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    for name, _, arn in pairs:
        if not name.strip() or not is_arn(arn.strip()):
            raise ValueError(f"{name.strip()!r} is not NAME=arn:aws:secretsmanager:…")
    return {name.strip(): arn.strip() for name, _, arn in pairs}


def is_arn(text: object) -> TypeGuard[str]:
    """Whether that is the ARN of a secret: arn:partition:secretsmanager:region:account:secret:name."""
    parts = text.split(":", 6) if isinstance(text, str) else []
    return len(parts) == 7 and parts[0] == "arn" and parts[2] == "secretsmanager" and parts[5] == "secret"


class SecretsSource(PydanticBaseSettingsSource):
    """The last of the sources of settings: secrets that SECRET_ARNS names and that nothing else has set.

    names: of the settings that are secrets.
    """

    def __init__(self, settings: type[BaseSettings], names: frozenset[str]) -> None:
        super().__init__(settings)
        self._names = names

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The port's other method: of one setting."""
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Raises NoSecret, SecretsUnreachable."""
        given = self.current_state.get("secret_arns")
        try:
            arns: Mapping[str, str] = read_arns(given) if isinstance(given, str) else given or {}
        except ValueError as error:
            raise NoSecret(f"wrong setting: SECRET_ARNS: {error}") from error
        found = {}
        for variable, arn in arns.items():
            name = variable.lower()
            if name not in self._names:
                raise NoSecret(f"wrong setting: SECRET_ARNS: {variable} is no setting that is a secret")
            if self.current_state.get(name) is None:
                value = _fetch_once(arn, variable)
                if value != UNSET:
                    found[name] = value
        return found


def fetch_secret(arn: str, variable: str) -> str:
    """The text of a secret, as it is now. variable: the setting that names it, for errors.

    Raises NoSecret, SecretsUnreachable.
    """
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnection

    said = f"{variable}: the secret {arn}"
    try:
        value = _client(arn.split(":")[3]).get_secret_value(SecretId=arn).get("SecretString")
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _PASSING or status >= 500:
            raise SecretsUnreachable(f"{said} could not be read for now ({code})") from error
        raise NoSecret(f"{said} can't be read ({code}): {_cure(code, arn)}") from error
    except (HTTPClientError, NoConnection) as error:
        raise SecretsUnreachable(f"{said} could not be read for now ({type(error).__name__})") from error
    except BotoCoreError as error:
        raise NoSecret(
            f"{said} can't be read ({type(error).__name__}): it takes the role of a function, or AWS_PROFILE"
        ) from error
    if not value:
        raise NoSecret(f"{said} holds no text: {_cure('', arn)}")
    return str(value)


_fetch_once = cache(fetch_secret)


def fetch_fields(arn: str, variable: str) -> dict[str, Any]:
    """A secret that is a JSON object, as RDS keeps who signs in: as it is now, for these are rotated.

    Raises NoSecret, SecretsUnreachable.
    """
    try:
        fields = json.loads(fetch_secret(arn, variable))
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise NoSecret(f"{variable}: the secret {arn} is no JSON object")
    return fields


def _cure(code: str, arn: str) -> str:
    if code == "AccessDeniedException":
        return "let the function's role do secretsmanager:GetSecretValue on it"
    return f"`aws secretsmanager put-secret-value --secret-id {arn} --secret-string …` sets it"


@cache
def _client(region: str) -> Any:
    import boto3  # costs 100 ms, and only what has something to fetch needs it
    from botocore.config import Config

    waiting = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 3})
    return boto3.client("secretsmanager", region_name=region, config=waiting)
