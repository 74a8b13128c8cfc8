"""From a lead to a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.costs import Ledger, open_file_ledger
from shared.scripting.brief import make_brief
from shared.scripting.offline import OfflineWriter
from shared.scripting.openrouter import OpenRouterWriter
from shared.scripting.script import Script
from shared.scripting.writer import Writer
from shared.settings import Settings, read_settings


def open_writer(settings: Settings, ledger: Ledger) -> Writer:
    """OpenRouter if OPENROUTER_API_KEY is set, else the offline writer."""
    if settings.openrouter_api_key is None:
        return OfflineWriter()
    return OpenRouterWriter(settings, ledger)


class ScriptGenerator:
    """Writes scripts; usable without arguments, from a script of your own."""

    def __init__(self, settings: Settings | None = None, ledger: Ledger | None = None) -> None:
        self._settings = settings or read_settings()
        self._writer = open_writer(self._settings, ledger or open_file_ledger(self._settings))

    async def generate_script(
        self,
        lead_data: Mapping[str, Any],
        style: str = "professional",
        duration: float = 60,
        key_messages: Sequence[str] = (),
        target_audience: str | None = None,
        ai_model: str | None = None,
    ) -> Script:
        """Write a script for one lead.

        lead_data: name (needed), company, industry, email, title, website, notes, and whatever else is known.
        duration: seconds, in whole halves, 5 to VIDEO_MAX_DURATION_SECONDS; the sections add up to it.

        Raises:
            WrongBrief: naming the field that can't be used.
            Permanent, RateLimited, Retryable: from the vendor.
        """
        longest = self._settings.video_max_duration_seconds
        brief = make_brief(lead_data, style, duration, key_messages, target_audience, ai_model, longest)
        return await self._writer.write(brief)
