"""What every entrant composes: a minute that was really filmed, and what is said over it.

Made once into a folder, the way the product does it: the page is checked, a tour is planned, each scene is
filmed into unique frames with durations, each section is spoken by the offline voice.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from bench.serving import served
from shared.composition import Narration, Scene, Timeline
from shared.composition.cards import CardFields, intro_card, outro_card
from shared.recording import (
    FRAMES,
    RESULT,
    Card,
    PageJob,
    PageReport,
    SceneJob,
    Tour,
    Viewport,
    check_page,
    film_scene,
    plan_tour,
)
from shared.scripting import Script, Section
from shared.settings import Settings
from shared.voice import Speech, VoiceSynthesizer

SITE = Path(__file__).parents[2] / "local" / "demo_site"
VIEW = Viewport(width=1920, height=1080, fps=30)
NAME, COMPANY = "Ana Silva", "Acme"
LEAD_IN_SECONDS = 0.4
FFMPEG_SECONDS = 300.0
BT709 = "setparams=range=limited:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
TO_BT709 = (
    "scale=in_range=full:in_color_matrix=bt601:out_range=limited:out_color_matrix=bt709:flags=accurate_rnd,"
    f"format=yuv420p,{BT709}"
)
"""JPEG's colours to those of video, and said so in the file."""

# scene type, seconds, what is said
SECTIONS = (
    ("intro", 8, f"Hello {NAME}. I recorded this short tour of our product for {COMPANY}."),
    (
        "demo",
        16,
        "This is the page as your planners would see it. What runs out first stands at the top, and the "
        "reasons follow. Each line can be opened, down to the shelf.",
    ),
    (
        "feature",
        15,
        "The forecast is made anew every night from what was sold, and it says how sure it is. Nobody has "
        "to keep a table beside it.",
    ),
    (
        "proof",
        15,
        "Teams like yours order less in a hurry and throw less away. The figures on the page are theirs, "
        "and you can look up how they were counted.",
    ),
    ("cta", 6, "If this fits, simply reply. Thank you for watching."),
)
SECONDS = sum(seconds for _, seconds, _ in SECTIONS)
INTRO_SECONDS, OUTRO_SECONDS = SECTIONS[0][1], SECTIONS[-1][1]


@dataclass(frozen=True)
class Material:
    """storage: with the scenes' and the voices' files. clip, voice: the tour and the sound as one file each,
    for those who don't compose from frames; page, logo: pictures for their cards."""

    folder: Path

    @property
    def storage(self) -> Path:
        return self.folder / "storage"

    @property
    def timeline_file(self) -> Path:
        return self.folder / "timeline.json"

    @property
    def timeline(self) -> Timeline:
        return Timeline.model_validate_json(self.timeline_file.read_bytes())

    @property
    def clip(self) -> Path:
        return self.folder / "tour.mp4"

    @property
    def voice(self) -> Path:
        return self.folder / "voice.wav"

    @property
    def page(self) -> Path:
        return self.folder / "page.jpg"

    @property
    def logo(self) -> Path:
        return self.folder / "logo.png"

    def frames(self, scenes: slice = slice(None)) -> list[tuple[Path, int]]:
        """(frames.mkv, its length in frames) of each scene."""
        found = self.timeline.scenes[scenes]
        return [(self.storage / scene.job / FRAMES, scene.frame_count) for scene in found]


def material(folder: Path) -> Material:
    """The material in `folder`; made if it isn't there whole."""
    if not folder.exists():
        making = Material(folder.with_suffix(".partial"))
        shutil.rmtree(making.folder, ignore_errors=True)
        making.storage.mkdir(parents=True)
        making.timeline_file.write_text(asyncio.run(_filmed(making)).model_dump_json())
        _join(making)
        making.folder.rename(folder)
    return Material(folder)


async def _filmed(made: Material) -> Timeline:
    speeches, keys = await _spoken(made.folder)
    with served(SITE) as site:
        job = PageJob(url=f"http://{site}/", viewport=VIEW)
        page = await check_page(job, made.folder, allow_hosts=(site,))
        jobs = _jobs(page, made.page.read_bytes())
        for number, scene in enumerate(jobs):
            folder = made.storage / _prefix(number)
            folder.mkdir(parents=True)
            result = await film_scene(scene, folder, allow_hosts=(site,))
            (folder / RESULT).write_text(result.model_dump_json())
    scenes = [
        Scene(
            title=kind,
            scene_type=kind,
            job=_prefix(number),
            frame_count=seconds * VIEW.fps,
            narration=_narration(speeches[number], keys[number], seconds),
        )
        for number, (kind, seconds, _) in enumerate(SECTIONS)
    ]
    return Timeline(viewport=VIEW, scenes=tuple(scenes))


