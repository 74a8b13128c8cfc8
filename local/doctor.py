"""What is missing on this machine, and how to get it."""

from __future__ import annotations

from dataclasses import dataclass

from local.machine_parts import Machine, Tried, examine
from shared.settings import Settings

OLDEST_PYTHON = (3, 11)
FREE_GB = 2  # the packages take 1; a video takes some tens of MB, its frames a few hundred for a while
BROWSER_CURE = "make browser"
CHROMIUM_CURE = f"{BROWSER_CURE}; CHROMIUM_PATH, if it is set, must name a headless shell that runs"
PACKAGES_CURE = "make clean setup"
PLAYER_CURE = "make setup, where npm's registry can be reached"
VOICES_CURE = (
    "see `leadreel voices`; the key must be allowed to read voices; without one the offline voice speaks"
)
WITH_KEY = {
    "ELEVENLABS_API_KEY": "ElevenLabs speaks",
    "OPENROUTER_API_KEY": "OpenRouter's models write the scripts",
}
WITHOUT_KEY = {
    "ELEVENLABS_API_KEY": "the offline voice speaks",
    "OPENROUTER_API_KEY": "the offline writer writes the scripts",
    "RECORDING_ACCESS_KEY": "one is made in the home folder",
    "LINK_SIGNING_KEY": "one is made in the home folder",
}


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's.

    found: what is there, with its version, or what is wrong. cure: how to get it, where it isn't ok.
    needed: no video can be made without it.
    """

    name: str
    ok: bool
    found: str
    cure: str = ""
    needed: bool = True


def doctor(settings: Settings) -> list[Finding]:
    """Try everything that Leadreel needs, in about a second; a vendor that is asked may take ten."""
    return judge(examine(settings))


def judge(machine: Machine) -> list[Finding]:
    """From what was found to what it means."""
    return [
        _python(machine),
        _part("Chromium", machine.chromium, CHROMIUM_CURE),
        _part("Browser driver", machine.driver, BROWSER_CURE),
        _fonts(machine),
        _ffmpeg(machine.ffmpeg),
        _part("Postgres", machine.postgres, PACKAGES_CURE),
        _part("Offline voice", machine.voice, PACKAGES_CURE),
        _player(machine.player),
        _part("Lambda runtime", machine.runtime_client, PACKAGES_CURE),
        _home(machine),
        _disk(machine),
        _port(machine),
        *(_key(name, there) for name, there in machine.keys.items()),
        *_vendor_voices(machine.vendor_voices),
    ]


def missing(findings: list[Finding]) -> list[Finding]:
    """What no video can be made without."""
    return [finding for finding in findings if finding.needed and not finding.ok]


def table(findings: list[Finding]) -> str:
    """The findings as text, a line each, and the cure below what isn't ok."""
    width = max(len(finding.name) for finding in findings) + 2
    lines = []
    for finding in findings:
        mark = "ok" if finding.ok else "MISSING" if finding.needed else "note"
        lines.append(f"{mark:<9}{finding.name:<{width}}{finding.found}")
        if not finding.ok and finding.cure:
            lines.append(f"{'':<{9 + width}}to get it: {finding.cure}")
    return "\n".join(lines)


def report(settings: Settings) -> int:
    """Print the table. Returns 0 if a video can be made here, else 1."""
    findings = doctor(settings)
    print(table(findings))
    lacking = missing(findings)
    names = ", ".join(finding.name for finding in lacking)
    print(f"\nMissing: {names}." if lacking else "\nEverything needed is here.")
    return 1 if lacking else 0


def _part(name: str, tried: Tried, cure: str) -> Finding:
    lines = tried.text.splitlines() or [""]
    return Finding(name, tried.works, lines[0] if tried.works else " ".join(lines), cure)


def _python(machine: Machine) -> Finding:
    cure = "install Python 3.11 or newer, then: make clean setup PYTHON=/path/to/it"
    found = ".".join(str(number) for number in machine.python)
    return Finding("Python", machine.python[:2] >= OLDEST_PYTHON, found, cure)


def _fonts(machine: Machine) -> Finding:
    lacking = [name for name, there in machine.fonts.items() if not there]
    found = f"without {', '.join(lacking)}, some names show as boxes" if lacking else ", ".join(machine.fonts)
    return Finding("Fonts", not lacking, found, BROWSER_CURE)


def _ffmpeg(tried: Tried) -> Finding:
    if tried.works and "--enable-libx264" not in tried.text:
        return Finding("FFmpeg", False, "it was built without libx264", "unset IMAGEIO_FFMPEG_EXE")
    # "ffmpeg version 9.0-static Copyright …", then its configuration
    shown = Tried(tried.works, tried.text.partition(" Copyright")[0] if tried.works else tried.text)
    return _part("FFmpeg", shown, PACKAGES_CURE)


def _player(tried: Tried) -> Finding:
    without = "; Safari plays HLS all the same, other browsers get the MP4"
    found = tried.text if tried.works else tried.text + without
    return Finding("HLS player", tried.works, found, PLAYER_CURE, needed=False)


def _home(machine: Machine) -> Finding:
    found = str(machine.home) if machine.home_writable else f"{machine.home} can't be written to"
    return Finding("Home folder", machine.home_writable, found, "name another folder with LEADREEL_HOME")


def _disk(machine: Machine) -> Finding:
    enough = machine.free_bytes >= FREE_GB * 10**9
    found = f"{machine.free_bytes / 10**9:.1f} GB free" + ("" if enough else f", {FREE_GB} GB are needed")
    return Finding("Disk", enough, found, "make room, or move to another disk with LEADREEL_HOME")


def _port(machine: Machine) -> Finding:
    if machine.port_refused:
        return Finding("Port", False, machine.port_refused, "make up PORT=8001, or any other", needed=False)
    return Finding(
        "Port", True, f"{machine.port}, " + ("served by Leadreel" if machine.port_served else "free")
    )


def _key(name: str, there: bool) -> Finding:
    if not there:
        return Finding(name, False, f"not set: {WITHOUT_KEY.get(name, 'optional')}", needed=False)
    return Finding(name, True, f"set: {WITH_KEY[name]}" if name in WITH_KEY else "set", needed=False)


def _vendor_voices(tried: Tried | None) -> list[Finding]:
    """None without a key. A vendor that can't be reached now may be later: no video is given up for it."""
    if tried is None:
        return []
    cure = VOICES_CURE if tried.sure else ""
    return [Finding("Voices", tried.works, " ".join(tried.text.split()), cure, needed=tried.sure)]
