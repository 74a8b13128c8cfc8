"""Amazon SES: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html"""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING, Literal

from shared.mail.port import CannotSend, Refused

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


class Ses:
    """The port `Mailer` over the API. Mail goes as it is written. client: boto3's, of SESv2."""

    name: Literal["ses"] = "ses"

    def __init__(self, client: SESV2Client) -> None:
        self._client = client

    def send(self, mail: EmailMessage) -> str:
        from botocore.exceptions import BotoCoreError, ClientError

        errors = self._client.exceptions
        try:
            answer = self._client.send_email(
                FromEmailAddress=mail["From"].addresses[0].addr_spec,  # names are in the mail, encoded
                Destination={"ToAddresses": [mail["To"].addresses[0].addr_spec]},
                Content={"Raw": {"Data": mail.as_bytes()}},
            )
        except errors.BadRequestException as error:
            raise Refused(f"SES refused the mail: {error}") from error
        except errors.MessageRejected as error:  # also while an identity waits to be proved
            raise CannotSend(f"SES refused the mail: {error}") from error
        except ClientError as error:  # whose text may name the account and its roles
            raise CannotSend(f"SES did not take the mail: {error.response['Error']['Code']}") from error
        except BotoCoreError as error:
            raise CannotSend("SES is out of reach") from error
        return answer["MessageId"]


def open_ses(region: str) -> Ses:
    """With the function's own role."""
    import boto3  # costs 100 ms, and only who sends by it needs it
    from botocore.config import Config

    waiting = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2})
    return Ses(boto3.client("sesv2", region_name=region, config=waiting))
