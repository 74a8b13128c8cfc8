"""The command `leadreel`: make a video, serve what is made, list the voices, say what is missing."""

from __future__ import annotations

import argparse
import asyncio
import math
import re
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, get_args

import psycopg2

from local.styling import add_styling, read_styling
from shared.accounts import FIRST_WORKSPACE, ROLES
from shared.errors import LeadreelError
from shared.media.presets import Quality
from shared.scripting import Style
from shared.settings import read_settings
from shared.voice import VoicePreset
from shared.workflow import ApprovalKind


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 when done, 1 with one line on standard error when not."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except (LeadreelError, OSError, psycopg2.Error) as error:
        print(f"leadreel: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("leadreel: stopped; `leadreel up` finishes what was begun", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, as for every other error."""
        self.exit(1, f"leadreel: {message} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="leadreel", description="A personal demo video for every lead.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_make(commands.add_parser("make", help="make one personal video"))
    _add_record(commands.add_parser("record", help="film a page to an mp4, without the rest of the product"))

    gone = commands.add_parser("delete", help="take a video off its page, and forget it and its lead")
    gone.add_argument("video_id", type=int, metavar="ID", help="as `make --json` says it")
    gone.set_defaults(run=_delete)

    decide = commands.add_parser("approve", help="let a video go on that waits for it, or reject it")
    decide.add_argument("video_id", type=int, metavar="ID", help="as `make` says it")
    decide.add_argument("kind", choices=get_args(ApprovalKind), help="what is decided on")
    decide.add_argument("--reject", metavar="REASON", help="end the video instead")
    decide.set_defaults(run=_approve)

    up = commands.add_parser("up", help="serve the videos, and finish what was interrupted")
    up.add_argument("--port", type=int, help="default: PORT, or 8000")
    up.set_defaults(run=_up)

    voices = commands.add_parser("voices", help="list the voices, and say whether each preset's is there")
    voices.add_argument("--json", action="store_true", help="one JSON object on standard output")
    voices.set_defaults(run=_voices)

    token = commands.add_parser("token", help="print a token for the API, which lasts an hour")
    token.add_argument("--role", default="owner", choices=ROLES, help="default owner")
    token.add_argument(
        "--workspace", default=FIRST_WORKSPACE, metavar="NAME", help=f"default {FIRST_WORKSPACE}"
    )
    token.set_defaults(run=_token)

    doctor = commands.add_parser("doctor", help="say what is missing on this machine and how to get it")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_make(make: argparse.ArgumentParser) -> None:
    make.add_argument("--url", help="the page to record (default: the demo site that comes with Leadreel)")
    make.add_argument("--name", help="the lead's name")
    make.add_argument("--company", help="the lead's company")
    make.add_argument("--industry", help="the lead's industry")
    make.add_argument("--email", help="the lead's address")
    make.add_argument(
        "--leads",
        type=Path,
        metavar="FILE",
        help="CSV with the columns name, company, industry, email: a video for each row, instead of --name",
    )
    _add_script(make.add_argument_group("script"))
    _add_voice(make.add_argument_group("voice"))
    add_styling(make.add_argument_group("looks"))
    make.add_argument(
        "--tour", type=Path, metavar="FILE", help="JSON: the steps of the page's tour (docs/tours.md)"
    )
    make.add_argument("--out", type=Path, metavar="DIR", help="also put the files here")
    make.add_argument("--json", action="store_true", help="end with one JSON object on standard output")
    make.set_defaults(run=_make)


def _add_script(script: argparse._ArgumentGroup) -> None:
    script.add_argument("--style", default="professional", choices=get_args(Style), help="the script's style")
    script.add_argument(
        "--duration", type=int, default=30, metavar="SECONDS", help="of the video (default 30)"
    )
    script.add_argument(
        "--message", action="append", default=[], metavar="TEXT", help="a key message; may be repeated"
    )
    script.add_argument(
        "--language", type=_language, default="en", metavar="CODE", help="ISO 639-1, such as es (default en)"
    )
    script.add_argument("--audience", metavar="TEXT", help="for whom the script is, such as `heads of sales`")
    script.add_argument(
        "--brand", type=Path, metavar="FILE", help='JSON: {"tone": "…", "use": ["…"], "avoid": ["…"]}'
    )
    script.add_argument(
        "--ai-model", metavar="NAME", help="a name of AI_MODELS or OpenRouter's id (default OPENROUTER_MODEL)"
    )
    script.add_argument(
        "--campaign", action="store_true", help="buy one script for all leads, instead of one for each"
    )


def _add_voice(voice: argparse._ArgumentGroup) -> None:
    presets = get_args(VoicePreset)
    voice.add_argument(
        "--voice", default=presets[0], choices=presets, help=f"who speaks (default {presets[0]})"
    )
    for name, what in (
        ("--stability", "how evenly"),
        ("--similarity-boost", "how close to the original"),
        ("--voice-style", "how expressively"),
    ):
        voice.add_argument(
            name, type=_share, metavar="0..1", help=f"{what} it speaks (default: ElevenLabs' own)"
        )


def _language(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO 639-1 code, such as en or es")
    return text.lower()


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1, not {text!r}")
    return share


def _add_record(film: argparse.ArgumentParser) -> None:
    film.add_argument("url", metavar="URL")
    film.add_argument("--duration", type=float, required=True, metavar="SECONDS", help="of the recording")
    what = film.add_mutually_exclusive_group()
    what.add_argument("--tour", type=Path, metavar="FILE", help="JSON: the steps of the tour (docs/tours.md)")
    what.add_argument("--still", action="store_true", help="no steps: the page plays by itself from its load")
    film.add_argument("--fps", type=int, default=30, help="24, 25, 30, 50 or 60 (default 30)")
    film.add_argument("--size", default="1920x1080", metavar="WIDTHxHEIGHT", help="default 1920x1080")
    film.add_argument("--scale", type=float, default=1.0, help="pixels per CSS pixel, 1 to 2 (default 1)")
    film.add_argument(
        "--scheme", default="light", choices=("light", "dark"), help="that the page is asked for"
    )
    film.add_argument("--locale", default="en-US", help="such as de-DE (default en-US)")
    film.add_argument("--timezone", default="UTC", help="such as Europe/Berlin (default UTC)")
    film.add_argument(
        "--quality",
        default="preview",
        choices=get_args(Quality),
        help="of the encoding: a better one makes a smaller file, hardly better to see (default preview)",
    )
    film.add_argument("--no-cursor", action="store_true", help="show no cursor and no ripples at clicks")
    film.add_argument("-o", "--out", type=Path, required=True, metavar="FILE", help="the mp4")
    film.add_argument("--json", action="store_true", help="end with one JSON object on standard output")
    film.set_defaults(run=_record)


def _make(asked: argparse.Namespace) -> int:
    from local.make import make_videos  # each command imports only what it needs: `doctor` must always start

    leads = _leads(asked)
    common = _request(asked)
    return asyncio.run(
        make_videos(
            read_settings(),
            [{**common, **lead} for lead in leads],
            partial(read_styling, asked),
            asked.out,
            as_list=asked.leads is not None,
            as_json=asked.json,
        )
    )


def _leads(asked: argparse.Namespace) -> Sequence[Mapping[str, str | None]]:
    from local.leads import WrongLeads, read_leads

    one = asked.name is not None or asked.company is not None
    if asked.leads is not None and one:
        raise WrongLeads("--leads has the names and companies: leave out --name and --company")
    if asked.leads is not None:
        return read_leads(asked.leads)
    if not one:
        raise WrongLeads("for whom is it? Give --name and --company, or --leads FILE")
    return [{"name": asked.name or "", "company": asked.company or ""}]


def _request(asked: argparse.Namespace) -> dict[str, Any]:
    """The fields of a VideoRequest, but the lead's name and company."""
    from local.brand import read_brand
    from shared.recording import read_tour

    return {
        "url": asked.url,
        "industry": asked.industry or None,
        "email": asked.email or None,
        "style": asked.style,
        "duration_seconds": asked.duration,
        "key_messages": asked.message,
        "language": asked.language,
        "target_audience": asked.audience or None,
        "brand": read_brand(asked.brand) if asked.brand else {},
        "ai_model": asked.ai_model or None,
        "script_mode": "campaign" if asked.campaign else "bespoke",
        "voice_preset": asked.voice,
        "voice_settings": {
            "stability": asked.stability,
            "similarity_boost": asked.similarity_boost,
            "style": asked.voice_style,
        },
        "steps": read_tour(asked.tour) if asked.tour else (),
    }


def _record(asked: argparse.Namespace) -> int:
    from local.record import record
    from shared.recording import RecordingConfig, read_tour

    config = RecordingConfig.parse(
        resolution=asked.size,
        frame_rate=asked.fps,
        quality=asked.quality,
        device_scale=asked.scale,
        show_cursor=not asked.no_cursor,
        highlight_clicks=not asked.no_cursor,
        color_scheme=asked.scheme,
        locale=asked.locale,
        timezone=asked.timezone,
    )
    return asyncio.run(
        record(
            read_settings(),
            config,
            asked.url,
            asked.duration,
            asked.out,
            steps=read_tour(asked.tour) if asked.tour else None,
            still=asked.still,
            as_json=asked.json,
        )
    )


def _delete(asked: argparse.Namespace) -> int:
    from local.delete import delete

    return asyncio.run(delete(read_settings(), asked.video_id))


def _approve(asked: argparse.Namespace) -> int:
    from local.approve import approve

    return asyncio.run(approve(read_settings(), asked.video_id, asked.kind, asked.reject))


def _up(asked: argparse.Namespace) -> int:
    from local.up import serve

    settings = read_settings()
    if asked.port is not None:
        settings = settings.model_copy(update={"port": asked.port})
    return asyncio.run(serve(settings))


def _token(asked: argparse.Namespace) -> int:
    from local.tokens import show_token

    return asyncio.run(show_token(read_settings(), asked.role, asked.workspace))


def _voices(asked: argparse.Namespace) -> int:
    from local.voices import show_voices

    return asyncio.run(show_voices(read_settings(), as_json=asked.json))


def _doctor(asked: argparse.Namespace) -> int:
    from local.doctor import report

    return report(read_settings())


if __name__ == "__main__":
    raise SystemExit(main())
