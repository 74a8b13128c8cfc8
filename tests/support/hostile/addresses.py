"""Addresses that are none of a page's business, in every spelling and behind every kind of name."""

from __future__ import annotations

from tests.support.hostile.case import QUICK, WAITS_LITTLE, Case, page, script
from tests.support.hostile.far_side import Page

_PRIVATE = "private address"

# name: the URL that somebody asks us to film, and how it is refused
_ASKED_FOR = {
    "dotted": ("http://127.0.0.1/", _PRIVATE),
    "runtime-api": ("http://127.0.0.1:9001/2018-06-01/runtime/invocation/next", _PRIVATE),
    "other-loopback": ("http://127.9.9.9/", _PRIVATE),
    "localhost": ("http://localhost/", _PRIVATE),
    "sub-localhost": ("http://a.localhost/", f"{_PRIVATE}|does not resolve"),
    "short": ("http://127.1/", _PRIVATE),
    "zero": ("http://0/", _PRIVATE),
    "unspecified": ("http://0.0.0.0/", _PRIVATE),
    "decimal": ("http://2130706433/", _PRIVATE),
    "hexadecimal": ("http://0x7f000001/", _PRIVATE),
    "octal": ("http://017700000001/", _PRIVATE),
    "octal-parts": ("http://0177.0.0.01/", _PRIVATE),
    "full-width": ("http://１２７.０.０.１/", _PRIVATE),
    "circled": ("http://①②⑦.⓪.⓪.①/", _PRIVATE),
    "ideographic-dots": ("http://127。0。0。1/", _PRIVATE),
    "percent": ("http://%31%32%37.0.0.1/", _PRIVATE),
    "trailing-dot": ("http://127.0.0.1./", _PRIVATE),
    "upper-case": ("HTTP://LOCALHOST/", _PRIVATE),
    "v6-loopback-literal": ("http://[::1]/", _PRIVATE),
    "v6-unspecified": ("http://[::]/", _PRIVATE),
    "v6-mapped": ("http://[::ffff:127.0.0.1]/", _PRIVATE),
    "v6-mapped-hex": ("http://[::ffff:7f00:1]/", _PRIVATE),
    "v6-compatible": ("http://[::127.0.0.1]/", _PRIVATE),
    "6to4": ("http://[2002:7f00:1::]/", _PRIVATE),
    "nat64": ("http://[64:ff9b::7f00:1]/", _PRIVATE),
    "teredo": ("http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", _PRIVATE),
    "v6-link-local": ("http://[fe80::1]/", _PRIVATE),
    "unique-local": ("http://[fc00::1]/", _PRIVATE),
    "v6-metadata": ("http://[fd00:ec2::254]/latest/meta-data/", _PRIVATE),
    "v6-multicast": ("http://[ff02::1]/", _PRIVATE),
    "metadata": ("http://169.254.169.254/latest/meta-data/", _PRIVATE),
    "azure-host": ("http://168.63.129.16/", _PRIVATE),
    "rfc1918-10": ("http://10.0.0.1/", _PRIVATE),
    "rfc1918-172": ("http://172.16.0.1/", _PRIVATE),
    "rfc1918-192": ("http://192.168.0.1/", _PRIVATE),
    "carrier-nat": ("http://100.64.0.1/", _PRIVATE),
    "benchmark-net": ("http://198.18.0.1/", _PRIVATE),
    "multicast": ("http://224.0.0.251/", _PRIVATE),
    "broadcast": ("http://255.255.255.255/", _PRIVATE),
    "closed-port": ("http://93.184.216.34:8123/", "only ports 80 and 443"),
    "credentials": ("http://93.184.216.34@127.0.0.1/", "carries a user name"),
    "credentials-public": ("http://user:password@credentials-public.test/", "carries a user name"),
    "backslash-credentials": (r"http://93.184.216.34\@127.0.0.1/", "carries a user name|private|not a URL"),
    "backslashes": (r"http:\\127.0.0.1\ ", "names no host"),
    "no-slashes": ("http:127.0.0.1", "names no host"),
    "file": ("file:///etc/passwd", "http:// or https://"),
    "view-source": ("view-source:http://127.0.0.1/", "http:// or https://"),
    "chrome": ("chrome://version/", "http:// or https://"),
    "ftp": ("ftp://127.0.0.1/", "http:// or https://"),
    "gopher": ("gopher://127.0.0.1:9001/_x", "http:// or https://"),
    "javascript": ("javascript:location='http://127.0.0.1/'", "http:// or https://"),
    "hosts-file": ("http://intranet.corp/", r"private address \(10.0.0.1\)"),
    "name-of-loopback": ("http://ip-127-0-0-1.test/", r"private address \(127.0.0.1\)"),
    "name-of-metadata": ("http://ip-169-254-169-254.test/", _PRIVATE),
    "name-of-zero": ("http://ip-0-0-0-0.test/", _PRIVATE),
    "name-with-dot": ("http://ip-10-0-0-1.test./", _PRIVATE),
    "two-addresses": ("http://two-addresses.test/", r"private address \(10.0.0.1\)"),
    "v6-loopback": ("http://v6-loopback.test/", r"private address \(::1\)"),
    "private-v6": ("http://private-v6.test/", r"private address \(fd00:ec2::254\)"),
    "mapped": ("http://mapped.test/", _PRIVATE),
    "tunnel": ("https://ip-127-0-0-1.test/", _PRIVATE),
    "missing": ("http://missing.test/", "does not resolve"),
}


