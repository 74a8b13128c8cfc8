"""What is taken away each night, for how long it is kept, and what is left when the stack goes."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template

from infra.backups import Backups, NotVersioned
from tests.support.stand_ins import stage, stand_ins


def backed_up(name: str, **more: Any) -> Template:
    chosen = stage(name, **more)  # type: ignore[arg-type]
    given = stand_ins(chosen)
    Backups(given.stack, "Backups", stage=chosen, database=given.database, content=given.content)
    return Template.from_stack(given.stack)


@pytest.mark.parametrize(("name", "days"), [("staging", 7), ("prod", 35)])
def test_backups_are_nightly_and_kept_as_long_as_the_stage_says(name: str, days: int) -> None:
    template = backed_up(name)
    template.has_resource_properties(
        "AWS::Backup::BackupPlan",
        {
            "BackupPlan": {
                "BackupPlanRule": [
                    Match.object_like(
                        {"Lifecycle": {"DeleteAfterDays": days}, "ScheduleExpression": "cron(0 3 * * ? *)"}
                    )
                ]
            }
        },
    )


@pytest.mark.parametrize("database", ["instance", "aurora"])
def test_the_database_and_the_content_are_taken(database: str) -> None:
    [selection] = backed_up("prod", database=database).find_resources("AWS::Backup::BackupSelection").values()
    taken = selection["Properties"]["BackupSelection"]["Resources"]
    assert any(str(each.get("Fn::GetAtt", [""])[0]).startswith("content") for each in taken)
    kind = ":cluster:" if database == "aurora" else ":db:"
    assert any(kind in str(each) for each in taken)
    assert len(taken) == 2


def test_backups_outlive_the_stack_under_a_name_that_no_other_stack_has() -> None:
    [vault] = backed_up("staging").find_resources("AWS::Backup::BackupVault").values()
    assert vault["DeletionPolicy"] == "Retain"
    assert "AWS::StackId" in str(vault["Properties"]["BackupVaultName"])
    assert "LockConfiguration" not in vault["Properties"]


def test_in_production_nobody_deletes_a_backup_before_its_time() -> None:
    backed_up("prod").has_resource_properties(
        "AWS::Backup::BackupVault", {"LockConfiguration": {"MinRetentionDays": 35}}
    )


def test_dev_keeps_nothing_that_would_outlive_it() -> None:
    template = backed_up("dev")
    template.resource_count_is("AWS::Backup::BackupVault", 0)
    template.resource_count_is("AWS::Backup::BackupPlan", 0)


def test_a_bucket_without_versions_is_refused() -> None:
    given = stand_ins(stage("prod"))
    plain = s3.Bucket(given.stack, "plain")
    with pytest.raises(NotVersioned):
        Backups(given.stack, "Backups", stage=stage("prod"), database=given.database, content=plain)
