"""What our pages load from our own site: hls.js, which plays HLS where the browser can't by itself.

It is installed by npm from web/package-lock.json and published as it is, under a name with its version, so
that a page keeps the player it was made with and a browser fetches it once.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from shared.errors import Permanent
from shared.storage import Storage
from shared.values import Value

HLS = "hls.js"
_PACKAGE = Path(__file__).parents[2] / "web" / "node_modules" / "hls.js"
_PUBLISHED = re.compile(r"/assets/hls-(\d+)\.(\d+)\.(\d+)\.min\.js$")


class NoPlayer(Permanent):
    """hls.js is not installed on this machine."""


class Player(Value):
    """hls.js as installed. file: the whole of it; the light one can't play sound of its own playlist."""

    version: str
    file: Path

    @property
    def path(self) -> str:
        """Where the site serves it."""
        return f"/assets/hls-{self.version}.min.js"


def find_player(package: Path = _PACKAGE) -> Player:
    """The installed hls.js.

    Raises:
        NoPlayer: naming the cure.
    """
    file = package / "dist" / "hls.min.js"
    try:
        version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    except (OSError, ValueError, KeyError) as error:
        raise NoPlayer("hls.js is not installed: `make setup` installs it with npm") from error
    if not file.is_file():
        raise NoPlayer(
            f"hls.js {version} is installed without {file.name}: `make setup` installs it with npm"
        )
    return Player(version=version, file=file)


def publish_assets(storage: Storage, package: Path = _PACKAGE) -> dict[str, str]:
    """Put what pages load where the site serves it, unless it is there.

    Returns by its name ("hls.js") the path of each. Where it isn't installed, the newest one that was
    published before; where there is none of either, the name is not there.
    """
    try:
        player = find_player(package)
    except NoPlayer:
        published = _published(storage)
        return {HLS: published} if published else {}
    if not storage.exists(f"public{player.path}"):
        storage.put(f"public{player.path}", _told(player), "text/javascript; charset=utf-8")
    return {HLS: player.path}


def _published(storage: Storage) -> str | None:
    paths = [key.removeprefix("public") for key in storage.keys("public/assets/hls-")]
    versions = {
        tuple(int(n) for n in found.groups()): path for path in paths if (found := _PUBLISHED.match(path))
    }
    return versions[max(versions)] if versions else None


def _told(player: Player) -> bytes:
    """The file, saying whose it is, without the address of a source map that we don't serve."""
    text = player.file.read_text(encoding="utf-8")
    code = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", text)
    notice = "Apache-2.0, Copyright (c) Dailymotion and contributors, https://github.com/video-dev/hls.js"
    return f"/*! hls.js {player.version}, {notice} */\n{code}".encode()
