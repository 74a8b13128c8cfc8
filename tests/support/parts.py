"""Rows of parts of videos, as the steps leave them, and the files that they name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.database import Database
from shared.database.models import (
    Batch,
    ComposedVideo,
    CompositionJob,
    HostedVideo,
    Lead,
    ScreenRecording,
    Video,
    VideoScript,
    VideoStep,
    Voiceover,
)
from shared.storage import Storage

SECTION = {
    "title": "Introduction",
    "content": "Hi Ana, this is for Acme.",
    "duration_seconds": 5.0,
    "scene_type": "intro",
    "timing_marker": "[00:00]",
    "passages": [],
}
CLOSING = SECTION | {
    "title": "Closing", "content": "Shall we talk?", "scene_type": "cta", "timing_marker": "[00:05]",
}  # fmt: skip
MADE_OF = {  # where a run of an operation names what it made
    "recording": "screen_recording_id",
    "script": "video_script_id",
    "voiceover": "voiceover_id",
    "composition": "composed_video_id",
    "hosting": "hosted_video_id",
    "video": "hosted_video_id",
}


@dataclass
class Parts:
    """Makes rows of one workspace, each in a transaction of its own. Fields are those of the models."""

    database: Database
    storage: Storage
    workspace_id: int

    def add(self, row: Any) -> int:
        with self.database.workspace(self.workspace_id) as session:
            row.workspace_id = self.workspace_id
            session.add(row)
            session.flush()
            return int(row.id)

    def set(self, model: type[Any], row_id: int, **fields: Any) -> None:
        with self.database.workspace(self.workspace_id) as session:
            row = session.get_one(model, row_id)
            for name, value in fields.items():
                setattr(row, name, value)

    def get(self, model: type[Any], row_id: int) -> Any:
        with self.database.workspace(self.workspace_id) as session:
            return session.get(model, row_id)

    def lead(self) -> int:
        return self.add(Lead(name="Ana Silva", company="Acme", variables={}))

    def batch(self, *statuses: str) -> int:
        """Of videos with these statuses, which are begun; ended if they all are."""
        ended = not {"pending", "processing", "waiting_approval"} & {*statuses}
        at = datetime.now(UTC) if ended else None
        batch = self.add(Batch(status="completed" if ended else "processing", completed_at=at))
        for status in statuses:
            self.run("video", self.hosted(lead_id=self.lead()), status, batch_id=batch)
        return batch

    def recording(self, **fields: Any) -> int:
        made = {
            "url_recorded": "https://acme.example/", "status": "completed", "duration_seconds": 45.5,
            "file_size_bytes": 10_200_000, "recording_config": {"frame_rate": 30},
        }  # fmt: skip
        row_id = self.add(ScreenRecording(**(made | fields)))
        key = f"recordings/{self.workspace_id}/files/{row_id}/recording.mp4"
        self.storage.put(key, b"recorded", "video/mp4")
        self.set(ScreenRecording, row_id, video_file_path=key)
        return row_id

    def script(self, **fields: Any) -> int:
        made = {
            "script_style": "professional", "sections": [SECTION, CLOSING], "total_duration_seconds": 10.0,
            "key_messages": ["Easy"], "ai_model_used": "offline", "ai_cost": 0, "status": "completed",
        }  # fmt: skip
        return self.add(VideoScript(**(made | fields)))

    def voiceover(self, **fields: Any) -> int:
        made = {
            "voice_preset": "technical", "voice_settings": {"stability": 0.5}, "voice_id": "x",
            "voice_name": "Tim", "format": "mp3", "duration_seconds": 8.5, "characters_processed": 450,
            "cost_usd": "0.135", "status": "completed",
        }  # fmt: skip
        row_id = self.add(Voiceover(**(made | fields)))
        key = f"voiceovers/{self.workspace_id}/{row_id}.mp3"
        self.storage.put(key, b"spoken", "audio/mpeg")
        self.set(Voiceover, row_id, audio_file_path=key)
        return row_id

    def composed(self, **fields: Any) -> int:
        """With a folder of its own, as that of a run, for which 9_000_000 and its id stand."""
        made = {"resolution": "1280x720", "status": "completed", "duration_seconds": 6.0}
        row_id = self.add(ComposedVideo(**(made | fields)))
        self.add(CompositionJob(composed_video_id=row_id, status="completed", clips_total=5, clips_encoded=2))
        folder = f"videos/{self.workspace_id}/{9_000_000 + row_id}"
        names = ("thumbnail.jpg", "preview.gif", "captions.vtt", "captions.srt", "chapters.vtt", "720p.mp4")
        for name in (*names, "hls/master.m3u8", "hls/720p.m3u8"):
            self.storage.put(f"{folder}/{name}", f"{name} of {row_id}".encode())
        sizes = [("720p", 1280, 720, f"{folder}/720p.mp4", 900), ("480p", 854, 480, None, None)]
        fields_of = ("quality", "width", "height", "file_path", "file_size_bytes")
        self.set(
            ComposedVideo, row_id, thumbnail_path=f"{folder}/thumbnail.jpg",
            video_file_path=f"{folder}/720p.mp4", file_size_bytes=900,
            quality_versions=[dict(zip(fields_of, size, strict=True)) for size in sizes],
            certificate={"verdict": "ok", "checks": []},
        )  # fmt: skip
        return row_id

    def hosted(self, **fields: Any) -> int:
        slug = secrets.token_urlsafe(9)
        made = {
            "hosting_provider": "s3", "slug": slug, "title": "For Ana", "status": "ready",
            "share_url": f"http://site.test/v/{slug}", "embed_url": f"http://site.test/embed/{slug}",
            "thumbnail_url": f"http://site.test/media/{slug}/thumbnail.jpg", "tags": ["demo"],
        }  # fmt: skip
        return self.add(HostedVideo(**(made | fields)))

    def run(self, operation: str, part_id: int, status: str = "completed", **fields: Any) -> int:
        """The run that made a part."""
        of_run = {MADE_OF[operation]: part_id} | fields
        made = {"lead_id": self.lead(), "url": "u", "options": {}, "page_job": ""}
        run_id = self.add(Video(**(made | {"operation": operation, "status": status} | of_run)))
        with self.database.workspace(self.workspace_id) as session:
            session.add(
                VideoStep(video_id=run_id, name=operation, workspace_id=self.workspace_id, position=0)
            )
        self.storage.put(f"videos/{self.workspace_id}/{run_id}/timeline.json", b"{}")
        return run_id
