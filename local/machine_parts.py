"""Trying out, one by one, the parts of this machine that Leadreel needs.

Each part is imported where it is tried: one that can't even be imported is a finding too.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from local.guarded import Guarded, guarded
from local.home import find_running
from local.server import PortBusy, bind
from shared.errors import LeadreelError, Retryable
from shared.settings import Settings

TRY_SECONDS = 30.0
ASK_SECONDS = 10.0  # a vendor, with a second or two for the import of its SDK
FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path(sys.prefix)
    / "share"
    / "chromium"
    / "usr"
    / "share"
    / "fonts",  # layers/chromium/install.sh, without root
)
FONT_FILES: Final = {
    "Noto Sans": "NotoSans-*",
    "Noto Sans CJK": "NotoSansCJK*",
    "Noto Color Emoji": "NotoColorEmoji*",
}


@dataclass(frozen=True)
class Tried:
    """What became of trying a part. text: what it says of itself, or why it does not work.

    sure: False when it could not be found out whether it works.
    """

    works: bool
    text: str
    sure: bool = True


@dataclass(frozen=True)
class Machine:
    """What was found on this machine.

    fonts, keys: by name, whether there is one. vendor_voices: None without a key. home_writable: Leadreel's
    home, or where it would be made. free_bytes: where that is. port_served: by the runtime of this home;
    port_refused: why it can't be had.
    """

    python: tuple[int, int, int]
    chromium: Tried
    driver: Tried
    fonts: Mapping[str, bool]
    ffmpeg: Tried
    postgres: Tried
    voice: Tried
    player: Tried
    vendor_voices: Tried | None
    runtime_client: Tried
    home: Path
    home_writable: bool
    free_bytes: int
    port: int
    port_served: bool
    port_refused: str
    keys: Mapping[str, bool]


def examine(settings: Settings) -> Machine:
    """Try everything, in about a second; a vendor may take ten. Raises nothing: what fails is told."""
    home = settings.leadreel_home.absolute()
    standing = next(folder for folder in (home, *home.parents) if os.access(folder, os.F_OK))
    served, refused = _try_port(settings)
    return Machine(
        python=sys.version_info[:3],
        chromium=_try(lambda: _run(_chromium(settings), "--version")),
        driver=_try(lambda: _run(_driver(), "--version")),
        fonts=find_fonts(FONT_FOLDERS),
        ffmpeg=_try(lambda: _run(_ffmpeg(), "-version")),
        postgres=_try(lambda: _run(_postgres(), "--version")),
        voice=_try(_load_voice),
        player=_try(_find_player),
        vendor_voices=_try(lambda: _ask_voices(settings)) if settings.elevenlabs_api_key else None,
        runtime_client=_try(_load_runtime_client),
        home=home,
        home_writable=standing.is_dir() and os.access(standing, os.W_OK | os.X_OK),
        free_bytes=shutil.disk_usage(standing).free,
        port=settings.port,
        port_served=served,
        port_refused=refused,
        keys=find_keys(settings),
    )


def find_fonts(folders: Iterable[Path]) -> dict[str, bool]:
    """Which of the Noto fonts lie below the folders. The files are looked for, for fc-list may be missing."""
    names = [
        name for folder in folders for _, _, files in os.walk(folder, followlinks=True) for name in files
    ]
    return {
        family: any(Path(name).match(pattern) for name in names) for family, pattern in FONT_FILES.items()
    }


def find_keys(settings: Settings) -> dict[str, bool]:
    """By variable name, whether each secret is set; never its value."""
    fields = type(settings).model_fields.items()
    secrets = [name for name, field in fields if field.annotation == SecretStr | None]
    return {name.upper(): getattr(settings, name) is not None for name in secrets}


def _try(part: Callable[[], Tried]) -> Tried:
    try:
        return part()
    except (LeadreelError, ImportError, OSError, RuntimeError, PackageNotFoundError) as error:
        return Tried(False, str(error) or type(error).__name__)


def _run(program: Path, *arguments: str) -> Tried:
    """Run a program to its end and keep what it says; one that hangs is killed."""
    with tempfile.TemporaryFile() as output:
        try:
            code = Guarded(guarded([program, *arguments]), output=output).wait(TRY_SECONDS)
        except subprocess.TimeoutExpired:
            return Tried(False, f"{program} does not answer within {TRY_SECONDS:.0f} s")
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if code != 0:
        return Tried(False, f"{program} does not run: {said[-500:] or f'exit status {code}'}")
    return Tried(True, said)


def _chromium(settings: Settings) -> Path:
    from shared.recording import find_chromium

    return find_chromium(settings.chromium_path)


def _driver() -> Path:
    package = find_spec("playwright")
    for folder in (package.submodule_search_locations or ()) if package else ():
        return Path(folder) / "driver" / "node"
    raise ImportError("the package playwright is missing")


def _ffmpeg() -> Path:
    import imageio_ffmpeg

    return Path(imageio_ffmpeg.get_ffmpeg_exe())


def _postgres() -> Path:
    from local.postgres import binaries

    return binaries() / "postgres"


def _load_voice() -> Tried:
    from shared.voice.espeak import load_espeak

    return Tried(True, f"espeak-ng {load_espeak().version}")


def _find_player() -> Tried:
    from shared.hosting import find_player

    return Tried(True, f"hls.js {find_player().version}")


def _ask_voices(settings: Settings) -> Tried:
    """Whether ElevenLabs has the voice of every preset."""
    from local.voices import cast_presets

    async def ask() -> list[str]:
        async with asyncio.timeout(ASK_SECONDS):
            casting = await cast_presets(settings)
        return [f"{one.setting} ({one.voice_id or one.name})" for one in casting.presets if not one.known]

    try:
        unknown = list(dict.fromkeys(asyncio.run(ask())))
    except TimeoutError:
        return Tried(False, f"ElevenLabs does not answer within {ASK_SECONDS:.0f} s", sure=False)
    except Retryable as error:
        return Tried(False, str(error), sure=False)
    if unknown:
        return Tried(False, f"ElevenLabs doesn't know the voice of {', '.join(unknown)}")
    return Tried(True, "ElevenLabs has the voice of every preset")


def _load_runtime_client() -> Tried:
    import_module("runtime_client")  # the compiled part of awslambdaric
    return Tried(True, f"awslambdaric {version('awslambdaric')}")


def _try_port(settings: Settings) -> tuple[bool, str]:
    """(whether this home's runtime serves there, why it can't be had)."""
    running = find_running(settings.leadreel_home)
    if running and running.url.endswith(f":{settings.port}"):
        return True, ""
    try:
        bind(settings.port).close()
    except (PortBusy, OSError) as error:
        return False, str(error)
    return False, ""
