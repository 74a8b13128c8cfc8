from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from local.catalogue import read_functions
from local.environment import settings_environment
from local.keys import FILES, with_keys
from shared.settings import Settings

FUNCTIONS = Path(__file__).parents[3] / "functions" / "functions.toml"


@pytest.mark.parametrize("name", list(FILES))
def test_a_home_makes_its_keys_once(name: str, tmp_path: Path) -> None:
    def key(home: str) -> SecretStr:
        made: SecretStr = getattr(with_keys(Settings(leadreel_home=tmp_path / home)), name)
        return made

    first = key("home")
    Fernet(first.get_secret_value())
    assert key("home") == first != key("other")
    files = list((tmp_path / "home" / "keys").iterdir())
    assert len({file.read_text() for file in files}) == len(FILES)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700


def test_a_key_that_is_set_wins(tmp_path: Path) -> None:
    key = SecretStr(Fernet.generate_key().decode())
    settings = Settings(leadreel_home=tmp_path / "home", **dict.fromkeys(FILES, key))
    assert with_keys(settings) == settings
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("key", "who"),
    [
        ("RECORDING_ACCESS_KEY", {"api", "check_page", "record"}),
        ("SECRETS_KEY", {"api", "deliver", "ingest_views"}),
        ("LINK_SIGNING_KEY", {"api"}),
    ],
)
def test_only_those_who_need_it_have_a_key(key: str, who: set[str], tmp_path: Path) -> None:
    plain, secrets = settings_environment(with_keys(Settings(leadreel_home=tmp_path)))
    assert key in secrets
    assert key not in plain
    functions = read_functions(FUNCTIONS)
    assert {name for name, one in functions.items() if key in one.limits.secrets} == who


def test_no_machine_makes_itself_a_front(tmp_path: Path) -> None:
    assert with_keys(Settings(leadreel_home=tmp_path, _env_file=None)).origin_key is None
