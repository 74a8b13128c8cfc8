"""The first video of a tour: frames and voice are there, nothing is encoded yet."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.composing.levels import LEVELS, Encoding
from bench.composing.material import SECONDS, Material
from bench.composing.plain import font, one_process, one_run_a_level
from bench.peers import Entrant, Kit, Run

TIMEOUT_SECONDS = 3600.0
_SLOW = {"moviepy"}  # a quarter of an hour
Command = Callable[[Material, Encoding, Path], list[str]]


def entrants(made: Material, encoding: Encoding, *, recipes: bool) -> list[Entrant]:
    """recipes: also what people write, with cards of their own drawing."""
    ways: list[tuple[str, str, Command]] = [
        ("ours", "Leadreel", _ours),
        ("ffmpeg", "one FFmpeg, same frames", one_process),
    ]
    if recipes:
        ways += [
            ("drawtext", "one FFmpeg run a level, drawtext and overlay", one_run_a_level),
            ("moviepy", "MoviePy 2", _moviepy),
        ]
    return [
        Entrant(
            key,
            name,
            partial(_run, key, command, made, encoding),
            seconds=SECONDS,
            judged=False,
            once=key in _SLOW,
        )
        for key, name, command in ways
    ]


def folder_of(kit: Kit, key: str) -> Path:
    """Where an entrant's videos lie, until its next run."""
    return kit.work / "cold" / key


def megabytes(kit: Kit, key: str) -> float:
    """Of all levels together."""
    return sum((folder_of(kit, key) / f"{level.name}.mp4").stat().st_size for level in LEVELS) / 1e6


def _run(key: str, command: Command, made: Material, encoding: Encoding, kit: Kit) -> Run:
    out = folder_of(kit, key)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    films = [out / f"{level.name}.mp4" for level in LEVELS]
    return Run(
        command(made, encoding, out),
        films[0],
        env={"LEADREEL_HOME": str(out / "home")},
        beside=tuple(films[1:]),
        timeout_seconds=TIMEOUT_SECONDS,
    )


def _ours(made: Material, encoding: Encoding, out: Path) -> list[str]:
    """On a storage of its own, so that each run finds frames and voices and nothing else."""
    storage = out / "storage"
    shutil.copytree(made.storage, storage, copy_function=os.link)
    arguments = [str(storage), str(made.timeline_file), str(out), encoding.quality]
    return [sys.executable, "-m", "bench.composing.ours", *arguments]


def _moviepy(made: Material, encoding: Encoding, out: Path) -> list[str]:
    files = [str(path) for path in (made.clip, made.voice, made.page, made.logo, font(), out)]
    command = [sys.executable, "-m", "bench.composing.moviepy_film", *files]
    return [*command, encoding.preset, str(encoding.crf)]
