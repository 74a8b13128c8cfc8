"""What people write with FFmpeg: command lines as data.

one_process     the frames as they are, decoded once, encoded three times: the least there is to do
one_run_a_level a recording, cards drawn by drawtext, a logo over all; once for each level
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from bench.composing.levels import AAC, FPS, LEVELS, Encoding, Level
from bench.composing.material import (
    BT709,
    COMPANY,
    INTRO_SECONDS,
    NAME,
    OUTRO_SECONDS,
    SECONDS,
    TO_BT709,
    Material,
    concat_list,
)

FRAMES = SECONDS * FPS


def one_process(made: Material, encoding: Encoding, out: Path) -> list[str]:
    """One FFmpeg that encodes the same frames, at a constant rate, to every level at once."""
    listed = out / "frames.txt"
    listed.write_text(concat_list(made.frames(), FPS))
    names = [f"v{number}" for number in range(len(LEVELS))]
    # As few conversions as can be: before the rate is made constant, a picture is there once.
    chains = [f"[0:v]{TO_BT709},split={len(LEVELS)}" + "".join(f"[s{name}]" for name in names)]
    steady = f"fps={FPS}:start_time=0,tpad=stop=-1:stop_mode=clone"
    chains += [
        f"[s{name}]scale={level.width}:{level.height}:flags=bicubic,{steady}[{name}]"
        for name, level in zip(names, LEVELS, strict=True)
    ]
    command = [*_ffmpeg(), "-f", "concat", "-safe", "0", "-i", str(listed), "-i", str(made.voice)]
    command += ["-filter_complex", ";".join(chains)]
    for name, level in zip(names, LEVELS, strict=True):
        sound = ["-map", "1:a", *AAC]
        command += ["-map", f"[{name}]", *encoding.x264, "-frames:v", str(FRAMES), *sound]
        command += ["-t", str(SECONDS), str(out / f"{level.name}.mp4")]
    return command


def one_run_a_level(made: Material, encoding: Encoding, out: Path) -> list[str]:
    """A shell's line: one FFmpeg for each level, one after the other."""
    runs = [_with_cards(made, encoding, level, out / f"{level.name}.mp4") for level in LEVELS]
    script = out / "make.sh"
    script.write_text("set -e\n" + "\n".join(" ".join(map(_quoted, run)) for run in runs) + "\n")
    return ["/bin/sh", str(script)]


def _with_cards(made: Material, encoding: Encoding, level: Level, video: Path) -> list[str]:
    still = ["-loop", "1", "-framerate", str(FPS)]
    inputs = [*still, "-t", str(INTRO_SECONDS), "-i", str(made.page), "-i", str(made.clip)]
    inputs += [*still, "-t", str(OUTRO_SECONDS), "-i", str(made.page), "-i", str(made.logo)]
    inputs += ["-i", str(made.voice)]
    fit = f"scale={level.width}:{level.height}:out_range=limited:out_color_matrix=bt709,setsar=1,fps={FPS}"
    graph = (
        f"[0:v]{fit},eq=brightness=-0.35,{_words(f'Hello {NAME}', COMPANY, level)},format=yuv420p[intro];"
        f"[1:v]{fit},format=yuv420p[tour];"
        f"[2:v]{fit},eq=brightness=-0.35,{_words('Shall we talk?', COMPANY, level)},format=yuv420p[outro];"
        "[intro][tour][outro]concat=n=3[film];"
        f"[3:v]scale={level.width // 8}:-1[logo];[film][logo]overlay=W-w-24:H-h-24,format=yuv420p,{BT709}[v]"
    )
    command = [*_ffmpeg(), *inputs, "-filter_complex", graph, "-map", "[v]", "-map", "4:a"]
    return [*command, *encoding.x264, *AAC, "-t", str(SECONDS), str(video)]


def _words(first: str, second: str, level: Level) -> str:
    size = level.height // 12
    common = f"fontfile={font()}:fontcolor=white:x=(w-text_w)/2"
    return (
        f"drawtext=text='{first}':{common}:fontsize={size}:y=h/2-{size},"
        f"drawtext=text='{second}':{common}:fontsize={size // 2}:y=h/2+{size // 2}"
    )


def font() -> Path:
    """Noto Sans, wherever fontconfig finds it."""
    asked = [shutil.which("fc-match") or "fc-match", "--format=%{file}", "Noto Sans"]
    found = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True)
    return Path(found.stdout)


def _ffmpeg() -> list[str]:
    return [get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
