from __future__ import annotations

from pathlib import Path

import pytest

from shared.settings import Settings, WrongSetting, read_settings

DOCUMENT = Path(__file__).parents[3] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)


def test_every_setting_is_in_the_document() -> None:
    text = DOCUMENT.read_text()
    assert [name for name in Settings.model_fields if f"`{name.upper()}`" not in text] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("VIDEO_CRF_HIGH", "52"),
        ("VIDEO_PRESET_FAST", "quick"),
        ("VIDEO_DEFAULT_RESOLUTION", "1921x1080"),
        ("VIDEO_DEFAULT_RESOLUTION", "100x100"),
        ("RECORDING_ALLOW_HOSTS", "127.0.0.1"),
        ("WEBHOOK_ALLOW_HOSTS", "127.0.0.1"),
        ("VOICEOVER_CACHE_TTL_DAYS", "-1"),
        ("RECORDING_ACCESS_KEY", "too short"),
        ("RECORDING_ACCESS_KEY", "ñ" * 44),
        ("SECRETS_KEY", "too short"),
        ("SECRETS_KEY", "a" * 42 + "!"),
        ("ORIGIN_KEY", "too short"),
        ("DATABASE_OWNER_SECRET", "a secret's name"),
        ("DATABASE_IAM", "perhaps"),
    ],
)
def test_a_wrong_value_names_its_variable(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match=name):
        read_settings()


def test_a_dotenv_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PORT=9001\nOPENROUTER_MODEL=one/model\nUNKNOWN=1\n")
    monkeypatch.setenv("PORT", "9002")
    settings = read_settings()
    assert (settings.port, settings.openrouter_model) == (9002, "one/model")


def test_a_secret_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEVENLABS_API_KEY", "canary")
    assert "canary" not in repr(read_settings())


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "")
    monkeypatch.setenv("ELEVENLABS_MODEL", "eleven_v3")
    settings = read_settings()
    assert settings.openrouter_api_key is None
    assert settings.elevenlabs_model_id == "eleven_v3"


def test_hosts_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORDING_ALLOW_HOSTS", "127.0.0.1:3000, intranet:80")
    assert read_settings().recording_allow_hosts == ("127.0.0.1:3000", "intranet:80")
