"""Files that a workspace gives for its videos: checked, brought into a form of ours, and kept by content.

uploads/{workspace_id}/{SHA-256 of what is kept}.png|.jpg|.wav|.mp4|.webm|.html
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from shared.composition.cards import check_own_template
from shared.encoding import LONGEST_SECONDS
from shared.media.files import VIDEO_FORMATS, UnusableMedia, media_format
from shared.media.logos import make_logo, make_picture
from shared.media.sounds import ingest_sound
from shared.storage import Storage


def keep_logo(path: Path, workspace_id: int, storage: Storage) -> str:
    """A PNG, JPEG or SVG as a PNG. Returns its storage key. Raises UnusableMedia."""
    return _keep(make_logo(path), "png", workspace_id, storage)


def keep_music(path: Path, workspace_id: int, storage: Storage) -> str:
    """Music as a WAV; what is longer than the longest video ends there. Raises UnusableMedia."""
    with tempfile.TemporaryDirectory(prefix="leadreel-music-") as folder:
        wav = Path(folder) / "music.wav"
        ingest_sound(path, wav, longest_seconds=LONGEST_SECONDS)
        return _keep(wav.read_bytes(), "wav", workspace_id, storage)


def keep_media(path: Path, workspace_id: int, storage: Storage) -> str:
    """What a scene shows: a picture as a PNG, or a video as it is, which whoever encodes it takes in.

    Raises UnusableMedia.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        return _keep(make_picture(path), "png", workspace_id, storage)
    kind = media_format(path)
    if kind not in VIDEO_FORMATS:
        raise UnusableMedia(f"{path.name} is no picture and no video: use a PNG, JPEG, MP4 or WebM")
    return _keep(path, "mp4" if kind == "mov" else "webm", workspace_id, storage)


def keep_template(path: Path, workspace_id: int, storage: Storage) -> str:
    """HTML of one's own for a card. Raises UnusableMedia, WrongCard."""
    try:
        html = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableMedia(f"{path.name} can't be read as UTF-8 text: {error}") from error
    check_own_template(html)
    return _keep(html.encode(), "html", workspace_id, storage)


def _keep(content: bytes | Path, suffix: str, workspace_id: int, storage: Storage) -> str:
    if isinstance(content, bytes):
        digest = hashlib.sha256(content).hexdigest()
    else:
        with content.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    key = f"uploads/{workspace_id}/{digest}.{suffix}"
    if not storage.exists(key):
        storage.put(key, content)
    return key
