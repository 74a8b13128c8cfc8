"""The voice step: speaks a video's script, section by section, and keeps the words' times as a row."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.costs import Allowance, Ledger, open_ledger, read_prices, watch_allowance
from shared.database.models import Video, VideoScript, Voiceover, VoiceoverCache, VoiceoverUsage
from shared.scripting import Script
from shared.settings import Settings
from shared.voice.pronouncing import read_pronunciations
from shared.voice.speech import Speech
from shared.voice.synthesizer import VoiceSynthesizer
from shared.workflow import Tools, VideoEvent


def speak_script(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Returns {voiceover_id}. Raises what VoiceSynthesizer raises."""
    with tools.database.workspace(event.workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        if video.voiceover_id is not None:
            return {"voiceover_id": video.voiceover_id}
        row = session.get_one(VideoScript, video.video_script_id)
        pronunciations = read_pronunciations(session, row.language)
    script = Script(
        script_style=row.script_style,
        language=row.language,
        sections=row.sections,
        total_duration_seconds=row.total_duration_seconds,
        ai_model_used=row.ai_model_used or "",
    )
    preset = video.options["voice_preset"]
    ledger = open_ledger(tools.database, tools.storage, event.workspace_id, event.video_id, "voice")
    synthesizer = VoiceSynthesizer(
        tools.settings,
        ledger,
        tools.storage,
        enable_cache=tools.settings.voiceover_cache_enabled,
        workspace=str(event.workspace_id),
        pronunciations=pronunciations,
    )
    settings = video.options.get("voice_settings")
    speeches = asyncio.run(synthesizer.synthesize_sections(script, preset, settings))
    if tools.settings.elevenlabs_api_key is not None:
        watch_allowance(tools.database, "elevenlabs", partial(_allowance, tools.settings, ledger))
    keys = [synthesizer.audio_key(speech) for speech in speeches]
    with tools.database.workspace(event.workspace_id) as session:
        voiceover = Voiceover(
            workspace_id=event.workspace_id,
            video_script_id=row.id,
            lead_id=video.lead_id,
            voice_preset=preset,
            voice_settings=settings or {},
            voice_id=speeches[0].voice_id,
            voice_name=speeches[0].voice_name,
            duration_seconds=sum(speech.duration_seconds for speech in speeches),
            characters_processed=sum(speech.characters_processed for speech in speeches),
            cost_usd=sum((speech.cost_usd for speech in speeches), Decimal(0)),
            sections=[
                {
                    "audio_key": key,
                    "duration_seconds": speech.duration_seconds,
                    "words": [word.model_dump() for word in speech.words],
                }
                for key, speech in zip(keys, speeches, strict=True)
            ],
            status="completed",
        )
        session.add(voiceover)
        session.flush()
        session.get_one(Video, event.video_id).voiceover_id = voiceover.id
        for piece in (piece for speech in speeches for piece in speech.pieces or (speech,)):
            _count_usage(session, event.workspace_id, piece)
            _count_cache(session, event.workspace_id, synthesizer.audio_key(piece), piece)
        return {"voiceover_id": voiceover.id}


def _allowance(settings: Settings, ledger: Ledger) -> Allowance:
    from shared.voice.elevenlabs import ElevenLabsVoice  # with its SDK, which only the vendor's voice needs

    return asyncio.run(ElevenLabsVoice(settings, ledger, read_prices()).allowance())


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
