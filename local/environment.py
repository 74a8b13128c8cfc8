"""The scrubbed environment that a worker starts with: what Lambda would give it, and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from local.catalogue import REGION, Function
from shared.settings import Settings

# Where programs, fonts, browsers, certificates and proxies are on this machine.
PASSED_ON = (
    "PATH", "HOME", "LOG_LEVEL", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE",
    "PLAYWRIGHT_BROWSERS_PATH", "XDG_CACHE_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip

OF_AN_ACCOUNT = {
    "aws_s3_bucket", "database_url", "database_iam", "database_ca_file", "database_owner_secret",
    "database_app_secret", "first_workspace", "secret_arns", "storage_grants",
}  # fmt: skip
"""Settings that workers on one machine don't get."""


@dataclass(frozen=True)
class WorkerEnvironment:
    """What every worker's environment is made of.

    machine: the variables named in PASSED_ON, from the environment of whoever started the runtime.
    settings: by variable name; secrets: likewise, each handed only to functions that list it.
    database_url: for functions with a database; owner_url: for `migrate`. of_states: for functions that talk
    to Step Functions. of_api: for `api` alone.
    """

    task_root: Path
    machine: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    database_url: str = ""
    owner_url: str = ""
    of_states: Mapping[str, str] = field(default_factory=dict)
    of_api: Mapping[str, str] = field(default_factory=dict)

    def of(self, function: Function, api_address: str, scratch: Path) -> dict[str, str]:
        """The whole environment of one worker."""
        limits = function.limits
        made = {
            **{name: self.machine[name] for name in PASSED_ON if name in self.machine},
            **self.settings,
            **{name: self.secrets[name] for name in limits.secrets if name in self.secrets},
            "STORAGE_GRANTS": limits.grants(function.name).model_dump_json(),
            "AWS_LAMBDA_RUNTIME_API": api_address,
            "AWS_LAMBDA_FUNCTION_NAME": function.full_name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(limits.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.full_name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"local/{scratch.name}",
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "_HANDLER": function.handler,
            "LAMBDA_TASK_ROOT": str(self.task_root),
            "PYTHONPATH": str(self.task_root),
            "TMPDIR": str(scratch),
            "TZ": "UTC",
        }
        made.setdefault("LANG", "C.UTF-8")
        if limits.database:
            made["DATABASE_URL"] = self.owner_url if function.name == "migrate" else self.database_url
        if limits.states:
            made |= self.of_states
        return {**made, **self.of_api} if function.name == "api" else made


def allow_demo(settings: Settings, demo_url: str) -> Settings:
    """The settings with which the demo site may be filmed, if there is one; it is on this machine."""
    if not demo_url:
        return settings
    allowed = (*settings.recording_allow_hosts, demo_url.removeprefix("http://"))
    return settings.model_copy(update={"recording_allow_hosts": allowed})


def settings_environment(settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
    """(settings, secrets) that were set, as environment variables; paths absolute.

    What is of an AWS account is left out: on one machine the rows and objects are the home's, and secrets
    were fetched by whoever read the settings.

    LEADREEL_HOME is always among them: its default depends on who asks.
    """
    plain, secret = {}, {}
    for name in sorted(settings.model_fields_set | {"leadreel_home"}):
        value = getattr(settings, name)
        if name in OF_AN_ACCOUNT or value is None:
            continue
        if isinstance(value, SecretStr):
            secret[name.upper()] = value.get_secret_value()
        else:
            plain[name.upper()] = _text(value)
    return plain, secret


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}={part}" for name, part in value.items())
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value.absolute()) if isinstance(value, Path) else str(value)
