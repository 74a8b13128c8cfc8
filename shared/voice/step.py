"""The voice step: speaks a video's script, section by section, and keeps the words' times as a row."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.costs import Allowance, Ledger, open_ledger, read_prices, watch_allowance
from shared.database.models import (
    Approval,
    Video,
    VideoScript,
    Voiceover,
    VoiceoverCache,
    VoiceoverUsage,
)
from shared.scripting import Script
from shared.settings import Settings
from shared.voice.pronouncing import read_pronunciations
from shared.voice.reserving import reserve_voiceover
from shared.voice.speech import Speech
from shared.voice.synthesizer import VoiceSynthesizer
from shared.workflow import Tools, VideoEvent, check_approved, check_wanted

MEDIA_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg"}


def speak_script(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Returns {voiceover_id}. Raises NotApproved, VideoStopped, and what VoiceSynthesizer raises."""
    with tools.database.workspace(event.workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        check_approved(session, video, "script", "voice")
        voiceover = reserve_voiceover(session, video)
        if voiceover.status == "completed":
            return {"voiceover_id": voiceover.id}
        row = session.get_one(VideoScript, video.video_script_id)
        pronunciations = read_pronunciations(session, row.language)
    preset, settings = video.options["voice_preset"], video.options.get("voice_settings")
    ledger = open_ledger(tools.database, tools.storage, event.workspace_id, event.video_id, "voice")
    synthesizer = _synthesizer(event, tools, ledger, pronunciations)
    with tempfile.TemporaryDirectory(prefix="leadreel-voice-") as folder:
        file = Path(folder) / f"voiceover.{voiceover.format}"
        whole, speeches = asyncio.run(synthesizer.synthesize_whole(_script(row), preset, file, settings))
        audio = f"voiceovers/{event.workspace_id}/{voiceover.id}.{voiceover.format}"
        tools.storage.put(audio, file, MEDIA_TYPES[voiceover.format])
    _watch(tools, ledger)
    keys = [synthesizer.audio_key(speech) for speech in speeches]
    with tools.database.workspace(event.workspace_id) as session:
        check_wanted(session, event.video_id)  # whoever stops a video may change its words
        voiceover = session.get_one(Voiceover, voiceover.id)
        voiceover.voice_id, voiceover.voice_name = speeches[0].voice_id, speeches[0].voice_name
        voiceover.audio_file_path = audio
        voiceover.duration_seconds = whole.duration_seconds
        voiceover.characters_processed = sum(speech.characters_processed for speech in speeches)
        voiceover.cost_usd = sum((speech.cost_usd for speech in speeches), Decimal(0))
        voiceover.sections = [
            {
                "audio_key": key,
                "duration_seconds": speech.duration_seconds,
                "words": [word.model_dump() for word in speech.words],
            }
            for key, speech in zip(keys, speeches, strict=True)
        ]
        voiceover.status, voiceover.reason = "completed", None
        for speech in speeches:
            _count(session, event.workspace_id, synthesizer, speech)
    return {"voiceover_id": voiceover.id}


def speak_sample(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Speak the first section, as it will be spoken in the whole, for a person to judge the voice by.

    What is bought for it is not bought again. Returns {audio_key}, of the sample that is kept now.
    Raises NotApproved, VideoStopped, and what VoiceSynthesizer raises.
    """
    with tools.database.workspace(event.workspace_id) as session:
        check_wanted(session, event.video_id)
        video = session.get_one(Video, event.video_id)
        check_approved(session, video, "script")
        known = session.get(Approval, (video.id, "voice"))
        if known is not None and known.status == "approved":
            return {"audio_key": (known.sample or {}).get("audio_key")}
        row = session.get_one(VideoScript, video.video_script_id)
        pronunciations = read_pronunciations(session, row.language)
    preset, settings = video.options["voice_preset"], video.options.get("voice_settings")
    ledger = open_ledger(tools.database, tools.storage, event.workspace_id, event.video_id, "voice")
    synthesizer = _synthesizer(event, tools, ledger, pronunciations)
    speech = asyncio.run(synthesizer.synthesize_opening(_script(row), preset, settings))
    sample = {
        "audio_key": synthesizer.audio_key(speech),
        "text": " ".join(word.text for word in speech.words),
        "duration_seconds": speech.duration_seconds,
    }
    with tools.database.workspace(event.workspace_id) as session:
        fresh = insert(Approval).values(
            video_id=event.video_id, kind="voice", workspace_id=event.workspace_id, sample=sample
        )
        session.execute(
            fresh.on_conflict_do_update(index_elements=["video_id", "kind"], set_={"sample": sample})
        )
        _count(session, event.workspace_id, synthesizer, speech)
    return {"audio_key": sample["audio_key"]}


def _script(row: VideoScript) -> Script:
    return Script(
        script_style=row.script_style,
        language=row.language,
        sections=row.sections,
        total_duration_seconds=row.total_duration_seconds,
        ai_model_used=row.ai_model_used or "",
    )


def _synthesizer(
    event: VideoEvent, tools: Tools, ledger: Ledger, pronunciations: Mapping[str, str]
) -> VoiceSynthesizer:
    return VoiceSynthesizer(
        tools.settings,
        ledger,
        tools.storage,
        enable_cache=tools.settings.voiceover_cache_enabled,
        workspace=str(event.workspace_id),
        pronunciations=pronunciations,
    )


def _watch(tools: Tools, ledger: Ledger) -> None:
    """What the vendor still lets us buy, for whoever asks whether all is well."""
    if tools.settings.elevenlabs_api_key is not None:
        watch_allowance(tools.database, "elevenlabs", partial(_allowance, tools.settings, ledger))


def _allowance(settings: Settings, ledger: Ledger) -> Allowance:
    from shared.voice.elevenlabs import ElevenLabsVoice  # with its SDK, which only the vendor's voice needs

    return asyncio.run(ElevenLabsVoice(settings, ledger, read_prices()).allowance())


def _count(session: Session, workspace_id: int, synthesizer: VoiceSynthesizer, speech: Speech) -> None:
    for piece in speech.pieces or (speech,):
        _count_usage(session, workspace_id, piece)
        _count_cache(session, workspace_id, synthesizer.audio_key(piece), piece)


def _count_usage(session: Session, workspace_id: int, speech: Speech) -> None:
    statement = insert(VoiceoverUsage).values(
        workspace_id=workspace_id,
        day=datetime.now(UTC).date(),
        model=speech.model,
        characters=speech.characters_processed,
        cost_usd=speech.cost_usd,
        calls=int(not speech.cache_hit),
        cache_hits=int(speech.cache_hit),
        saved_usd=speech.saved_usd,
    )
    counted = ("characters", "cost_usd", "calls", "cache_hits", "saved_usd")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "day", "model"],
            set_={name: getattr(VoiceoverUsage, name) + statement.excluded[name] for name in counted},
        )
    )


def _count_cache(session: Session, workspace_id: int, key: str, speech: Speech) -> None:
    statement = insert(VoiceoverCache).values(
        workspace_id=workspace_id,
        content_hash=speech.content_hash,
        voice_id=speech.voice_id,
        model=speech.model,
        audio_key=key,
        characters=speech.characters_processed,
        duration_seconds=speech.duration_seconds,
        price_usd=speech.cost_usd + speech.saved_usd,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "content_hash"],
            set_={"hits": VoiceoverCache.hits + 1, "last_used_at": func.now()},
        )
    )
