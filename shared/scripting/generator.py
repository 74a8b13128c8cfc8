"""From a lead to a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.costs import Ledger, open_file_ledger
from shared.scripting.brief import make_brief
from shared.scripting.gate import StrangeData
from shared.scripting.offline import OfflineWriter
from shared.scripting.openrouter import OpenRouterWriter
from shared.scripting.script import Script
from shared.scripting.writer import Writer
from shared.settings import Settings, read_settings


def open_writer(settings: Settings, ledger: Ledger, strange: StrangeData | None = None) -> Writer:
    """OpenRouter if OPENROUTER_API_KEY is set, else the offline writer."""
    if settings.openrouter_api_key is None:
        return OfflineWriter()
    return OpenRouterWriter(settings, ledger, strange)


class ScriptGenerator:
    """Writes scripts; usable without arguments, from a script of your own."""

    def __init__(
        self,
        settings: Settings | None = None,
        ledger: Ledger | None = None,
        strange: StrangeData | None = None,
    ) -> None:
        """strange: finds data of other leads in what a model writes; see `gate`."""
        self._settings = settings or read_settings()
        self._writer = open_writer(self._settings, ledger or open_file_ledger(self._settings), strange)

    async def generate_script(
        self,
        lead_data: Mapping[str, Any],
        style: str = "professional",
        duration: float = 60,
        key_messages: Sequence[str] = (),
        target_audience: str | None = None,
        ai_model: str | None = None,
        **more: Any,
    ) -> Script:
        """Write a script for one lead.

        lead_data: name (needed), company, industry, email, title, website, notes, and whatever else is known.
        duration: seconds, in whole halves, 5 to VIDEO_MAX_DURATION_SECONDS; the sections add up to it.
        ai_model: a short name (AI_MODELS) or an id of OpenRouter's.
        more: language, brand, mode and the other fields of a Brief.

        Raises:
            WrongBrief: naming the field that can't be used.
            Permanent, RateLimited, Retryable: from the vendor.
        """
        brief = make_brief(
            lead_data,
            self._settings.video_max_duration_seconds,
            key_messages,
            style=style,
            duration_seconds=duration,
            target_audience=target_audience,
            model=ai_model,
            **more,
        )
        return await self._writer.write(brief)
