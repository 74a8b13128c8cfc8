"""Mail on its way: to a real mail server, to SES, or into a folder; at least once, for a day."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from local.postgres import Postgres
from shared.database import Database
from shared.database.models import HostedVideo, Lead, Mail
from shared.grants import Grants
from shared.mail import is_mail_due, smtp
from shared.mail.mails import NoAddress, NotShown
from shared.storage.granted import GrantedStorage
from tests.integration.mail.conftest import ANA, Desk, settings_of
from tests.support.account import REGION, Account
from tests.support.mail_server import MailServer, served_mail
from tests.support.receiver import Answer, Receiver

DAY = timedelta(days=1)


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("related", "html"))
    assert part is not None
    page = part.get_body(("html",)) if part.is_multipart() else part
    assert page is not None
    return str(page.get_content())


def test_a_mail_brings_the_video(by_smtp: Desk, server: MailServer, database: Database) -> None:
    video = by_smtp.video(title="For Ana & Acme")
    asked = by_smtp.ask(video, subject="A short video", message="Hello <Ana>,\n\nthis is ü for you.")
    assert (asked.status, asked.email, asked.sent_by) == ("pending", ANA, None)
    assert is_mail_due(database)
    assert by_smtp.send() == 1
    assert not is_mail_due(database)
    [mail] = server.got
    assert mail["From"] == "Bo Lind <bo@leadreel.example>"
    assert mail["To"] == f"Ana Søren <{ANA}>"
    assert mail["Subject"] == "A short video"
    row = by_smtp.row()
    assert (row.status, row.sent_by, row.message_id) == ("sent", "smtp", mail["Message-ID"])
    assert row.sent_at is not None and row.reason is None
    url = by_smtp.parts.get(HostedVideo, video).share_url
    plain = mail.get_body(("plain",))
    assert plain is not None
    said = ["Hello <Ana>,", "", "this is ü for you.", "", f"For Ana & Acme: {url}"]
    assert plain.get_content().splitlines() == said
    html = html_of(mail)
    assert "Hello &lt;Ana&gt;," in html and "For Ana &amp; Acme" in html and "(0:06)" in html
    assert html.count(f'href="{url}"') == 3
    [picture] = [part for part in mail.walk() if part.get_content_type() == "image/jpeg"]
    assert f'src="cid:{str(picture["Content-ID"]).strip("<>")}"' in html
    assert picture.get_content().startswith(b"thumbnail.jpg of")


def test_what_is_left_out_is_of_the_video_and_its_lead(by_smtp: Desk, server: MailServer) -> None:
    by_smtp.ask(by_smtp.video())
    by_smtp.ask(by_smtp.video(), email="carl@acme.example")
    assert by_smtp.send() == 2
    assert [(mail["To"], mail["Subject"]) for mail in server.got] == [
        (f"Ana Søren <{ANA}>", "For Ana"),
        ("carl@acme.example", "For Ana"),  # whose name is not known
    ]
    assert "Hi Ana Søren," in html_of(server.got[0])


@pytest.mark.parametrize("subject", ["Bcc: all@acme.example", "x" * 290 + "ü" * 10, 'a, "b" <c@d.example>'])
def test_a_subject_stays_a_subject(subject: str, by_smtp: Desk, server: MailServer) -> None:
    by_smtp.ask(by_smtp.video(), subject=subject)
    assert by_smtp.send() == 1
    assert server.got[0]["Subject"] == subject
    assert server.got[0]["Bcc"] is None


def test_nothing_becomes_another_header(by_smtp: Desk, server: MailServer) -> None:
    """An encoded word may hold a line break."""
    word = "=?utf-8?q?a=0ABcc:_all@acme.example=0A?="
    lead = by_smtp.parts.add(Lead(name=word, company="Acme", email=ANA, variables={}))
    by_smtp.ask(by_smtp.parts.hosted(lead_id=lead, title=word))
    by_smtp.ask(by_smtp.video(), subject=word)
    assert by_smtp.send() == 2
    for mail in server.got:
        assert mail["Subject"].replace("\u200b", "") == word
        assert [name for name in mail if name.lower().startswith("bcc")] == []
        assert mail["To"].addresses[0].addr_spec == ANA
    assert server.got[0]["To"].addresses[0].display_name.replace("\u200b", "") == word


def test_who_is_not_there_is_not_tried_again(by_smtp: Desk, server: MailServer) -> None:
    by_smtp.ask(by_smtp.video(), email="nobody@acme.example")
    assert by_smtp.send() == 0
    row = by_smtp.row()
    assert (row.status, row.reason) == ("failed", "localhost refused the mail: 550 No such user")


def test_a_server_that_is_busy_is_asked_again(by_smtp: Desk, server: MailServer) -> None:
    by_smtp.ask(by_smtp.video())
    server.answer = "451 Try again later"
    assert by_smtp.send() == 0
    row = by_smtp.row()
    assert (row.status, row.attempts) == ("pending", 1)
    assert row.reason == "localhost refused the mail: 451 Try again later"
    assert row.next_attempt_at > datetime.now(UTC)
    assert by_smtp.send() == 0 and by_smtp.row().attempts == 1  # not before its time
    server.answer = "250 OK"
    by_smtp.pass_time()
    assert by_smtp.send() == 1
    assert by_smtp.row().reason is None


def test_after_a_day_it_is_given_up(by_smtp: Desk, server: MailServer) -> None:
    by_smtp.ask(by_smtp.video())
    server.answer = "451 Try again later"
    by_smtp.send()
    by_smtp.pass_time(expires_at=datetime.now(UTC))
    assert by_smtp.send() == 0
    assert (by_smtp.row().status, by_smtp.row().reason) == (
        "failed",
        "localhost refused the mail: 451 Try again later",
    )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"smtp_password": "wrong"}, "Authentication credentials invalid"),
        ({"smtp_server": "127.0.0.1"}, "certificate verify failed: IP address mismatch"),
        ({"smtp_port": 1}, "Connection refused"),
        ({"smtp_username": None}, "530"),
    ],
)
def test_what_can_be_mended_is_tried_again(
    wrong: dict[str, object], reason: str, make_desk: Callable[..., Desk], server: MailServer
) -> None:
    desk = make_desk(**settings_of(server) | wrong)
    desk.ask(desk.video())
    assert desk.send() == 0
    row = desk.row()
    assert row.status == "pending"
    assert row.reason is not None and reason in row.reason
    assert "never-to-be-shown" not in row.reason
    assert server.got == []


def test_no_password_goes_where_others_read_it(
    by_smtp: Desk, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server offers TLS and has a certificate that nobody vouches for."""
    monkeypatch.delenv("SSL_CERT_FILE")
    by_smtp.ask(by_smtp.video())
    assert by_smtp.send() == 0
    assert "certificate verify failed" in (by_smtp.row().reason or "")
    assert server.said == []


