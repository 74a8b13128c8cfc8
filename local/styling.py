"""How a video is to look, on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Literal, get_args

from shared.composition.cards import LogoCorner, TemplateName
from shared.composition.options import Captions, Transition, Version
from shared.media.presets import Quality
from shared.storage import Storage

VERSIONS = get_args(Version)


def add_styling(looks: argparse._ArgumentGroup) -> None:
    looks.add_argument(
        "--quality", default="high", choices=get_args(Quality), help="of the encoding (default high)"
    )
    looks.add_argument(
        "--versions",
        type=_versions,
        metavar="A,B",
        help=f"sizes beside the video's own (default {','.join(VERSIONS)}; `none` for none)",
    )
    looks.add_argument(
        "--template", default="studio", choices=get_args(TemplateName), help="of the cards (default studio)"
    )
    looks.add_argument(
        "--intro-template", type=Path, metavar="FILE", help="your own HTML for the intro (docs/templates.md)"
    )
    looks.add_argument("--outro-template", type=Path, metavar="FILE", help="your own HTML for the outro")
    looks.add_argument("--intro-text", metavar="TEXT", help="what the video is about, on the intro")
    looks.add_argument("--no-intro", action="store_true", help="begin with the page")
    looks.add_argument("--logo", type=Path, metavar="FILE", help="PNG, JPEG or SVG")
    looks.add_argument("--logo-position", default="bottom-right", choices=get_args(LogoCorner))
    looks.add_argument("--primary-color", metavar="#RRGGBB", help="of the cards (default: the page's own)")
    looks.add_argument("--accent-color", metavar="#RRGGBB")
    looks.add_argument("--font", metavar="FAMILY", help="of the cards, as installed where they are filmed")
    looks.add_argument(
        "--transition", default="cut", choices=get_args(Transition), help="between scenes (default cut)"
    )
    looks.add_argument(
        "--captions",
        default="track",
        choices=get_args(Captions),
        help="shown by the player, or part of the picture",
    )
    looks.add_argument(
        "--music", type=Path, metavar="FILE", help="WAV, MP3, Ogg, FLAC or M4A, below the voice"
    )
    looks.add_argument(
        "--show",
        action="append",
        default=[],
        type=_insert,
        metavar="SECTION=FILE",
        help="PNG, JPEG, MP4 or WebM instead of the page: demo=…, feature=… or proof=…; may be repeated",
    )  # fmt: skip


def read_styling(asked: argparse.Namespace, storage: Storage, workspace_id: int) -> dict[str, Any]:
    """The fields of a Styling; files go into storage, checked. Raises UnusableMedia, WrongCard."""

    def kept(what: Literal["logo", "media", "music", "template"], path: Path | None) -> str | None:
        if path is None:
            return None
        from shared.composition import uploads  # 0.3 s for all that opens media

        keep = {
            "logo": uploads.keep_logo,
            "media": uploads.keep_media,
            "music": uploads.keep_music,
            "template": uploads.keep_template,
        }[what]
        return keep(path, workspace_id, storage)

    return {
        "quality": asked.quality,
        **({} if asked.versions is None else {"quality_versions": asked.versions}),
        "branding": {
            "template": asked.template,
            "logo_path": kept("logo", asked.logo),
            "logo_position": asked.logo_position,
            "primary_color": asked.primary_color,
            "accent_color": asked.accent_color,
            "font": asked.font,
            "intro_path": kept("template", asked.intro_template),
            "outro_path": kept("template", asked.outro_template),
        },
        "intro": {"enabled": not asked.no_intro, "text": asked.intro_text},
        "transition": asked.transition,
        "captions": asked.captions,
        "music_path": kept("music", asked.music),
        "inserts": [
            {"scene_type": section, "media_path": kept("media", path)} for section, path in asked.show
        ],
    }


def _versions(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if names == ("none",):
        return ()
    if unknown := set(names) - set(VERSIONS):
        raise argparse.ArgumentTypeError(
            f"no such size: {', '.join(sorted(unknown))}; there are {', '.join(VERSIONS)}"
        )
    return names


def _insert(text: str) -> tuple[str, Path]:
    section, sign, path = text.partition("=")
    if section not in {"demo", "feature", "proof"} or not sign or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not demo=FILE, feature=FILE or proof=FILE")
    return section, Path(path)
