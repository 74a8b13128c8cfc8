"""What is to be said about a video's film, from the reports on its scenes."""

from __future__ import annotations

from collections.abc import Mapping

from shared.composition.timeline import Timeline
from shared.recording import Finding, QualityReport


def film_report(timeline: Timeline, reports: Mapping[str, QualityReport]) -> QualityReport:
    """One report on all scenes. Seconds are those of the video; what is found in several scenes is said once.

    reports: by the scenes' jobs; what was given to us has none.
    """
    fps = timeline.viewport.fps
    found: dict[str, Finding] = {}
    for scene, first in zip(timeline.scenes, timeline.first_frames(), strict=True):
        findings = reports[scene.job].findings if scene.job in reports else ()
        for finding in findings:
            second = None if finding.second is None else round(first / fps + finding.second, 3)
            found.setdefault(finding.reason, finding.model_copy(update={"second": second}))
    return QualityReport(
        load_seconds=max((report.load_seconds for report in reports.values()), default=0.0),
        http_status=max((report.http_status for report in reports.values()), default=0),  # a card has none: 0
        findings=tuple(found.values()),
    )