def test_a_server_without_tls_is_told_nothing(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    with served_mail(tmp_path / "tls", "never") as server:
        desk = make_desk(**settings_of(server))
        desk.ask(desk.video())
        assert desk.send() == 0
        assert (desk.row().status, server.said, server.got) == ("pending", [], [])
        assert "STARTTLS" in (desk.row().reason or "")


def test_what_was_taken_stays_taken(by_smtp: Desk, server: MailServer) -> None:
    server.goodbye = "421 Too busy for a goodbye"
    by_smtp.ask(by_smtp.video())
    assert by_smtp.send() == 1
    assert by_smtp.row().status == "sent"


def test_tls_may_come_first(
    make_desk: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served_mail(tmp_path / "tls", "first") as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "tls" / "authority.pem"))
        monkeypatch.setattr(smtp, "TLS_PORT", server.port)  # nobody but root serves 465
        desk = make_desk(**settings_of(server) | {"smtp_username": None})
        desk.ask(desk.video())
        assert desk.send() == 1
        assert len(server.got) == 1


def sent_by_ses(account: Account) -> list[dict[str, Any]]:
    """What moto keeps of it."""
    kept: list[dict[str, Any]] = httpx.get(f"{account.url}/moto-api/data.json").json()["ses"]["RawMessage"]
    return kept