def _asked_for() -> list[Case]:
    return [Case(f"asked-for-{name}", {}, ends, url) for name, (url, ends) in _ASKED_FOR.items()]


def _spelled_inside() -> Case:
    """One page that tries every spelling as an image, a frame and a fetch."""
    urls = [url for url, _ in _ASKED_FOR.values()] + ["http:/127.0.0.1/", "//127.0.0.1/", r"\\127.0.0.1\x"]
    tries = "".join(
        f"for (const make of [() => new Image().src = u[{n}], () => fetch(u[{n}], {{mode: 'no-cors'}}),"
        f" () => frame(u[{n}])]) try {{ Promise.resolve(make()).catch(() => 0) }} catch {{}}\n"
        for n in range(len(urls))
    )
    head = (
        "const frame = (url) => { const f = document.createElement('iframe'); f.src = url;"
        " document.body.append(f) };"
    )
    return Case("every-spelling-inside", script(f"const u = {urls!r};{head}{tries}".replace("\\\\", "\\\\")))


def _to(url: str, status: int = 302) -> Page:
    return Page(status=status, headers=(("Location", url),))


_AGAIN = (
    "const again = async () => { for (let n = 0; n < 6; n++) {"
    "try { console.log(await (await fetch('/again?' + n)).text()) } catch {} } };"
    "again(); setTimeout(again, 200)"
)

CASES = [
    *_asked_for(),
    _spelled_inside(),
    Case("public-v6", page(""), url="http://only-v6.test/"),
    Case("rebinding", script(_AGAIN)),
    Case(
        "rebinding-reload",
        script("setTimeout(() => location.reload(), 300)"),
        r"filmed|private address \(127.0.0.1\)",
        url="http://rebinding.test/",
        frames=12,
    ),
    Case("flipping", script(_AGAIN)),
    Case(
        "silent-names",
        page("".join(f"<img src='http://silent.{n}.test/'>" for n in range(40))),
        frames=12,
        caps=WAITS_LITTLE,
    ),
    Case("silent-name", {}, "has not loaded after 4 s|does not resolve", "http://silent.test/", caps=QUICK),
    Case(
        "private-at-hop-3",
        {
            "/": _to("/2", 301),
            "/2": _to("http://private-at-hop-3.test/3", 308),
            "/3": _to("http://10.0.0.1/"),
        },
        r"private address \(10.0.0.1\)",
    ),
    Case(
        "name-at-hop-2",
        {"/": _to("http://ip-169-254-169-254.test/latest/meta-data/", 303)},
        r"private address \(169.254.169.254\)",
    ),
    Case(
        "posted-on",
        {
            **page(
                "<form method=post action='/on'><input name=x value=y></form>"
                "<script>document.forms[0].submit()</script>"
            ),
            "/on": _to("http://127.0.0.1:9001/posted", 307),
        },
        r"private address \(127.0.0.1\)",
    ),
    Case("redirect-circle", {"/": _to("/2"), "/2": _to("/")}, "redirects in a circle", most_requests=25),
    Case(
        "redirect-chain",
        {f"/{n or ''}": _to(f"/{n + 1}") for n in range(40)},
        "redirects in a circle|redirects more than",
        most_requests=25,
    ),
    Case("redirect-to-file", {"/": _to("file:///etc/passwd")}, "can't be opened"),
]
