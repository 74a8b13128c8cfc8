"""Which cards may be believed when they say that nothing moves."""

from __future__ import annotations

import base64

import pytest

from shared.composition.cards import CardFields, intro_card, outro_card
from shared.recording.page.resting import tells_of_motion

ANA = CardFields(name="Ana", company="Acme")


def picture(data: bytes, kind: str = "png") -> str:
    return f'<img src="data:image/{kind};base64,{base64.b64encode(data).decode()}">'


def test_our_own_cards_tell_of_all_their_motion() -> None:
    image = b"\xff\xd8\xff" + b"setTimeout" * 3
    assert tells_of_motion(intro_card(ANA, page_image=image, duration_seconds=8))
    assert tells_of_motion(outro_card(ANA, page_image=image))


@pytest.mark.parametrize(
    "html",
    [
        "<style>@keyframes go{to{left:9px}}</style><p>Set in important news</p>",
        picture(b"\x89PNG still"),
        "<script>document.body.append('now')</script>",
    ],
)
def test_still_things_and_animations_are_believed(html: str) -> None:
    assert tells_of_motion(html)


@pytest.mark.parametrize(
    "html",
    [
        "<script>setTimeout(go, 900)</script>",
        "<script>window['setInterval'](go, 900)</script>",
        "<script>const next = requestAnimationFrame; next(go)</script>",
        "<script>new Worker(url)</script>",
        "<svg><animate attributeName=x dur=2s /></svg>",
        "<svg><set attributeName=x begin=2s /></svg>",
        "<iframe srcdoc='x'></iframe>",
        "<VIDEO src=data:></VIDEO>",
        "<input autofocus>",
        "<meta http-equiv=refresh content=3>",
        "<div><template shadowrootmode=open></template></div>",
        picture(b"GIF89a", "gif"),
        picture(b"<svg/>", "svg+xml"),
        picture(b"\x89PNG ... acTL ..."),
        '<img src="data:image/png;base64,YWJ">',
    ],
)
def test_what_may_move_by_itself_is_watched_frame_by_frame(html: str) -> None:
    assert not tells_of_motion(html)
