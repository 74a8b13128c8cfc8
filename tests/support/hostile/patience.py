"""Pages that keep the browser busy, go somewhere else again and again, or stand in the way."""

from __future__ import annotations

from dataclasses import replace

from tests.support.hostile.answers import never
from tests.support.hostile.case import QUICK, Case, page, script

_BUSY = "keeps? the browser busy"
_AGAIN = "again and again"
_SPIN = "for (;;) {}"
WORKER = "const work = (code) => new Worker(URL.createObjectURL(new Blob([code])));"

_IN_FRAMES = f"""
let n = 0;
const frame = () => {{ if (n++ > 12) {_SPIN} requestAnimationFrame(frame) }};
frame();
"""
_UNTIL = "setTimeout(() => { const end = Date.now() + 500; while (Date.now() < end); }, 800)"
_ALWAYS_SLOW = """
setInterval(() => { let x = 0; for (let n = 0; n < 1.5e9; n++) x += n; document.title = x }, 100);
"""
_SYNC = """
setTimeout(() => { const x = new XMLHttpRequest; x.open('GET', '/x', false); x.send() }, 700);
"""
_DIALOGS = """
addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = 'x' });
onbeforeunload = () => 'x';
alert(1); confirm(2); prompt(3); print();
setInterval(() => { alert(4); print() }, 100);
"""
_POPUPS = """
for (let n = 0; n < 200; n++) open('/popup' + n);
setInterval(() => open('/popup', 'n' + Math.random(), 'popup'), 50);
"""
_HISTORY = """
setInterval(() => { for (let n = 0; n < 500; n++) {
  try { history.pushState(n, '', '?' + n) } catch {}
  location.hash = n;
} }, 50);
"""
_ATOMICS = """
const wait = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
work(wait);
try { eval(wait) } catch {}
"""
_SHARED = """
const spin = work('onmessage = (event) => { for (;;) event.data[0]++ }');
try { spin.postMessage(new Int32Array(new SharedArrayBuffer(4))) } catch {}
"""
_STOP = """
setInterval(() => {
  stop(); window.close(); document.open(); document.write('<h1>x</h1>'); document.close();
}, 100);
"""
_VARIABLES = "".join(f"--a{n}: var(--a{n - 1}) var(--a{n - 1});" for n in range(1, 40))
_ANIMATED = """<style>
@keyframes k { to { filter: blur(99px) hue-rotate(9turn) } }
i { display: inline-block; width: 9px; height: 9px; background: red; animation: k .3s infinite }
</style>"""


def _busy(name: str, code: str, ends: str = _BUSY) -> Case:
    return Case(name, script(code), ends, caps=QUICK, frames=20)


CASES = [
    _busy("busy-at-load", _SPIN, f"{_BUSY}|has not loaded"),
    _busy("busy-later", f"setTimeout(() => {{ {_SPIN} }}, 1000)"),
    _busy("busy-in-frames", _IN_FRAMES),
    _busy("busy-promises", "const f = () => Promise.resolve().then(f); setTimeout(f, 800)"),
    _busy("busy-until", _UNTIL),
    _busy("busy-idle", f"requestIdleCallback(() => {{ {_SPIN} }})"),
    _busy("regular-expression", "setTimeout(() => /^(a+)+$/.test('a'.repeat(60) + 'b'), 800)"),
    _busy("write-loop", "for (;;) document.write('<p>x')", f"{_BUSY}|has not loaded|memory|crashed"),
    _busy("alert-loop", "for (;;) { alert(1); confirm(2); prompt(3) }", f"{_BUSY}|has not loaded"),
    Case(
        "always-slow",
        script(_ALWAYS_SLOW),
        f"{_BUSY}|has not loaded",
        caps=replace(QUICK, script_seconds=10, load_seconds=10, slow_seconds=2),
        frames=60,
    ),
    Case("waits-in-a-script", {**script(_SYNC), "/x": never()}, _BUSY, caps=QUICK, frames=20),
    Case("busy-workers", script(f"{WORKER} for (let n = 0; n < 2; n++) work('{_SPIN}')")),
    Case("tables", script("document.body.innerHTML = 'x<table><td>'.repeat(3000)"), "filmed|blank"),
    Case(
        "style-variables",
        page(f"<style>:root {{ --a0: xx; {_VARIABLES} }} p {{ content: var(--a39) }}</style><p>x"),
    ),
    Case("style-animations", page(_ANIMATED + "<i></i>" * 40)),
    Case(
        "style-selectors", page("<style>:has(* ~ * ~ *) { color: red }</style>" + "<b>" * 300 + "<p>" * 300)
    ),
    Case("dialogs", script(_DIALOGS)),
    Case("popups", script(_POPUPS), most_requests=1),
    Case("debugger", script("setInterval(() => { debugger }, 50); debugger;")),
    Case("location-loop", script("location = '/?' + Math.random()"), _AGAIN, most_requests=60),
    Case(
        "reload-loop", script("setTimeout(() => location.reload(), 50)"), _AGAIN, frames=90, most_requests=60
    ),
    Case("refresh-loop", page("<meta http-equiv=refresh content=0>"), _AGAIN, frames=90, most_requests=60),
    Case("history-flood", script(_HISTORY)),
    Case("hash-loop", script("onhashchange = () => { location.hash = Math.random() }; location.hash = 1")),
    Case("atomics", script(WORKER + _ATOMICS), secure=True),
    Case("shared-memory", script(WORKER + _SHARED), secure=True),
    Case("stops-itself", script(_STOP), f"filmed|{_AGAIN}"),
]
