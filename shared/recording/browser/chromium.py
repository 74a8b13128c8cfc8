"""Find Chromium's headless shell, start it for one job, and leave nothing of it behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.errors import LeadreelError, Permanent, Retryable
from shared.recording.browser import guard
from shared.recording.browser.caps import CAPS
from shared.recording.browser.cdp import BrowserGone, Connection, connected
from shared.recording.browser.ending import to_the_end
from shared.recording.browser.visitor import ANYBODY, check_timezone, languages_of
from shared.recording.faults import PageFault
from shared.recording.job import Viewport, Visitor

START_SECONDS = 30.0
STOP_SECONDS = 10.0
_LONGEST_LINE = 2000
_DEBIAN = ("/usr/lib/chromium/chromium-headless-shell", "/usr/lib/chromium-browser/headless_shell")
_PLAYWRIGHT = (
    "chromium_headless_shell-*/*/headless_shell",
    "chromium_headless_shell-*/*/chrome-headless-shell",
)
# All that a browser may know of the environment we run in: where fonts and libraries are.
_PASSED_ON = ("FONTCONFIG_FILE", "FONTCONFIG_PATH", "LD_LIBRARY_PATH")


class NoBrowser(Permanent):
    """There is no Chromium to record with."""


class BrowserNotStarted(Retryable):
    """Chromium is there and does not start; the text ends with what it said last."""


@dataclass(frozen=True)
class Browser:
    """A running browser.

    endpoint: its websocket address. version: such as `HeadlessChrome/156.0.8078.79`. user_agent: its own.
    folder: for whatever is to go with it.
    """

    connection: Connection
    endpoint: str
    version: str
    user_agent: str
    folder: Path


def find_chromium(chromium_path: Path | None = None, home: Path | None = None) -> Path:
    """The headless shell to use: the given one, else set-up's own, Debian's, Playwright's or the one on PATH.

    home: the user's home folder, where Playwright's downloads are.

    Raises:
        NoBrowser: naming the cure.
    """
    if chromium_path is not None:
        if not os.access(chromium_path, os.X_OK):
            raise NoBrowser(f"CHROMIUM_PATH names {chromium_path}, which is not a program that can be run")
        return chromium_path
    cache = (home or Path.home()) / ".cache" / "ms-playwright"
    # where there is no root, set-up unpacks it (layers/chromium/install.sh), with fonts that others lack
    found = [Path(sys.prefix) / "share" / "chromium" / "chromium-headless-shell"]
    found += [Path(name) for name in _DEBIAN]  # before PATH: there it is a script that starts this
    found += sorted((path for glob in _PLAYWRIGHT for path in cache.glob(glob)), reverse=True)
    found += [Path(name) for name in [shutil.which("chromium-headless-shell")] if name]
    for path in found:
        if os.access(path, os.X_OK):
            return path
    raise NoBrowser(
        "Chromium's headless shell is not on this machine: `make browser` installs it, "
        "and `leadreel doctor` says what else is missing"
    )


def browser_environment(profile: Path, ours: Mapping[str, str], timezone: str = "UTC") -> dict[str, str]:
    """The environment that the browser gets: nothing of ours but where fonts and libraries are."""
    kept = {name: ours[name] for name in _PASSED_ON if name in ours}
    folder = str(profile)
    fixed = {"PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8", "TZ": timezone}
    return kept | fixed


def browser_flags(
    profile: Path, proxy_port: int, viewport: Viewport, *, sandbox: bool, locale: str = ANYBODY.locale
) -> list[str]:
    """Chromium's command line, without the program."""
    flags = [
        # one clock, ours: https://chromedevtools.github.io/devtools-protocol/tot/HeadlessExperimental/
        "--headless",
        "--enable-begin-frame-control",
        "--run-all-compositor-stages-before-draw",
        "--deterministic-mode",
        "--disable-new-content-rendering-timeout",
        "--disable-threaded-animation",
        "--disable-threaded-scrolling",
        "--disable-checker-imaging",
        "--disable-image-animation-resync",
        "--disable-background-timer-throttling",
        "--disable-renderer-backgrounding",
        "--js-flags=--random-seed=1",  # Math.random is the same in every recording
        # frames in other processes would have clocks of their own
        "--disable-site-isolation-trials",
        "--disable-features=IsolateOrigins,site-per-process,BackForwardCache,Translate,MediaRouter,"
        "OptimizationHints,HttpsUpgrades,PaintHolding,WebRtcHideLocalIpsWithMdns",
        # the picture
        f"--window-size={viewport.width},{viewport.height}",
        f"--force-device-scale-factor={viewport.device_scale:g}",
        "--hide-scrollbars",
        "--disable-lcd-text",
        "--font-render-hinting=none",
        "--force-color-profile=srgb",
        "--disable-gpu",
        "--enable-unsafe-swiftshader",
        f"--accept-lang={languages_of(locale)}",
        "--mute-audio",
        "--autoplay-policy=no-user-gesture-required",
        # the only way out is our proxy; without the bypass rule loopback would go around it
        f"--proxy-server=http://127.0.0.1:{proxy_port}",
        "--proxy-bypass-list=<-loopback>",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--disable-quic",
        "--dns-prefetch-disable",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        # nothing of its own, no questions
        "--no-first-run",
        "--no-default-browser-check",
        "--no-pings",
        "--deny-permission-prompts",
        "--block-new-web-contents",  # no popups: one tab
        "--disable-background-networking",
        "--disable-breakpad",
        "--log-level=2",  # errors; else what pages write to their console, too
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-dev-shm-usage",
        "--disable-domain-reliability",
        "--disable-extensions",
        "--disable-sync",
        "--metrics-recording-only",
        "--password-store=basic",
        "--use-mock-keychain",
        f"--user-data-dir={profile}",
        f"--disk-cache-dir={profile / 'cache'}",
        "--remote-debugging-port=0",
    ]
    return flags if sandbox else [*flags, "--no-sandbox", "--no-zygote"]


