"""Every setting, read once from the environment (and a `.env`), typed, with defaults for one machine."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from shared.errors import Permanent
from shared.grants import Grants
from shared.secrets import NoSecret, SecretsSource, is_arn, read_arns

X264Preset = Literal[
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"
]
Crf = Annotated[int, Field(ge=0, le=51)]
_ADDRESS = r"[!#-'*-+\--9=?A-Z^-~]+@[A-Za-z0-9.-]+"
SENDER = rf'^([^<>@,;:"()\\\x00-\x1f]+ <{_ADDRESS}>|{_ADDRESS})$'
"""`ana@acme.com` or `Ana Silva <ana@acme.com>`, without what headers would want in quotes."""
_KEY = re.compile(r"([A-Za-z0-9+/_-]{43})=?")


class WrongSetting(Permanent):
    """A setting has a value that can't be used; the text names the variable."""


AI_MODELS = {
    # of each family the one that answers in a schema: https://openrouter.ai/docs/features/structured-outputs
    "gpt-4": "openai/gpt-4o",
    "gpt-4-turbo": "openai/gpt-4o",
    "gpt-4o": "openai/gpt-4o",
    "gpt-4o-mini": "openai/gpt-4o-mini",
    "gpt-3.5-turbo": "openai/gpt-4o-mini",
    "claude-3.5-sonnet": "anthropic/claude-3.5-sonnet",
    "claude-3-haiku": "anthropic/claude-3-haiku",
    "gemini-flash-1.5": "google/gemini-flash-1.5",
    "llama-3.1-70b": "meta-llama/llama-3.1-70b-instruct",
    "mistral-large": "mistralai/mistral-large",
}
"""Short names of models, and the ids that OpenRouter has for them."""


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def default_home() -> Path:
    """Where everything is kept unless LEADREEL_HOME says otherwise: the user's data folder."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "leadreel"


class Settings(BaseSettings):
    """The names are those of the environment variables, in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # of a secret that is wrong, too
        populate_by_name=True,
    )

    # where things are
    leadreel_home: Path = Field(default_factory=default_home)
    database_url: str | None = None
    database_iam: bool = False
    database_ca_file: Path | None = None
    database_owner_secret: str | None = None
    database_app_secret: str | None = None
    first_workspace: str | None = Field(None, max_length=300)
    secret_arns: Annotated[dict[str, str], NoDecode] = {}
    aws_s3_bucket: str | None = None
    aws_s3_region: str = "us-east-1"
    storage_grants: Grants | None = None
    video_storage_path: Path | None = None
    recording_storage_path: Path | None = None
    voiceover_storage_path: Path | None = None
    thumbnail_storage_path: Path | None = None

    # what is served
    port: int = Field(8000, ge=1, le=65535)
    public_base_url: str | None = None
    link_signing_key: SecretStr | None = None
    origin_key: SecretStr | None = Field(None, min_length=16)

    # the API: the issuer of tokens, its keys, its pages, the client ids of people's applications; what it
    # starts; who else may ask, and how often
    auth_issuer: str | None = None
    auth_keys_url: str | None = None
    auth_sign_in_url: str = Field("/auth", pattern=r"^(/|https?://)\S*[^/\s]$")
    auth_app_clients: Annotated[tuple[str, ...], NoDecode] = ()
    state_machine_arns: str | None = None
    lambda_architecture: Literal["x86_64", "arm64"] = "x86_64"
    vendors: Annotated[tuple[str, ...], NoDecode] = ()
    webhook_allow_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    secrets_key: SecretStr | None = None
    api_cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    api_requests_per_minute_workspace: int = Field(3000, ge=0, le=1_000_000)
    api_requests_per_minute_token: int = Field(600, ge=0, le=1_000_000)

    # vendors
    elevenlabs_api_key: SecretStr | None = None
    elevenlabs_base_url: str = "https://api.elevenlabs.io"
    elevenlabs_model_id: str = Field(
        "eleven_multilingual_v2",
        validation_alias=AliasChoices("elevenlabs_model_id", "elevenlabs_model"),
    )
    elevenlabs_voice_id: str | None = None
    elevenlabs_voice_name: str | None = None
    elevenlabs_plan: str | None = None
    openrouter_api_key: SecretStr | None = None
    openrouter_base_url: str = "https://openrouter.ai/api/v1"
    openrouter_model: str = "openai/gpt-4o-mini"
    openrouter_fallback_models: Annotated[tuple[str, ...], NoDecode] = ()
    ai_models: Annotated[dict[str, str], NoDecode] = Field(default={}, validate_default=True)
    loom_base_url: str = "https://www.loom.com"

    # mail: who it is from, and what carries it
    from_email: str | None = Field(None, max_length=320, pattern=SENDER)
    mail_by_ses: bool = False
    smtp_server: str | None = None
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None

    # voices: the vendor's voice id for each preset
    voice_professional_male: str = "21m00Tcm4TlvDq8ikWAM"
    voice_professional_female: str = "EXAVITQu4vr4xnSDxMaL"
    voice_casual_male: str = "TxGEqnHWrfWFTfGW9XjX"
    voice_casual_female: str = "jsCqWAovK2LkecY7zXl4"
    voice_technical: str = "pNInz6obpgDQGcFmaJgB"
    voiceover_cache_enabled: bool = True
    voiceover_cache_ttl_days: int = Field(30, ge=0)

    # recording
    recording_allow_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    recording_freshness_hours: int = Field(24, ge=1)
    recording_access_key: SecretStr | None = None
    chromium_path: Path | None = None

    # video
    video_default_resolution: str = Field("1920x1080", pattern=r"^\d{2,3}[02468]x\d{2,3}[02468]$")
    video_max_duration_seconds: int = Field(600, ge=5, le=3600)
    video_watermark_enabled: bool = False
    generate_quality_versions: bool = True
    video_preset_ultra: X264Preset = "veryslow"
    video_preset_high: X264Preset = "slow"
    video_preset_medium: X264Preset = "medium"
    video_preset_fast: X264Preset = "fast"
    video_crf_ultra: Crf = 18
    video_crf_high: Crf = 23
    video_crf_medium: Crf = 28
    video_crf_low: Crf = 32

    @field_validator("recording_allow_hosts", "webhook_allow_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        """`127.0.0.1:8000, intranet:80` becomes a tuple; each must be host:port."""
        if not isinstance(value, str):
            return value
        hosts = tuple(_parts(value))
        for pair in hosts:
            host, colon, port = pair.rpartition(":")
            if not (host and colon and port.isdigit()):
                raise ValueError(f"{pair!r} is not host:port")
        return hosts

    @field_validator(
        "openrouter_fallback_models", "auth_app_clients", "api_cors_origins", "vendors", mode="before"
    )
    @classmethod
    def _split_names(cls, value: object) -> object:
        """`openai/gpt-4o, gpt-4` becomes a tuple."""
        return tuple(_parts(value)) if isinstance(value, str) else value

    @field_validator("api_cors_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not re.fullmatch(r"https?://[^/?#\s]+", origin):
                raise ValueError(f"{origin!r} is no origin, such as https://app.example.com")
        return value

    @field_validator("ai_models", mode="before")
    @classmethod
    def _read_models(cls, value: object) -> object:
        """`gpt-4=openai/gpt-4, mine=acme/model` goes over the short names that there are anyway."""
        if not isinstance(value, str):
            return AI_MODELS | dict(value or {})  # type: ignore[call-overload]
        pairs = [part.partition("=") for part in _parts(value)]
        for name, sign, model in pairs:
            if not (name.strip() and sign and "/" in model):
                raise ValueError(f"{name + sign + model!r} is not name=vendor/model")
        return AI_MODELS | {name.strip().lower(): model.strip() for name, _, model in pairs}

    def models_for(self, asked: str) -> tuple[str, ...]:
        """Whom to ask for a script: the model asked for (or OPENROUTER_MODEL), then the fallbacks."""
        wanted = [asked or self.openrouter_model, *self.openrouter_fallback_models]
        return tuple(dict.fromkeys(self.ai_models.get(name.lower(), name) for name in wanted))

    @field_validator("recording_access_key", "link_signing_key", "secrets_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        """With padding and in the URL-safe alphabet, however it was written."""
        if value is None:
            return None
        found = _KEY.fullmatch(value.get_secret_value())
        if found is None:
            raise ValueError(
                "must be 32 bytes in base64, such as `openssl rand -base64 32 | tr +/ -_` prints"
            )
        return SecretStr(found[1].replace("+", "-").replace("/", "_") + "=")

    @field_validator("secret_arns", mode="before")
    @classmethod
    def _read_arns(cls, value: object) -> object:
        return read_arns(value) if isinstance(value, str) else value

    @field_validator("database_owner_secret", "database_app_secret")
    @classmethod
    def _is_arn(cls, value: str | None) -> str | None:
        if value is not None and not is_arn(value):
            raise ValueError("must be the ARN of a secret: arn:aws:secretsmanager:…")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What comes first wins."""
        secret = (name for name, field in cls.model_fields.items() if field.annotation == SecretStr | None)
        return init_settings, env_settings, dotenv_settings, SecretsSource(settings_cls, frozenset(secret))

    @field_validator("video_default_resolution")
    @classmethod
    def _has_bounds(cls, value: str) -> str:
        """Each side from 160 to 3840 pixels, as the recorder takes them."""
        if not all(160 <= int(side) <= 3840 for side in value.split("x")):
            raise ValueError("each side must be from 160 to 3840 pixels")
        return value

    @property
    def sender(self) -> str | None:
        """Whom mail is from; None if there is nobody whom it can be sent for."""
        carried = self.mail_by_ses or self.smtp_server
        return self.from_email or (None if carried else "Leadreel <leadreel@localhost>")

    @property
    def storage_path(self) -> Path:
        """The folder that stands for the bucket on one machine."""
        return self.leadreel_home / "storage"

    @property
    def base_url(self) -> str:
        """What share links start with, without a slash at the end."""
        return (self.public_base_url or f"http://127.0.0.1:{self.port}").rstrip("/")


def read_settings() -> Settings:
    """Read the settings.

    Raises:
        WrongSetting: naming each variable whose value can't be used, or whose secret can't be read.
        SecretsUnreachable: Secrets Manager did not answer.
    """
    try:
        return Settings()
    except NoSecret as error:
        raise WrongSetting(str(error)) from error
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        )
        raise WrongSetting(f"wrong setting: {wrong}") from error
