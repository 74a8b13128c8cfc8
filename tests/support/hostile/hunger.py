"""Pages that take memory: all there is, in every way there is."""

from __future__ import annotations

from dataclasses import replace

from tests.support.hostile.case import PATIENT, Case, page, script
from tests.support.hostile.patience import WORKER

_MEMORY = "takes more than 400 MB of memory|crashed its tab"
_BUSY = "keeps? the browser busy"
_LITTLE = replace(PATIENT, memory_mb=400, script_seconds=8)

_BUFFERS = """
const kept = [];
setInterval(() => { for (let n = 0; n < 4; n++) kept.push(new Uint8Array(2e7).fill(7)) }, 50);
"""
_IN_WORKER = "work('const kept = []; for (;;) kept.push(new Uint8Array(2e7).fill(7))')"
_ELEMENTS = """
setInterval(() => {
  const all = document.createDocumentFragment();
  for (let n = 0; n < 30000; n++) all.append(Object.assign(document.createElement('p'), {textContent: n}));
  document.body.append(all);
}, 50);
"""
_SCROLL = """
const end = document.body.appendChild(document.createElement('i'));
const more = () => {
  for (let n = 0; n < 50; n++) document.body.append(document.createElement('p'), `row ${n}`);
  document.body.append(end);
};
new IntersectionObserver(more).observe(end);
"""
_STRINGS = """
const kept = [], long = 'x'.repeat(1e6);
setInterval(() => { for (let n = 0; n < 20; n++) kept.push((long + n).split('').join('')) }, 50);
"""
_CANVASES = """
for (let n = 0; n < 100; n++) {
  const canvas = document.body.appendChild(document.createElement('canvas'));
  canvas.width = canvas.height = 16000;
  canvas.getContext('2d')?.fillRect(n, n, 16000, 16000);
}
"""
_CONTEXTS = """
const kept = [];
for (let n = 0; n < 100; n++) kept.push(document.createElement('canvas').getContext('webgl'));
"""
_NESTED = """
const frame = document.createElement('iframe');
frame.src = '/?' + (Number(location.search.slice(1)) + 1);
document.body.append(frame);
"""
_FRAMES = "for (let n = 0; n < 1000; n++) document.body.append(document.createElement('iframe'))"
_DEEP = """
let inner = document.body;
for (let n = 0; n < 60000; n++) inner = inner.appendChild(document.createElement('div'));
"""
_CONSOLE = "setInterval(() => { for (let n = 0; n < 10; n++) console.log('x'.repeat(2e5)) }, 200)"
_LONG = """
document.title = 'x'.repeat(1e7);
history.pushState(0, '', '?' + 'x'.repeat(1.9e6));
document.body.append('x '.repeat(2e5));
"""

CASES = [
    Case("buffers", script(_BUFFERS), _MEMORY, caps=_LITTLE, frames=200),
    Case("worker-memory", script(WORKER + _IN_WORKER), _MEMORY, caps=_LITTLE, frames=4000),
    Case(
        "elements", script(_ELEMENTS), f"{_MEMORY}|{_BUSY}", caps=replace(_LITTLE, slow_seconds=4), frames=400
    ),
    Case("strings", script(_STRINGS), f"{_MEMORY}|{_BUSY}", caps=_LITTLE, frames=200),
    Case("canvases", script(_CANVASES), f"filmed|{_MEMORY}", caps=_LITTLE),
    Case("web-gl-contexts", script(_CONTEXTS)),
    Case("infinite-scroll", script(_SCROLL)),
    Case(
        "frames-in-frames",
        script(_NESTED),
        f"filmed|{_BUSY}|has not loaded",
        caps=replace(PATIENT, load_seconds=6),
    ),
    Case("frames-side-by-side", script(_FRAMES), f"filmed|{_BUSY}|{_MEMORY}", caps=_LITTLE),
    Case("deep", script(_DEEP), f"filmed|{_BUSY}|{_MEMORY}", caps=_LITTLE),
    Case("recursion", script("const f = () => f(); setInterval(() => { try { f() } catch {} }, 30)")),
    Case("console", script(_CONSOLE), f"filmed|{_BUSY}"),
    Case("long-texts", script(_LONG), f"filmed|{_BUSY}"),
    Case("killed", page(""), "crashed its tab", kill=True, frames=40),
]
