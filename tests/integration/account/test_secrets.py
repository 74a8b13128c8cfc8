"""Settings from Secrets Manager, over HTTP, and keys that it makes."""

from __future__ import annotations

import base64
import logging
import secrets
import string
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from shared.sealing import sealer_of_secrets
from shared.secrets import NoSecret, fetch_fields
from shared.settings import Settings, WrongSetting, read_settings
from shared.storage import Links
from tests.support.account import Account

ALPHABET = string.ascii_letters + string.digits


def new_name() -> str:
    return f"leadreel-test/{secrets.token_hex(8)}"


def made_by_the_account(account: Account) -> str:
    """A key as the stack has it made: 43 letters and digits."""
    return str(
        account.secrets.get_random_password(PasswordLength=43, ExcludePunctuation=True)["RandomPassword"]
    )


def test_secrets_are_settings(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    key = made_by_the_account(account)
    arns = {
        "ELEVENLABS_API_KEY": account.make_secret(new_name(), "sk-canary"),
        "SECRETS_KEY": account.make_secret(new_name(), key),
    }
    monkeypatch.setenv("SECRET_ARNS", ", ".join(f"{name}={arn}" for name, arn in arns.items()))
    settings = read_settings()
    assert settings.elevenlabs_api_key == SecretStr("sk-canary")
    assert settings.secrets_key == SecretStr(f"{key}=")
    assert settings.openrouter_api_key is None
    assert settings.secret_arns == arns
    assert "canary" not in repr(settings)


def test_the_environment_and_the_dotenv_win_and_nothing_is_asked(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:none-abcdef"
    monkeypatch.setenv("SECRET_ARNS", f"ELEVENLABS_API_KEY={missing},OPENROUTER_API_KEY={missing}")
    monkeypatch.setenv("ELEVENLABS_API_KEY", "of the environment")
    (tmp_path / ".env").write_text("OPENROUTER_API_KEY=of-the-file\n")
    settings = read_settings()
    assert settings.elevenlabs_api_key == SecretStr("of the environment")
    assert settings.openrouter_api_key == SecretStr("of-the-file")


def test_a_secret_is_fetched_once_in_a_process(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = account.make_secret(new_name(), "the first")
    monkeypatch.setenv("SECRET_ARNS", f"OPENROUTER_API_KEY={arn}")
    assert read_settings().openrouter_api_key == SecretStr("the first")
    account.secrets.put_secret_value(SecretId=arn, SecretString="the second")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert read_settings().openrouter_api_key == SecretStr("the first")


def test_a_secret_that_is_rotated_is_read_as_it_is_now(account: Account) -> None:
    arn = account.make_secret(new_name(), '{"password": "old"}')
    assert fetch_fields(arn, "DATABASE_APP_SECRET")["password"] == "old"
    account.secrets.put_secret_value(SecretId=arn, SecretString='{"password": "new"}')
    assert fetch_fields(arn, "DATABASE_APP_SECRET")["password"] == "new"


def test_a_vendors_key_that_is_still_to_be_set_counts_as_none(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_ARNS", f"OPENROUTER_API_KEY={account.make_secret(new_name(), 'unset')}")
    assert read_settings().openrouter_api_key is None


@pytest.mark.parametrize("state", ["gone", "without a value", "deleted"])
def test_a_secret_that_is_not_there_names_the_variable_the_arn_and_the_cure(
    state: str, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = account.make_secret(new_name(), None if state == "without a value" else "x" * 20)
    if state != "without a value":
        account.secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=state == "gone")
    monkeypatch.setenv("SECRET_ARNS", f"OPENROUTER_API_KEY={arn}")
    with pytest.raises(WrongSetting) as raised:
        read_settings()
    assert all(part in str(raised.value) for part in ("OPENROUTER_API_KEY", arn, "put-secret-value"))


def test_an_account_that_does_not_answer_is_a_passing_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    script = (
        "from shared.errors import Retryable\n"
        "from shared.settings import read_settings\n"
        "try:\n    read_settings()\n"
        "except Retryable as error:\n    print(error)\n"
    )
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:there-abcdef"
    environment = {
        "SECRET_ARNS": f"SECRETS_KEY={arn}",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    said = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert "SECRETS_KEY" in said
    assert arn in said


def test_without_secrets_the_sdk_is_not_even_imported() -> None:
    script = (
        "import sys; from shared.settings import read_settings; read_settings(); "
        "print([name for name in ('boto3', 'botocore') if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert said == "[]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("OPENROUTER_API_KEY", "is not NAME=arn"),
        ("OPENROUTER_API_KEY=sk-canary", "is not NAME=arn"),
        ("PORT=arn:aws:secretsmanager:eu-central-1:1:secret:x", "PORT is no setting that is a secret"),
        ("OPENROUTER_KEY=arn:aws:secretsmanager:eu-central-1:1:secret:x", "no setting that is a secret"),
    ],
)
def test_wrong_arns_are_named_and_not_repeated(
    text: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_ARNS", text)
    with pytest.raises(WrongSetting, match=f"SECRET_ARNS.*{said}") as raised:
        read_settings()
    assert "canary" not in told(raised.value)


def test_a_wrong_secret_is_in_no_error_and_no_log(
    account: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("SECRET_ARNS", f"SECRETS_KEY={account.make_secret(new_name(), 'canary, too short')}")
    with pytest.raises(WrongSetting, match="SECRETS_KEY") as raised:
        read_settings()
    assert "canary" not in told(raised.value)
    arn = account.make_secret(new_name(), "canary, no JSON")
    with pytest.raises(NoSecret, match="DATABASE_APP_SECRET") as no_json:
        fetch_fields(arn, "DATABASE_APP_SECRET")
    assert "canary" not in told(no_json.value)
    assert "canary" not in caplog.text


def told(error: BaseException) -> str:
    """As a log would tell it, causes included."""
    return "".join(traceback.format_exception(error))


def test_a_key_means_the_same_with_padding_and_without() -> None:
    for _ in range(200):
        key = "".join(secrets.choice(ALPHABET) for _ in range(43))  # spare bits of the last letter included
        bare, padded = (Settings(_env_file=None, secrets_key=text) for text in (key, f"{key}="))
        assert bare.secrets_key == padded.secrets_key
        assert bare.secrets_key is not None
        sealed = sealer_of_secrets(bare.secrets_key).seal("text")
        assert sealer_of_secrets(padded.secrets_key).unseal(sealed) == "text"


def test_a_link_signed_with_one_spelling_opens_with_another() -> None:
    raw = bytes(range(220, 252))
    spellings = [base64.urlsafe_b64encode(raw).decode(), base64.b64encode(raw).decode()]
    assert spellings[0] != spellings[1]
    made = [
        Settings(_env_file=None, link_signing_key=text)
        for text in (*spellings, *(spelling.rstrip("=") for spelling in spellings))
    ]
    tokens = {Links(each.link_signing_key).sign("this", 1e10) for each in made if each.link_signing_key}
    assert len(tokens) == 1
