from __future__ import annotations

import stat
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import SecretStr

from local.catalogue import read_functions
from local.environment import settings_environment
from local.keys import FILES, with_keys
from shared.settings import Settings

FUNCTIONS = Path(__file__).parents[3] / "functions" / "functions.toml"


def test_a_home_makes_its_key_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = with_keys(Settings(leadreel_home=home)).recording_access_key
    assert first is not None
    Fernet(first.get_secret_value())
    assert with_keys(Settings(leadreel_home=home)).recording_access_key == first
    assert with_keys(Settings(leadreel_home=tmp_path / "other")).recording_access_key != first
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (home / "keys").iterdir()}
    assert files == dict.fromkeys(FILES.values(), 0o600)
    assert len({(home / "keys" / name).read_text() for name in files}) == len(FILES)


def test_a_key_that_is_set_wins(tmp_path: Path) -> None:
    key = SecretStr(Fernet.generate_key().decode())
    settings = Settings(leadreel_home=tmp_path / "home", **dict.fromkeys(FILES, key))
    assert with_keys(settings) == settings
    assert not (tmp_path / "home").exists()


def test_only_those_who_open_pages_have_the_key(tmp_path: Path) -> None:
    plain, secrets = settings_environment(with_keys(Settings(leadreel_home=tmp_path)))
    assert "RECORDING_ACCESS_KEY" in secrets
    assert "RECORDING_ACCESS_KEY" not in plain
    functions = read_functions(FUNCTIONS)
    holders = {name for name, one in functions.items() if "RECORDING_ACCESS_KEY" in one.limits.secrets}
    assert holders == {"check_page", "record"}
    signers = {name for name, one in functions.items() if "LINK_SIGNING_KEY" in one.limits.secrets}
    assert signers == {"api"}
