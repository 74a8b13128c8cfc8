"""A web server whose pages a test writes, and the frames that were filmed of them."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from shared.recording import SceneResult

Pixels = npt.NDArray[np.uint8]


@dataclass
class Answer:
    """What the server says for a path, after `delay` seconds. endless: it never finishes its body.

    ranges: whether it gives the part of its body that is asked for.
    """

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    delay: float = 0.0
    endless: bool = False
    ranges: bool = False


class Site:
    """A server on a loopback port.

    hits: the paths asked for, in order. asked: likewise, each with its headers, their names in lower case.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.hits: list[str] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                site.hits.append(path)
                site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                answer = site.answers.get(path, Answer("nothing here", status=404))
                site.closing.wait(answer.delay)
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                asked = (
                    re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")) if answer.ranges else None
                )
                self.send_response(206 if asked else answer.status)
                if asked:
                    start, end = int(asked[1]), min(int(asked[2] or len(body)), len(body) - 1)
                    self.send_header("Content-Range", f"bytes {start}-{end}/{len(body)}")
                    body = body[start : end + 1]
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if not answer.endless:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                if answer.endless:
                    self.wfile.flush()
                    site.closing.wait(60)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # browsers hang up
        self.port = int(self.server.server_address[1])
        self.pair = f"127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def url(self, path: str = "/") -> str:
        return f"http://{self.pair}{path}"

    def serve(self, body: str | bytes, path: str = "/", **more: object) -> str:
        """Answer `path` with this body from now on; its URL."""
        self.answers[path] = Answer(body, **more)  # type: ignore[arg-type]
        return self.url(path)

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def every_packet(folder: Path, result: SceneResult) -> list[bytes]:
    """The JPEG of every frame, repeated ones too."""
    with av.open(str(folder / "frames.mkv")) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    assert len(packets) == len(result.durations)
    return [packet for packet, n in zip(packets, result.durations, strict=True) for _ in range(n)]


def every_frame(folder: Path, result: SceneResult) -> list[Pixels]:
    """Every frame as pixels (height, width, 3), repeated ones too."""
    with av.open(str(folder / "frames.mkv")) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) == len(result.durations)
    return [picture for picture, n in zip(pictures, result.durations, strict=True) for _ in range(n)]


CELL = 16
BITS = 16


def read_strip(picture: Pixels, row: int = 0) -> int:
    """The number that STRIP_SCRIPT drew into this row."""
    y = row * CELL + CELL // 2
    cells = [picture[y, bit * CELL + CELL // 2].mean() > 127 for bit in range(BITS)]
    return sum(1 << bit for bit, on in enumerate(cells) if on)


# draw(row, number): the number as a strip of black and white cells at the top left, over everything else
STRIP_SCRIPT = f"""<script>
const draw = (row, number) => {{
  for (let bit = 0; bit < {BITS}; bit++) {{
    const id = `cell-${{row}}-${{bit}}`;
    let cell = document.getElementById(id);
    if (!cell) {{
      cell = document.createElement('div');
      cell.id = id;
      cell.style.cssText = `position:fixed;z-index:9;width:{CELL}px;height:{CELL}px;` +
        `left:${{bit * {CELL}}}px;top:${{row * {CELL}}}px`;
      document.body.append(cell);
    }}
    cell.style.background = (number >> bit) & 1 ? '#fff' : '#000';
  }}
}};
</script>"""


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return true()
