"""Requests that schemathesis makes up from the OpenAPI document, over HTTP, signed in and with real rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.postgres import Postgres
from shared.database import Database
from tests.integration.api.test_matrix import ROUTES
from tests.support.api import SECRETS_KEY
from tests.support.serving import Service, served_over_http
from tests.support.vendors import VendorServer

EXAMPLES = int(os.environ.get("FUZZING_EXAMPLES", "20"))
"""Of each operation, beside those that cover its schema. `FUZZING_EXAMPLES=200` looks longer."""
PHASES = os.environ.get("FUZZING_PHASES", "examples,coverage,fuzzing")
MORE = os.environ.get("FUZZING_MORE", "").split()
"""Such as `--include-operation-id makeVideo`, while something is being looked for."""
NOT_FOR_MEMBERS = {"costs", "manage"}
LEADS_ELSEWHERE = 307  # downloads
SECONDS = 1500


@pytest.mark.timeout(SECONDS + 60)
def test_nothing_that_is_made_up_breaks_it(
    database: Database, workspace_id: int, migrated: Postgres, tmp_path: Path
) -> None:
    home, reports = tmp_path / "home", [tmp_path / f"answered-{half}.json" for half in range(2)]
    with (
        VendorServer() as vendors,
        served_over_http(database, workspace_id, home, loom_base_url=vendors.loom_url) as service,
    ):
        (tmp_path / "schemathesis.toml").write_text(config(service))
        given = {
            "home": str(home), "database_url": migrated.app_url, "workspace_id": workspace_id,
            "secrets_key": SECRETS_KEY.get_secret_value(),
        }  # fmt: skip

        def fuzz_half(half: int) -> str:
            chosen = MORE or [f"--include-operation-id={route[2]}" for route in ROUTES[half::2]]
            return fuzz(service.url, tmp_path, given | {"report": str(reports[half])}, chosen)

        with ThreadPoolExecutor(len(reports)) as both:
            told = list(both.map(fuzz_half, range(1 if MORE else len(reports))))
    counted = [json.loads(report.read_text()) for report in reports if report.exists()]
    answers = {operation: _statuses(counts) for half in counted for operation, counts in half.items()}
    print(*told, json.dumps(answers))
    if not MORE:
        assert set(answers) == {operation for _, _, operation, _ in ROUTES}
    served = {name for name, statuses in answers.items() if any(_is_served(status) for status in statuses)}
    assert set(answers) - served == set()
    assert {name for name, statuses in answers.items() if any(status >= 500 for status in statuses)} == set()


def config(service: Service) -> str:
    """Signed in as a member, but for what members may not do. A warning fails, too."""
    member, owner = service.api.token("member"), service.api.token("owner")
    lines = [
        f'headers = {{ Authorization = "Bearer {member}" }}',
        "[warnings]", "fail-on = true",
        "[generation]", "allow-x00 = false",  # what Postgres can't keep is for test_bodies
    ]  # fmt: skip
    for _, _, operation, permission in ROUTES:
        if permission in NOT_FOR_MEMBERS:
            lines += [
                "[[operations]]", f'include-operation-id = "{operation}"',
                f'headers = {{ Authorization = "Bearer {owner}" }}',
            ]  # fmt: skip
    return "\n".join(lines)


def fuzz(url: str, home: Path, given: dict[str, Any], more: list[str]) -> str:
    """What schemathesis says, which found nothing. One worker: Python 3.11 can't parse in two threads."""
    ran = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json",
         "--checks", "all", "--phases", PHASES, "--max-examples", str(EXAMPLES), "--workers", "1",
         "--seed", "6", "--suppress-health-check", "all", "--continue-on-failure", *more],
        cwd=home, text=True, capture_output=True, timeout=SECONDS, check=False,
        env=os.environ | {
            "FUZZING": json.dumps(given), "SCHEMATHESIS_HOOKS": "tests.support.fuzzing.hooks",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )  # fmt: skip
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def _statuses(counted: dict[str, int]) -> dict[int, int]:
    """counted: by phase and status."""
    statuses: Counter[int] = Counter()
    for said, count in counted.items():
        statuses[int(said.rpartition(" ")[2])] += count
    return dict(statuses)


def _is_served(status: int) -> bool:
    return status // 100 == 2 or status == LEADS_ELSEWHERE