def test_ses_takes_the_mail_as_it_is(by_ses: Desk, ses: Account) -> None:
    ses.client("sesv2").create_email_identity(EmailIdentity="leadreel.example")
    before = len(sent_by_ses(ses))
    by_ses.ask(by_ses.video(), message="für Ana")
    assert by_ses.send() == 1
    [kept] = sent_by_ses(ses)[before:]
    assert kept["source"] == "bo@leadreel.example"
    assert kept["destinations"][0] == ANA
    assert kept["raw_data"].isascii()
    row = by_ses.row()
    assert (row.status, row.sent_by, row.message_id) == ("sent", "ses", kept["id"])
    mail = message_from_bytes(kept["raw_data"].encode(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail["To"] == f"Ana Søren <{ANA}>"
    assert "für Ana" in html_of(mail)
    assert [part.get_content_type() for part in mail.walk()][-1] == "image/jpeg"


def test_ses_refuses_until_it_knows_the_sender(make_desk: Callable[..., Desk], ses: Account) -> None:
    desk = make_desk(from_email="eve@elsewhere.example", mail_by_ses=True, aws_s3_region=REGION)
    desk.ask(desk.video())
    assert desk.send() == 0
    assert desk.row().status == "pending"
    reason = desk.row().reason or ""
    assert reason.startswith("SES refused the mail: ") and "elsewhere.example" in reason
    ses.client("sesv2").create_email_identity(EmailIdentity="eve@elsewhere.example")
    desk.pass_time()
    assert desk.send() == 1


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("AccessDeniedException", "pending", "SES did not take the mail: AccessDeniedException"),
        ("BadRequestException", "failed", "SES refused the mail: "),
    ],
)
def test_what_ses_says_of_the_account_stays_in_the_log(
    code: str, status: str, reason: str, by_ses: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = code == "AccessDeniedException"
    said = {"message": "arn:aws:sts::123456789012:assumed-role/x"} if denied else {}
    headers = {"x-amzn-ErrorType": code}
    with Receiver(Answer(403 if denied else 400, headers, json.dumps(said).encode())) as refusing:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{refusing.pair}")
        by_ses.ask(by_ses.video())
        assert by_ses.send() == 0
    row = by_ses.row()
    assert row.status == status
    assert (row.reason or "").startswith(reason) and "123456789012" not in (row.reason or "")


def test_ses_out_of_reach_is_asked_again(by_ses: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    by_ses.ask(by_ses.video())
    assert by_ses.send() == 0
    assert by_ses.row().status == "pending"
    assert by_ses.row().reason == "SES is out of reach"


def test_one_machine_writes_what_it_can_t_send(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.ask(desk.video())
    assert desk.send() == 1
    [file] = (desk.settings.leadreel_home / "outbox").iterdir()
    row = desk.row()
    assert (row.status, row.sent_by, row.message_id) == ("sent", "outbox", str(file))
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["From"] == "Leadreel <leadreel@localhost>"
    assert file.suffix == ".eml"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"status": "processing"}, "is processing"),
        ({"privacy": "private"}, "is private"),
        ({"expires_at": datetime.now(UTC) - DAY}, "has expired"),
    ],
)
def test_nobody_is_led_to_what_is_not_shown(
    fields: dict[str, object], why: str, by_smtp: Desk, server: MailServer
) -> None:
    with pytest.raises(NotShown, match=why):
        by_smtp.ask(by_smtp.video(**fields))
    video = by_smtp.video()
    by_smtp.ask(video)
    by_smtp.parts.set(HostedVideo, video, **fields)  # meanwhile
    assert by_smtp.send() == 0
    assert (by_smtp.row().status, by_smtp.row().reason) == ("failed", f"the video {why}")
    assert server.got == []


def test_somebody_has_to_be_known(make_desk: Callable[..., Desk], by_smtp: Desk) -> None:
    with pytest.raises(NoAddress, match="the lead has no email"):
        by_smtp.ask(by_smtp.video(email=None))
    nobody = make_desk(mail_by_ses=True)
    with pytest.raises(NoAddress, match="FROM_EMAIL is not set"):
        nobody.ask(nobody.video())
    by_smtp.ask(by_smtp.video())
    assert nobody.send() == 0  # it was set when the mail was asked for
    assert (nobody.row().status, nobody.row().reason) == ("pending", "FROM_EMAIL is not set")


@pytest.mark.parametrize("address", ["añb@acme.example", "=?utf-8?q?a=0d=0ab?=@acme.example"])
def test_an_address_is_plain(address: str, by_smtp: Desk) -> None:
    with pytest.raises(NoAddress, match="has to be plain ASCII"):
        by_smtp.ask(by_smtp.video(email=address))


