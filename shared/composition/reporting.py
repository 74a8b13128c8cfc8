"""What is to be said about a video's film, from the reports on its scenes."""

from __future__ import annotations

from collections.abc import Mapping

from shared.composition.timeline import Timeline
from shared.recording import Finding, QualityReport


def film_report(timeline: Timeline, reports: Mapping[str, QualityReport]) -> QualityReport:
    """One report on all scenes. Seconds are those of the video; what is found in several scenes is said once.

    reports: by the scenes' jobs.
    """
    fps = timeline.viewport.fps
    found: dict[str, Finding] = {}
    for scene, first in zip(timeline.scenes, timeline.first_frames(), strict=True):
        for finding in reports[scene.job].findings:
            second = None if finding.second is None else round(first / fps + finding.second, 3)
            found.setdefault(finding.reason, finding.model_copy(update={"second": second}))
    return QualityReport(
        load_seconds=max(report.load_seconds for report in reports.values()),
        http_status=max(report.http_status for report in reports.values()),  # a card has none: 0
        findings=tuple(found.values()),
    )
