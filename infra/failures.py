"""Work that was given up: what lies in the queues of the functions that nobody waits for, and the way back.

    python -m infra.failures --stage prod [--function ingest_views] [--again] [--json]

A message has one of two forms: Lambda's record of a call whose tries all failed, or the event itself, where
EventBridge could not make the call.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from functions.catalogue import read_limits

UNATTENDED = tuple(name for name, limits in read_limits().items() if limits.unattended)
A_CALL = 10  # messages, SQS's most
WAIT_SECONDS = 1  # any wait makes SQS ask all of a queue's servers, not some
EMPTY_ANSWERS = 2  # in a row, and there is no more
HIDDEN_SECONDS = 300  # if this process is killed; else until it ends
WIDTH = 160  # of a payload or an error, in characters
REFUSED = {"AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException"}
"""What some services say with another status than 403."""


class NoQueue(LookupError):
    """The stage has no such queue; the text names it."""


@dataclass(frozen=True)
class GivenUp:
    """A message.

    given_up_by: Lambda or EventBridge; None for neither's form, and then it is never sent nor deleted.
    why: condition, type and message of the error. payload: what the function was called with, as JSON;
    in neither form the message as it is.
    """

    id: str
    function: str
    given_up_at: datetime
    given_up_by: str | None
    why: str
    payload: str

    def row(self) -> dict[str, Any]:
        """As `--json` has it."""
        return asdict(self) | {
            "given_up_at": self.given_up_at.isoformat(),
            "age_seconds": int(self._age().total_seconds()),
            "payload": json.loads(self.payload) if self.given_up_by else self.payload,
        }

    def text(self) -> str:
        """Three lines for a person."""
        at = f"{self.given_up_at:%Y-%m-%d %H:%M:%S} UTC, {self._age()} ago"
        why = f"{self.given_up_by or 'unreadable'}: {self.why}"
        return f"{self.function}  {at}  {self.id}\n  {_line(why)}\n  {_line(self.payload)}"

    def _age(self) -> timedelta:
        return timedelta(seconds=int((datetime.now(UTC) - self.given_up_at).total_seconds()))


def read_message(function: str, called: str, message: Mapping[str, Any]) -> GivenUp:
    """message: as SQS gives it. called: the function's name on AWS."""
    told = {key: value.get("StringValue") for key, value in message.get("MessageAttributes", {}).items()}
    at = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    return GivenUp(message["MessageId"], function, at, *_read(called, message["Body"], told))


def _read(called: str, body: str, told: Mapping[str, str | None]) -> tuple[str | None, str, str]:
    """By whom, why, payload."""
    try:
        content = json.loads(body)
    except ValueError:
        return None, "no JSON", body
    if _names(told.get("TARGET_ARN") or "", called):
        keys = ("EXHAUSTED_RETRY_CONDITION", "ERROR_CODE", "ERROR_MESSAGE")
        return "EventBridge", _joined(*map(told.get, keys)), body
    match content:
        case {"requestContext": {"functionArn": str(arn)} as context, "requestPayload": payload}:
            if _names(arn, called):
                error = content.get("responsePayload")  # none, if Lambda never came to call
                if isinstance(error, dict):
                    error = _joined(error.get("errorType"), error.get("errorMessage"))
                tries = f"{context.get('condition')}, tries: {context.get('approximateInvokeCount')}"
                return "Lambda", _joined(tries, error), json.dumps(payload)
    return None, f"neither Lambda's record nor EventBridge's event for {called}", body


def _names(arn: str, called: str) -> bool:
    """arn:partition:lambda:region:account:function:name[:version]"""
    return arn.split(":")[6:7] == [called]


def _joined(*parts: object) -> str:
    return ": ".join(str(part) for part in parts if part)


class Queue:
    """What a function failed at, hidden from others from `take` to `give_back`. called: its name on AWS."""

    def __init__(self, sqs: Any, stage: str, function: str) -> None:
        """Raises NoQueue."""
        self._sqs, self._function, self.called = sqs, function, f"leadreel-{stage}-{function}"
        self._taken: dict[str, Mapping[str, Any]] = {}
        name, region = f"{self.called}-failed", sqs.meta.region_name
        try:
            self._url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        except sqs.exceptions.QueueDoesNotExist as error:
            raise NoQueue(
                f"there is no queue {name} in {region}, or you may not see it: is the stage deployed there? "
                "AWS_REGION says where to look"
            ) from error

    def take(self) -> None:
        """All that is there. SQS may give a message twice; then the later receipt counts."""
        empty = 0
        while empty < EMPTY_ANSWERS:
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=A_CALL,
                WaitTimeSeconds=WAIT_SECONDS,
                VisibilityTimeout=HIDDEN_SECONDS,
                MessageSystemAttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            )
            found = {message["MessageId"]: message for message in answer.get("Messages", ())}
            empty = 0 if found.keys() - self._taken.keys() else empty + 1
            self._taken |= found

    def read(self) -> list[GivenUp]:
        return [read_message(self._function, self.called, message) for message in self._taken.values()]

    def delete(self, message_id: str) -> None:
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=self._taken[message_id]["ReceiptHandle"])
        del self._taken[message_id]

    def give_back(self) -> None:
        """What was not deleted. What can't be given back comes back by itself."""
        receipts = [message["ReceiptHandle"] for message in self._taken.values()]
        for start in range(0, len(receipts), A_CALL):
            entries = [
                {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                for number, receipt in enumerate(receipts[start : start + A_CALL])
            ]
            with suppress(ClientError, BotoCoreError):
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)


