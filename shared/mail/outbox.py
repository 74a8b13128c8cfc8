"""Mail as files, for a machine that sends none: each opens in a mail program."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from shared.observability import logger


class Outbox:
    """The port `Mailer`. folder: gets a file a mail, and one again if it is sent again."""

    name: Literal["outbox"] = "outbox"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: EmailMessage) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        path = self._folder / f"{name}.eml"
        path.write_bytes(mail.as_bytes())
        logger().info("mail was written, and not sent: SMTP_SERVER is not set", path=str(path))
        return str(path)