@contextlib.asynccontextmanager
async def launched(
    program: Path,
    proxy_port: int,
    viewport: Viewport,
    *,
    deadline_seconds: float,
    memory_mb: int = CAPS.memory_mb,
    visitor: Visitor = ANYBODY,
) -> AsyncIterator[Browser]:
    """A fresh browser under a guard, with a profile and process group of its own; gone when left.

    visitor: whose language and timezone the browser has.

    Raises:
        UnknownTimezone: before anything is started.
        BrowserNotStarted: if it does not come up in time.
        PageFault, BrowserGone: if the browser ends before it is left; the text says why.
    """
    check_timezone(visitor.timezone)
    limits = (deadline_seconds, memory_mb)
    # Root has no sandbox; where the kernel gives none to users (Lambda), Chromium ends at once and says so.
    try:
        running = await _start(program, proxy_port, viewport, visitor, limits, sandbox=os.geteuid() != 0)
    except BrowserNotStarted as error:
        if "sandbox" not in str(error).lower():
            raise
        running = await _start(program, proxy_port, viewport, visitor, limits, sandbox=False)
    try:
        async with connected(running.endpoint) as connection:
            version = await connection.call("Browser.getVersion")
            names = (str(version["product"]), str(version["userAgent"]))
            try:
                yield Browser(connection, running.endpoint, *names, running.profile)
            except Exception as error:  # whatever it was, the browser's end is its cause
                if connection.ended and (cause := await running.cause(limits)):
                    raise cause from error
                raise
    finally:
        await to_the_end(running.stop())


class _Running:
    """A guard, the browser under it, and what they last said."""

    def __init__(self, process: asyncio.subprocess.Process, profile: Path) -> None:
        self._process = process
        self.profile = profile
        self._said: deque[str] = deque(maxlen=20)
        self._address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._listening = asyncio.create_task(self._listen())
        self.endpoint = ""

    async def _listen(self) -> None:
        """Take in what they say, however much: pages write here too, with console.log."""
        assert self._process.stderr is not None  # it is a pipe
        rest = b""
        while data := await self._process.stderr.read(65_536):
            *lines, rest = (rest + data).split(b"\n")
            rest = rest[:_LONGEST_LINE]
            for line in lines:
                self._hear(line[:_LONGEST_LINE].decode(errors="replace").strip())
        self._hear(rest.decode(errors="replace").strip())
        if not self._address.done():
            self._address.set_exception(BrowserNotStarted(f"Chromium does not start: {self.last_words}"))

    def _hear(self, text: str) -> None:
        if text:
            self._said.append(text)
        if text.startswith("DevTools listening on ") and not self._address.done():
            self._address.set_result(text.rpartition(" ")[2])

    @property
    def last_words(self) -> str:
        return " | ".join(self._said)[-1500:]

    async def wait_ready(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                self.endpoint = await self._address
        except TimeoutError as error:
            raise BrowserNotStarted(
                f"Chromium is not up after {START_SECONDS:.0f} s: {self.last_words}"
            ) from error

    async def cause(self, limits: tuple[float, int]) -> LeadreelError | None:
        """Why the guard ended the browser, if it did."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        deadline_seconds, memory_mb = limits
        if self._process.returncode == guard.MEMORY:
            return PageFault(f"it takes more than {memory_mb} MB of memory")
        if self._process.returncode == guard.DEADLINE:
            return BrowserGone(f"the browser was ended: it had not finished after {deadline_seconds:.0f} s")
        return None

    async def stop(self) -> None:
        """Let the guard clean up, by closing its standard input; kill it only if it hangs."""
        assert self._process.stdin is not None  # it is a pipe
        self._process.stdin.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        guard.remove(self.profile)  # only if the guard was killed is there anything left
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)


async def _start(
    program: Path,
    proxy_port: int,
    viewport: Viewport,
    visitor: Visitor,
    limits: tuple[float, int],
    *,
    sandbox: bool,
) -> _Running:
    profile = Path(tempfile.mkdtemp(prefix="leadreel-browser-"))
    arguments = [str(profile), *(f"{limit:.0f}" for limit in limits), str(program)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-S", guard.__file__, *arguments),
        *browser_flags(profile, proxy_port, viewport, sandbox=sandbox, locale=visitor.locale),
        "about:blank",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        env=browser_environment(profile, os.environ, visitor.timezone),
    )
    running = _Running(process, profile)
    try:
        await running.wait_ready()
    except BaseException:
        await to_the_end(running.stop())
        raise
    return running
