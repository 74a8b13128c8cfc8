"""The same minute by MoviePy 2, as its guide puts it: cards of text and pictures, a recording, a logo.

python -m bench.composing.moviepy_film TOUR VOICE PAGE LOGO FONT OUT PRESET CRF
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from moviepy import (
    AudioFileClip,
    CompositeVideoClip,
    ImageClip,
    TextClip,
    VideoFileClip,
    concatenate_videoclips,
)
from moviepy.video.fx import CrossFadeIn, MultiplyColor

from bench.composing.levels import AAC, FPS, KEYFRAME_SECONDS, LEVELS
from bench.composing.material import COMPANY, INTRO_SECONDS, NAME, OUTRO_SECONDS, SECONDS

SIZE = (1920, 1080)


def main(tour: str, voice: str, page: str, logo: str, font: str, out: str, preset: str, crf: str) -> None:
    intro = _card(page, font, f"Hello {NAME}", COMPANY, INTRO_SECONDS)
    outro = _card(page, font, "Shall we talk?", COMPANY, OUTRO_SECONDS)
    film = concatenate_videoclips([intro, VideoFileClip(tour, audio=False), outro])
    mark = ImageClip(logo).with_duration(SECONDS).with_position((SIZE[0] - 264, SIZE[1] - 104))
    whole = CompositeVideoClip([film, mark], size=SIZE).with_duration(SECONDS)
    whole = whole.with_audio(AudioFileClip(voice).with_duration(SECONDS))
    for level in LEVELS:
        version = whole if level.height == SIZE[1] else whole.resized((level.width, level.height))
        version.write_videofile(
            str(Path(out) / f"{level.name}.mp4"),
            fps=FPS,
            codec="libx264",
            preset=preset,
            audio_codec="aac",
            audio_bitrate=AAC[-1],
            temp_audiofile_path=out,
            ffmpeg_params=["-crf", crf, "-g", str(KEYFRAME_SECONDS * FPS), "-pix_fmt", "yuv420p"],
            logger=None,
        )


def _card(page: str, font: str, first: str, second: str, seconds: int) -> Any:
    back = ImageClip(page).resized(SIZE).with_effects([MultiplyColor(0.4)])
    words = [
        TextClip(
            font, text=text, font_size=size, color="white", method="caption", size=(1600, 2 * size)
        ).with_position(("center", at))
        for text, size, at in ((first, 90, 390), (second, 45, 570))
    ]
    appearing = [clip.with_duration(seconds).with_effects([CrossFadeIn(0.5)]) for clip in words]
    return CompositeVideoClip([back.with_duration(seconds), *appearing], size=SIZE)


if __name__ == "__main__":
    main(*sys.argv[1:])
