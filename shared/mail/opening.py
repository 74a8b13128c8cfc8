"""Choose the adapter by the settings."""

from __future__ import annotations

from shared.mail.port import Mailer
from shared.settings import Settings


def open_mailer(settings: Settings) -> Mailer:
    """Amazon SES if MAIL_BY_SES says so, else SMTP_SERVER if it is set, else the folder `outbox` of
    LEADREEL_HOME."""
    if settings.mail_by_ses:
        from shared.mail.ses import open_ses

        return open_ses(settings.aws_s3_region)  # the stage has one region
    if settings.smtp_server:
        from shared.mail.smtp import Smtp

        return Smtp(settings.smtp_server, settings.smtp_port, settings.smtp_username, settings.smtp_password)
    from shared.mail.outbox import Outbox

    return Outbox(settings.leadreel_home / "outbox")