def _prefix(number: int) -> str:
    return f"recordings/1/scenes/{number}"


def _jobs(page: PageReport, page_image: bytes) -> list[SceneJob]:
    """The cards, and ranges of one tour."""
    lengths = [seconds * VIEW.fps for _, seconds, _ in SECTIONS]
    steps = plan_tour(page.scroll_height, VIEW, sum(lengths[1:-1]) / VIEW.fps, page.landmarks)
    tour = Tour(url=page.url, steps=steps)
    fields = CardFields(name=NAME, company=COMPANY)
    intro = intro_card(fields, page_image=page_image, duration_seconds=INTRO_SECONDS)
    outro = outro_card(fields, page_image=page_image)
    jobs = [SceneJob(source=Card(html=intro), viewport=VIEW, first_frame=0, frame_count=lengths[0])]
    first = 0
    for length in lengths[1:-1]:
        jobs.append(SceneJob(source=tour, viewport=VIEW, first_frame=first, frame_count=length))
        first += length
    jobs.append(SceneJob(source=Card(html=outro), viewport=VIEW, first_frame=0, frame_count=lengths[-1]))
    return jobs


async def _spoken(folder: Path) -> tuple[list[Speech], list[str]]:
    synthesizer = VoiceSynthesizer(Settings(leadreel_home=folder))
    sections = [
        Section(title=kind, content=text, duration_seconds=seconds, scene_type=kind, timing_marker="[00:00]")
        for kind, seconds, text in SECTIONS
    ]
    script = Script(
        script_style="friendly",
        sections=tuple(sections),
        total_duration_seconds=SECONDS,
        ai_model_used="offline",
    )
    speeches = await synthesizer.synthesize_sections(script)
    return speeches, [synthesizer.audio_key(speech) for speech in speeches]


def _narration(speech: Speech, key: str, seconds: int) -> Narration:
    assert LEAD_IN_SECONDS + speech.duration_seconds < seconds, speech
    return Narration(
        audio_key=key,
        offset_seconds=LEAD_IN_SECONDS,
        duration_seconds=speech.duration_seconds,
        words=speech.words,
    )


def _join(made: Material) -> None:
    """The tour as an MP4, as a screen recorder would have left it, the sound as one file, and a logo."""
    tour = made.folder / "tour.txt"
    tour.write_text(concat_list(made.frames(slice(1, -1)), VIEW.fps))
    count = sum(frames for _, frames in made.frames(slice(1, -1)))
    shown = f"{TO_BT709},fps={VIEW.fps}"
    shown += ",tpad=stop=-1:stop_mode=clone"
    encoder = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-g", "30", "-frames:v", str(count)]
    _ffmpeg(["-f", "concat", "-safe", "0", "-i", str(tour), "-vf", shown, *encoder, str(made.clip)])
    _ffmpeg(_sound(made))
    box = "color=c=0x2456a6:s=240x80:d=1,drawbox=x=20:y=20:w=40:h=40:color=white:t=fill"
    _ffmpeg(["-f", "lavfi", "-i", box, "-frames:v", "1", str(made.logo)])


def _sound(made: Material) -> list[str]:
    timeline = made.timeline
    inputs: list[str] = []
    filters: list[str] = []
    names = ""
    for scene, first in zip(timeline.scenes, timeline.first_frames(), strict=True):
        assert scene.narration is not None  # every section is spoken
        number = len(filters)
        at = round(1000 * (first / VIEW.fps + scene.narration.offset_seconds))
        inputs += ["-i", str(made.storage / scene.narration.audio_key)]
        filters.append(f"[{number}:a]adelay={at}:all=1[a{number}]")
        names += f"[a{number}]"
    mixed = f"{names}amix=inputs={len(filters)}:normalize=0,apad"
    graph = ";".join([*filters, mixed])
    return [
        *inputs,
        "-filter_complex",
        graph,
        "-t",
        str(SECONDS),
        "-ar",
        "48000",
        "-ac",
        "2",
        str(made.voice),
    ]


def concat_list(files: Sequence[tuple[Path, int]], fps: int) -> str:
    """For FFmpeg's concat demuxer: files and how many frames each lasts."""
    lines = ["ffconcat version 1.0"]
    for path, frames in files:
        lines += [f"file '{path}'", f"duration {frames / fps:.6f}"]
    return "\n".join(lines) + "\n"


def _ffmpeg(arguments: list[str]) -> None:
    command = [get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments]
    subprocess.run(command, check=True, timeout=FFMPEG_SECONDS)