def test_a_domain_is_written_as_mail_servers_know_it(by_smtp: Desk, server: MailServer) -> None:
    assert by_smtp.ask(by_smtp.video(email="ana@exämple.com")).email == "ana@xn--exmple-cua.com"
    assert by_smtp.send() == 1
    assert server.got[0]["To"].addresses[0].domain == "xn--exmple-cua.com"


def test_a_mail_that_can_t_be_made_holds_up_no_other(by_smtp: Desk, server: MailServer) -> None:
    by_smtp.ask(by_smtp.video())
    lead = by_smtp.parts.lead()
    by_smtp.ask(by_smtp.parts.hosted(lead_id=lead), email="bo@acme.example")  # which has no picture
    by_smtp.parts.storage = GrantedStorage(by_smtp.parts.storage, Grants(function="mail"))
    assert by_smtp.send() == 1
    assert [mail["To"] for mail in server.got] == ["bo@acme.example"]
    with by_smtp.parts.database.workspace(by_smtp.parts.workspace_id) as session:
        rows = session.scalars(select(Mail).order_by(Mail.id)).all()
    assert [row.status for row in rows] == ["pending", "sent"]
    assert rows[0].reason == "something went wrong that nobody had foreseen; the log has it"


def test_a_mail_without_a_picture_arrives(by_smtp: Desk, server: MailServer) -> None:
    """Of a video that lies at Loom, or whose files are gone."""
    lead = by_smtp.parts.lead()
    by_smtp.ask(by_smtp.parts.hosted(lead_id=lead), email=ANA)
    by_smtp.ask(by_smtp.video())
    for key in [*by_smtp.parts.storage.keys("videos/")]:
        by_smtp.parts.storage.delete(key)
    assert by_smtp.send() == 2
    for mail in server.got:
        assert "<img" not in html_of(mail)
        assert not [part for part in mail.walk() if part.get_content_type() == "image/jpeg"]


def test_two_senders_send_it_once(by_smtp: Desk, server: MailServer, migrated: Postgres) -> None:
    for _ in range(12):
        by_smtp.ask(by_smtp.video())
    code = (
        "import os\n"
        "from shared.database import Database\n"
        "from shared.mail import send_due\n"
        "from shared.settings import read_settings\n"
        "from shared.storage import FileStorage\n"
        "settings = read_settings()\n"
        "send_due(Database(settings.database_url), FileStorage(settings.storage_path), settings)\n"
    )
    told = by_smtp.settings
    assert told.smtp_password is not None
    environment = os.environ | {
        "DATABASE_URL": migrated.app_url, "LEADREEL_HOME": str(told.leadreel_home),
        "FROM_EMAIL": str(told.from_email), "SMTP_SERVER": str(told.smtp_server),
        "SMTP_PORT": str(told.smtp_port), "SMTP_USERNAME": str(told.smtp_username),
        "SMTP_PASSWORD": told.smtp_password.get_secret_value(),
    }  # fmt: skip
    both = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=told.leadreel_home)
        for _ in range(2)
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len({mail["Message-ID"] for mail in server.got}) == len(server.got) == 12


def test_what_a_sender_took_and_never_sent_is_sent_by_another(by_smtp: Desk, server: MailServer) -> None:
    """It died: nobody says anything, until its lease is over."""
    from shared.mail.sending import _claim

    by_smtp.ask(by_smtp.video())
    assert _claim(by_smtp.parts.database, "bo@leadreel.example") is not None
    assert by_smtp.send() == 0
    by_smtp.pass_time()
    assert by_smtp.send() == 1
    assert by_smtp.row().attempts == 2


def test_what_is_due_is_all_that_is_seen_across_workspaces(by_smtp: Desk, database: Database) -> None:
    by_smtp.ask(by_smtp.video())
    with database.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM mails")).scalar() == 0
        session.execute(text("SELECT set_config('leadreel.due', 'on', true)"))
        assert session.execute(text("SELECT count(*) FROM mails")).scalar() == 1
        changed = session.execute(text("UPDATE mails SET status = 'sent'"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]


def test_a_wrong_sender_is_a_wrong_setting(make_desk: Callable[..., Desk]) -> None:
    for wrong in ("nobody", "a@b\nBcc: c@d", "Ana <ana>", "<a@b>", "Silva, Ana <a@b>", "Ana<a@b>", "ü@b"):
        with pytest.raises(ValueError, match="from_email"):
            make_desk(from_email=wrong)
