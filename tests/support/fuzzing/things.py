"""Things that generated requests can be about: an id for each parameter of a path, made on demand."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import delete, select
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from shared.accounts import ClientFields, add_client
from shared.database.models import Approval, Lead, Webhook
from shared.mail import MailFields, add_mail
from shared.settings import Settings
from shared.videos import DemoSiteFields, add_demo_site
from shared.webhooks import WebhookFields, add_webhook, ping_webhook
from shared.webhooks.keeping import TooManyWebhooks
from tests.support.parts import Parts

WAITING = {"cancelBatch", "cancelVideo", "decideOnVideo", "getVoiceSample"}
"""Operations for videos that are being made; others are for those that failed, which may be deleted or tried
again."""
_MOST_WEBHOOKS = 30  # a workspace may have 50


class Things:
    def __init__(self, parts: Parts, settings: Settings) -> None:
        self._parts, self._settings = parts, settings
        self._makers = {
            "lead_id": parts.lead,
            "demo_site_id": self._site,
            "client_id": self._client,
            "recording_id": self._recording,
            "screen_recording_id": self._recording,
            "script_id": self._script,
            "video_script_id": self._script,
            "voiceover_id": self._voiceover,
            "composed_video_id": lambda: parts.composed(lead_id=parts.lead()),
            "hosted_video_id": self._hosted,
            "webhook_id": self._webhook,
        }

    def make(self, parameter: str, operation: str) -> int:
        if parameter == "video_id":
            return self._video(waits=operation in WAITING)
        if parameter == "batch_id":
            return self._parts.batch("processing" if operation in WAITING else "failed")
        return self._makers[parameter]()

    def inside(self, parameter: str, owner: int) -> int:
        """Something of the thing with the id `owner`."""
        if parameter == "delivery_id":
            return self._row(lambda session, whose: ping_webhook(session, whose, owner))
        mail = MailFields(email="ana@acme.example")
        return self._row(lambda session, whose: add_mail(session, whose, owner, mail, self._settings))

    def _row(self, make: Any) -> int:
        with self._parts.database.workspace(self._parts.workspace_id) as session:
            return int(make(session, self._parts.workspace_id).id)

    def _site(self) -> int:
        fields = DemoSiteFields(name="Acme", url="https://acme.example/")
        return self._row(lambda session, whose: add_demo_site(session, whose, fields, self._settings))

    def _client(self) -> int:
        return self._row(lambda session, whose: add_client(session, whose, ClientFields(name="CRM")))

    @retry(retry=retry_if_exception_type(TooManyWebhooks), stop=stop_after_attempt(10))  # others add, too
    def _webhook(self) -> int:
        with self._parts.database.workspace(self._parts.workspace_id) as session:
            newest = select(Webhook.id).order_by(Webhook.id.desc()).limit(_MOST_WEBHOOKS)
            session.execute(delete(Webhook).where(Webhook.id.not_in(newest)))
        fields = WebhookFields(url="https://acme.example/", events=("video.ready",))
        return self._row(lambda session, whose: add_webhook(session, whose, fields, self._settings))

    def _hosted(self) -> int:
        lead = self._parts.add(Lead(name="Ana", company="Acme", email="ana@acme.example", variables={}))
        return self._parts.hosted(lead_id=lead)

    def _script(self) -> int:
        return self._parts.script(lead_id=self._parts.lead())

    def _recording(self) -> int:
        lead = self._parts.lead()
        recording = self._parts.recording(lead_id=lead)
        viewport = {"width": 1280, "height": 720, "fps": 30}
        self._parts.run("recording", recording, lead_id=lead, options={"viewport": viewport})
        return recording

    def _voiceover(self) -> int:
        lead = self._parts.lead()
        return self._parts.voiceover(lead_id=lead, video_script_id=self._parts.script(lead_id=lead))

    def _video(self, *, waits: bool) -> int:
        parts, lead = self._parts, self._parts.lead()
        video = parts.run(
            "video", parts.hosted(lead_id=lead), "processing" if waits else "failed",
            lead_id=lead, video_script_id=parts.script(lead_id=lead),
            options={"approve_script": waits, "approve_voice": waits},
        )  # fmt: skip
        if waits:
            key = f"voices/{secrets.token_hex(8)}.wav"
            parts.storage.put(key, b"RIFF", "audio/wav")
            sample = {"audio_key": key, "text": "Hi.", "duration_seconds": 1.0}
            with parts.database.workspace(parts.workspace_id) as session:
                for kind, shown in (("voice", sample), ("script", None)):
                    session.add(
                        Approval(workspace_id=parts.workspace_id, video_id=video, kind=kind, sample=shown)
                    )
        return video