@contextmanager
def taken(sqs: Any, stage: str, functions: Sequence[str]) -> Iterator[dict[str, Queue]]:
    """The queues by function, with what lay in them at the start. Raises NoQueue and the SDK's errors."""
    queues = {function: Queue(sqs, stage, function) for function in functions}
    try:
        with ThreadPoolExecutor(len(queues)) as pool:  # an empty queue takes two seconds to say so
            list(pool.map(Queue.take, queues.values()))
        yield queues
    finally:
        for queue in queues.values():
            queue.give_back()


def send_again(calls: Any, queue: Queue, one: GivenUp) -> str | None:
    """Have Lambda call the function, and delete the message once it has agreed. calls: Lambda's client.

    Returns why the message stays, if it does.
    """
    if one.given_up_by is None:
        return "it has no payload that could be sent"
    try:
        answer = calls.invoke(FunctionName=queue.called, InvocationType="Event", Payload=one.payload.encode())
        if answer["StatusCode"] != 202:
            return f"Lambda answered {answer['StatusCode']}, not 202"
        queue.delete(one.id)
    except (ClientError, BotoCoreError) as error:
        return _told(error)
    return None


def _told(error: Exception) -> str:
    """An error and what to do about it, in one line."""
    said = error.response if isinstance(error, ClientError) else {}
    refused = said.get("ResponseMetadata", {}).get("HTTPStatusCode") == 403 or (
        said.get("Error", {}).get("Code") in REFUSED
    )
    text = " ".join(str(error).split())
    if refused or "Credentials" in type(error).__name__:
        text += (
            "; sign in as for the AWS CLI (`aws sts get-caller-identity` says who you are), and see "
            'docs/operations.md, "Work that was given up", for what it takes'
        )
    return text


def _line(text: str) -> str:
    """What strangers may have written, fit for a terminal."""
    shown = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return shown if len(shown) <= WIDTH else f"{shown[: WIDTH - 1]}…"


def _report(asked: argparse.Namespace) -> int:
    session = boto3.Session()
    region = os.environ.get("AWS_REGION") or session.region_name or "us-east-1"  # as the CDK finds it
    config = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=10)
    sqs, calls = (session.client(service, region_name=region, config=config) for service in ("sqs", "lambda"))
    rows: list[dict[str, Any]] = []
    with taken(sqs, asked.stage, asked.function or UNATTENDED) as queues:
        found = [one for queue in queues.values() for one in queue.read()]
        for one in sorted(found, key=lambda one: one.given_up_at):
            problem = send_again(calls, queues[one.function], one) if asked.again else None
            rows.append(one.row() | {"sent": asked.again and problem is None, "problem": problem})
            if not asked.json:
                print(one.text())
                if asked.again:
                    print(f"  {f'stays: {problem}' if problem else 'sent again'}", flush=True)
    sent = sum(row["sent"] for row in rows)
    if asked.json:
        said = {"stage": asked.stage, "region": region, "given_up": len(rows), "sent": sent, "work": rows}
        print(json.dumps(said))
    else:
        done = f"; {sent} sent again" if asked.again else ""
        print(f"{len(rows)} given up in {asked.stage}, {region}{done}")
    return 1 if asked.again and sent < len(rows) else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 when all was listed, or sent; 1 when something stays or could not be read."""
    parser = argparse.ArgumentParser(
        "failures", description="List what was given up on AWS, or send it again."
    )
    parser.add_argument("--stage", required=True, help="dev, staging or prod")
    parser.add_argument(
        "--function", action="append", choices=UNATTENDED, help="may be repeated (default: all of these)"
    )
    parser.add_argument("--again", action="store_true", help="send what is there now again, each once")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    try:
        return _report(parser.parse_args(arguments))
    except (NoQueue, ClientError, BotoCoreError, OSError) as error:
        print(f"failures: {_told(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("failures: stopped; what was not sent stays", file=sys.stderr)
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
