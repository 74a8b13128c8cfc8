"""The reports on scenes become one on the video."""

from __future__ import annotations

from shared.composition.reporting import film_report
from shared.composition.timeline import Scene, Timeline
from shared.recording import Finding, QualityReport, Viewport

BLANK = "the view is blank for 2 s"
COOKIES = "a cookie banner covers 40%"
QUIET = "it keeps waiting"


def report(*findings: tuple[str, float | None], **fields: float) -> QualityReport:
    told = tuple(Finding(severity="warn", reason=reason, second=second) for reason, second in findings)
    return QualityReport.model_validate({"findings": told, **fields})


def test_seconds_become_those_of_the_video_and_a_reason_is_said_once() -> None:
    jobs = {
        "intro": report(),
        "first": report((COOKIES, 0.0), (QUIET, None), load_seconds=1.5, http_status=200),
        "second": report((BLANK, 1.25), (COOKIES, 3.0), (QUIET, None), load_seconds=2.5, http_status=200),
    }
    frames = {"intro": 60, "first": 150, "second": 120}
    scenes = tuple(
        Scene(title=job, scene_type="demo", job=job, frame_count=count) for job, count in frames.items()
    )
    whole = film_report(Timeline(viewport=Viewport(fps=30), scenes=scenes), jobs)
    assert [(finding.reason, finding.second) for finding in whole.findings] == [
        (COOKIES, 2.0),
        (QUIET, None),
        (BLANK, 8.25),
    ]
    assert (whole.verdict, whole.load_seconds, whole.http_status) == ("warn", 2.5, 200)


def test_of_what_nobody_filmed_there_is_nothing_to_say() -> None:
    given = Scene(title="Proof", scene_type="proof", shows="media", job="given", frame_count=60)
    whole = film_report(Timeline(viewport=Viewport(fps=30), scenes=(given,)), {})
    assert (whole.findings, whole.load_seconds, whole.http_status) == ((), 0.0, 0)
