"""What is bought together: nothing that is under way is given up because something else failed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Retryable
from shared.voice.sound import UnknownFormat
from shared.voice.synthesizer import all_of, check_format


async def test_what_is_under_way_is_waited_for_when_another_fails() -> None:
    ended: list[str] = []

    async def fails() -> Any:
        raise Retryable("a passing fault")

    async def takes_longer() -> Any:
        await asyncio.sleep(0.05)
        ended.append("bought")

    with pytest.raises(Retryable, match="a passing fault"):
        await all_of([fails(), takes_longer()])
    assert ended == ["bought"]


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.ogg", None])
def test_a_format_that_is_written_is_known(name: str | None) -> None:
    check_format(name)


@pytest.mark.parametrize("name", ["a.flac", Path("a")])
def test_another_format_is_refused_before_anything_is_bought(name: str | Path) -> None:
    with pytest.raises(UnknownFormat):
        check_format(name)
