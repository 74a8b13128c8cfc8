from __future__ import annotations

from pathlib import Path

import pytest

from functions.catalogue import Limits
from local.catalogue import Function
from local.environment import WorkerEnvironment, settings_environment
from shared.settings import Settings


def function(name: str = "voice", **limits: object) -> Function:
    return Function(
        name, "f.handler", Limits.model_validate({"memory_mb": 512, "timeout_seconds": 3, **limits})
    )


ENVIRONMENT = WorkerEnvironment(
    task_root=Path("/project"),
    machine={"PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "x", "DATABASE_URL": "x", "HTTPS_PROXY": "http://p"},
    settings={"PORT": "8000"},
    secrets={"ELEVENLABS_API_KEY": "eleven", "OPENROUTER_API_KEY": "router"},
    database_url="postgresql://app",
    owner_url="postgresql://owner",
)


def test_a_function_gets_only_what_is_its_own() -> None:
    made = ENVIRONMENT.of(function(secrets=("ELEVENLABS_API_KEY",)), "127.0.0.1:1", Path("/s/voice-1"))
    assert made["ELEVENLABS_API_KEY"] == "eleven"
    assert made["HTTPS_PROXY"] == "http://p"
    assert made["AWS_LAMBDA_FUNCTION_NAME"] == "leadreel-voice"
    assert made["PORT"] == "8000"
    for absent in ("OPENROUTER_API_KEY", "AWS_SECRET_ACCESS_KEY", "DATABASE_URL"):
        assert absent not in made


def test_only_migrations_run_as_the_owner() -> None:
    made = ENVIRONMENT.of(function(database=True), "127.0.0.1:1", Path("/s/voice-1"))
    assert made["DATABASE_URL"] == "postgresql://app"
    made = ENVIRONMENT.of(function("migrate", database=True), "127.0.0.1:1", Path("/s/migrate-1"))
    assert made["DATABASE_URL"] == "postgresql://owner"


def test_settings_become_variables_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "LEADREEL_HOME": "home",
        "RECORDING_ALLOW_HOSTS": "127.0.0.1:80, intranet:81",
        "ELEVENLABS_MODEL": "turbo",
        "ELEVENLABS_API_KEY": "secret",
        "DATABASE_URL": "postgresql://elsewhere",
        "VOICEOVER_CACHE_ENABLED": "false",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    plain, secrets = settings_environment(settings)
    assert secrets == {"ELEVENLABS_API_KEY": "secret"}
    assert "DATABASE_URL" not in plain
    assert plain["LEADREEL_HOME"] == str(tmp_path / "home")
    for name in ("ELEVENLABS_MODEL", *secrets):
        monkeypatch.delenv(name)
    for name, value in plain.items():
        monkeypatch.setenv(name, value)
    again = Settings()
    assert again.recording_allow_hosts == ("127.0.0.1:80", "intranet:81")
    assert (again.elevenlabs_model_id, again.voiceover_cache_enabled) == ("turbo", False)


def test_what_is_of_an_account_stays_with_whoever_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:none-abcdef"
    settings = Settings(
        _env_file=None,
        secret_arns=f"OPENROUTER_API_KEY={arn}",
        openrouter_api_key="read already",
        database_iam=True,
        database_owner_secret=arn,
        first_workspace="Acme",
    )
    plain, secrets = settings_environment(settings)
    assert set(plain) == {"LEADREEL_HOME"}
    assert secrets == {"OPENROUTER_API_KEY": "read already"}


def test_models_become_a_variable_again(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, _ = settings_environment(Settings(_env_file=None, ai_models="mine=acme/model"))
    monkeypatch.setenv("AI_MODELS", plain["AI_MODELS"])
    assert Settings(_env_file=None).ai_models["mine"] == "acme/model"


def test_the_home_is_handed_on_even_where_it_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADREEL_HOME", raising=False)
    settings = Settings(_env_file=None)
    plain, _ = settings_environment(settings)
    assert plain["LEADREEL_HOME"] == str(settings.leadreel_home)
