"""Work that was given up, in the queues of the stacks: listed, and sent again to a Lambda on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from infra.failures import A_CALL, UNATTENDED, main
from tests.support.account import REGION, Account
from tests.support.given_up import event_of, record_of
from tests.support.receiver import Answer, Receiver
from tests.support.stacks import ROOT, Synthesised, synthesise

TAKEN, BUSY, BROKEN = Answer(202), Answer(429, body=b'{"Type": "User"}'), Answer(500, body=b"{}")
TRIES = 3  # of the SDK
DAY = r"20\d\d-\d\d-\d\d"
CURE = (
    "; sign in as for the AWS CLI (`aws sts get-caller-identity` says who you are), and see "
    'docs/operations.md, "Work that was given up", for what it takes'
)


@dataclass
class Stage:
    """queues: URLs by function. calls: what Lambda was asked for, and its answers."""

    account: Account
    queues: dict[str, str]
    calls: Receiver
    printed: pytest.CaptureFixture[str]

    def put(self, function: str, message: dict[str, Any]) -> str:
        """Its id."""
        sqs = self.account.client("sqs")
        return str(sqs.send_message(QueueUrl=self.queues[function], **message)["MessageId"])

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code, and what was printed."""
        code = main(["--stage", "dev", *arguments])
        printed = self.printed.readouterr()
        return code, printed.out + printed.err

    def listed(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        code, printed = self.run("--json", *arguments)
        return code, json.loads(printed)

    def left(self, function: str) -> list[dict[str, Any]]:
        """What anybody would be given now."""
        sqs, found = self.account.client("sqs"), []
        while some := sqs.receive_message(
            QueueUrl=self.queues[function], MaxNumberOfMessages=10, AttributeNames=["All"]
        ).get("Messages"):
            found += some
        return found

    def sent(self) -> list[tuple[str, Any]]:
        """Function and payload of each call."""
        assert {got.headers["x-amz-invocation-type"] for got in self.calls.got} <= {"Event"}
        return [
            (
                got.path.removeprefix("/2015-03-31/functions/").removesuffix("/invocations"),
                json.loads(got.body),
            )
            for got in self.calls.got
        ]


@pytest.fixture(scope="session")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    return synthesise("dev", tmp_path_factory.mktemp("dev"))


@pytest.fixture
def stage(
    account: Account, stacks: Synthesised, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Stage]:
    """The queues that Lambda sends to, as the template has them; by the function's name there."""
    made, queues, sqs = stacks.region["Resources"], {}, account.client("sqs")
    for config in stacks.of("AWS::Lambda::EventInvokeConfig").values():
        function, told = (
            config["Properties"]["FunctionName"]["Ref"],
            config["Properties"]["DestinationConfig"],
        )
        queue = made[told["OnFailure"]["Destination"]["Fn::GetAtt"][0]]["Properties"]["QueueName"]
        name = made[function]["Properties"]["FunctionName"].removeprefix("leadreel-dev-")
        queues[name] = sqs.create_queue(QueueName=queue)["QueueUrl"]
    with Receiver(TAKEN) as calls:
        monkeypatch.delenv("AWS_REGION", raising=False)
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://{calls.pair}")
        yield Stage(account, queues, calls, capsys)
    httpx.post(f"{account.url}/moto-api/reset").raise_for_status()


def test_nothing_lies_there(stage: Stage) -> None:
    assert stage.run() == (0, f"0 given up in dev, {REGION}\n")
    assert stage.run("--again") == (0, f"0 given up in dev, {REGION}; 0 sent again\n")
    assert set(stage.queues) == set(UNATTENDED)


def test_a_person_reads_who_when_why_and_what(stage: Stage) -> None:
    first = stage.put("ingest_views", record_of("leadreel-dev-ingest_views", {"keys": ["logs/views/a"]}))
    time.sleep(0.01)  # SQS tells time in milliseconds
    second = stage.put("tend", event_of("leadreel-dev-tend", {"source": "aws.events"}))
    code, said = stage.run()
    lines = said.splitlines()
    assert code == 0
    assert re.fullmatch(rf"ingest_views  {DAY} [\d:]{{8}} UTC, 0:00:\d\d ago  {first}", lines[0])
    assert lines[1:3] == [
        "  Lambda: RetriesExhausted, tries: 3: Retryable: Postgres does not answer",
        '  {"keys": ["logs/views/a"]}',
    ]
    assert re.fullmatch(rf"tend  {DAY} [\d:]{{8}} UTC, 0:00:\d\d ago  {second}", lines[3])
    assert lines[4:] == [
        "  EventBridge: MaximumRetryAttempts: NO_PERMISSIONS: may not perform lambda:InvokeFunction",
        '  {"source": "aws.events"}',
        f"2 given up in dev, {REGION}",
    ]


def test_a_call_that_lambda_never_came_to_make_says_so(stage: Stage) -> None:
    message = record_of("leadreel-dev-deliver", {"a": 1}, condition="EventAgeExceeded", tries=0, error=None)
    stage.put("deliver", message)
    [one] = stage.listed()[1]["work"]
    assert (one["given_up_by"], one["why"]) == ("Lambda", "EventAgeExceeded, tries: 0")
    assert one["payload"] == {"a": 1}


def test_looking_hides_and_loses_nothing(stage: Stage) -> None:
    """Twice as many as a call gives, and some."""
    ids = {
        stage.put("ingest_costs", record_of("leadreel-dev-ingest_costs", {"number": number}))
        for number in range(2 * A_CALL + 3)
    } | {stage.put("tend", event_of("leadreel-dev-tend", {}))}
    for _ in range(2):
        code, found = stage.listed()
        assert code == 0
        assert Counter(one["id"] for one in found["work"]) == Counter(ids)
        assert (found["given_up"], found["sent"]) == (len(ids), 0)
    assert len(stage.left("ingest_costs")) == 2 * A_CALL + 3
    assert stage.sent() == []


def test_programs_read_json(stage: Stage) -> None:
    made = stage.put("tend", event_of("leadreel-dev-tend", {"é": [1.5, None]}))
    code, found = stage.listed()
    [one] = found.pop("work")
    assert (code, found) == (0, {"stage": "dev", "region": REGION, "given_up": 1, "sent": 0})
    assert one.pop("given_up_at").startswith("20")
    assert 0 <= one.pop("age_seconds") < 60
    assert one == {
        "id": made, "function": "tend", "given_up_by": "EventBridge", "payload": {"é": [1.5, None]},
        "why": "MaximumRetryAttempts: NO_PERMISSIONS: may not perform lambda:InvokeFunction",
        "sent": False, "problem": None,
    }  # fmt: skip


def test_all_is_sent_again_as_it_was_and_then_deleted(stage: Stage) -> None:
    payloads = [
        {"text": 'é 🎬 "\\', "n": 10**30, "x": 0.1 + 0.2, "deep": [[None, True, {}]]},
        [],
        "text",
        7,
    ]
    sent = []
    for function in stage.queues:
        for payload in payloads:
            stage.put(function, record_of(f"leadreel-dev-{function}", payload))
            stage.put(function, event_of(f"leadreel-dev-{function}", {"event": payload}))
            sent += [(f"leadreel-dev-{function}", payload), (f"leadreel-dev-{function}", {"event": payload})]
    code, said = stage.run("--again")
    assert code == 0
    assert said.count("\n  sent again\n") == len(sent)
    assert said.endswith(f"{len(sent)} given up in dev, {REGION}; {len(sent)} sent again\n")
    assert sorted(map(repr, stage.sent())) == sorted(map(repr, sent))
    assert stage.listed()[1]["given_up"] == 0


@pytest.mark.parametrize("refusal", [BUSY, BROKEN])
def test_what_lambda_does_not_take_stays(stage: Stage, refusal: Answer) -> None:
    stage.calls.answers = [TAKEN, *[refusal] * TRIES, TAKEN]
    for number in range(3):
        stage.put("deliver", record_of("leadreel-dev-deliver", number))
    code, found = stage.listed("--again")
    tried = [payload for _, payload in stage.sent()]
    refused = tried[1]
    assert code == 1
    assert sorted(Counter(tried).values()) == [1, 1, TRIES]
    assert {one["payload"]: one["sent"] for one in found["work"]} == {n: n != refused for n in range(3)}
    [told] = [one["problem"] for one in found["work"] if one["problem"]]
    assert "Invoke" in told
    [left] = stage.left("deliver")
    assert json.loads(left["Body"])["requestPayload"] == refused


def test_an_answer_that_is_no_promise_deletes_nothing(stage: Stage) -> None:
    stage.calls.answers = [Answer(200, body=b"{}")]
    stage.put("deliver", record_of("leadreel-dev-deliver", {}))
    code, said = stage.run("--again")
    assert code == 1
    assert "  stays: Lambda answered 200, not 202\n" in said
    assert len(stage.left("deliver")) == 1


def test_what_fails_again_meanwhile_waits_for_the_next_run(stage: Stage) -> None:
    stage.calls.answers = [Answer(202, hang=1)]
    stage.put("deliver", record_of("leadreel-dev-deliver", "first"))

    def fail() -> None:
        assert stage.calls.waits_for(1)
        stage.put("deliver", record_of("leadreel-dev-deliver", "again"))

    failing = Thread(target=fail)
    failing.start()
    assert stage.run("--again")[0] == 0
    failing.join()
    assert stage.sent() == [("leadreel-dev-deliver", "first")]
    [left] = stage.left("deliver")
    assert json.loads(left["Body"])["requestPayload"] == "again"


def test_what_is_of_neither_form_is_shown_and_left_alone(stage: Stage) -> None:
    bodies = [
        "no JSON",
        '{"requestPayload": {}}',
        '["of", "nobody"]',
        record_of("leadreel-prod-deliver", {})["MessageBody"],
    ]
    for body in bodies:
        stage.put("deliver", {"MessageBody": body})
    other = event_of("leadreel-dev-tend", {})
    stage.put("deliver", other)
    code, found = stage.listed()
    assert code == 0
    assert {one["given_up_by"] for one in found["work"]} == {None}
    assert {one["payload"] for one in found["work"]} == {*bodies, other["MessageBody"]}
    code, said = stage.run("--again")
    assert code == 1
    assert "  unreadable: no JSON\n  no JSON\n  stays: it has no payload that could be sent\n" in said
    assert stage.sent() == []
    assert len(stage.left("deliver")) == len(bodies) + 1


def test_one_function_alone(stage: Stage) -> None:
    for function in ("deliver", "tend"):
        stage.put(function, record_of(f"leadreel-dev-{function}", {}))
    code, found = stage.listed("--again", "--function", "tend")
    assert (code, [one["function"] for one in found["work"]]) == (0, ["tend"])
    assert stage.sent() == [("leadreel-dev-tend", {})]
    [left] = stage.left("deliver")
    assert left["Attributes"]["ApproximateReceiveCount"] == "1"  # nobody looked before us


def test_an_error_can_not_write_to_the_terminal(stage: Stage) -> None:
    error = {"errorType": "Permanent", "errorMessage": "red \x1b[31m\r\nand\u202eback \x9b2J" + 500 * "x"}
    stage.put("tend", record_of("leadreel-dev-tend", {"\x7f": "\x9b"}, error=error))
    said = stage.run()[1]
    assert all(line.isprintable() and len(line) < 200 for line in said.splitlines())
    assert "Permanent: red [31m and back 2J" in said


def test_a_stage_that_is_not_there(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stage", "staging"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"failures: there is no queue leadreel-staging-deliver-failed in {REGION}")
    assert "AWS_REGION" in said.err


def test_where_a_queue_is_missing_nothing_is_hidden(stage: Stage) -> None:
    made = stage.put("deliver", record_of("leadreel-dev-deliver", {}))
    stage.account.client("sqs").delete_queue(QueueUrl=stage.queues["ingest_views"])
    assert stage.run("--again")[0] == 1
    assert stage.sent() == []
    assert [one["MessageId"] for one in stage.left("deliver")] == [made]


def test_without_credentials_it_says_how_to_sign_in(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    code, said = stage.run()
    assert code == 1
    assert said == f"failures: Unable to locate credentials{CURE}\n"


def test_as_a_command_in_the_region_that_the_cdk_would_take(stage: Stage) -> None:
    command = [sys.executable, "-m", "infra.failures", "--stage", "dev"]
    ran = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "AWS_REGION": "us-west-2"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "there is no queue leadreel-dev-deliver-failed in us-west-2" in ran.stderr


def granted() -> list[str]:
    """The actions that docs/operations.md lists."""
    page = (ROOT / "docs" / "operations.md").read_text()
    section = page.split("### Work that was given up", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"`((?:sqs|lambda):\w+)`", section)


@pytest.fixture
def become(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[list[str]], None]]:
    """Somebody who may do these actions alone: moto looks at policies once it is told to."""
    iam, url = stage.account.client("iam"), f"{stage.account.url}/moto-api/reset-auth"

    def become(actions: list[str]) -> None:
        allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        iam.create_user(UserName="ana")
        iam.put_user_policy(
            UserName="ana",
            PolicyName="all",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
        )
        key = iam.create_access_key(UserName="ana")["AccessKey"]
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        httpx.post(url, content="0").raise_for_status()

    yield become
    httpx.post(url, content="inf").raise_for_status()


def test_who_may_what_the_page_lists_can_send_again(
    stage: Stage, become: Callable[[list[str]], None]
) -> None:
    stage.put("tend", record_of("leadreel-dev-tend", {}))
    become(granted())
    assert stage.run("--again")[0] == 0
    assert stage.listed()[1]["given_up"] == 0


@pytest.mark.parametrize("missing", ["GetQueueUrl", "ReceiveMessage", "DeleteMessage"])
def test_who_may_less_is_told_what_is_missing(
    stage: Stage, become: Callable[[list[str]], None], missing: str
) -> None:
    stage.put("tend", record_of("leadreel-dev-tend", {}))
    assert f"sqs:{missing}" in granted()
    become([action for action in granted() if action != f"sqs:{missing}"])
    code, said = stage.run("--again")
    assert code == 1
    assert f"sqs:{missing}" in said
    assert said.count(CURE) == 1


def test_a_stranger_is_told_to_sign_in(
    stage: Stage, become: Callable[[list[str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    become(granted())
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASTRANGER")
    code, said = stage.run()
    assert code == 1
    assert said.endswith(f"{CURE}\n")
