"""/docs in a browser, as a newcomer uses it: look, sign in, try an operation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from shared.hosting import publish_docs
from shared.recording import find_chromium
from shared.storage import FileStorage
from tests.support.up import Served, served_home


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_home(tmp_path_factory.mktemp("docs")) as up:
        yield up


expect.set_options(timeout=20_000)


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1280, "height": 1000})
        opened.set_default_timeout(20_000)
        yield opened
        browser.close()


def test_sign_in_and_try_an_operation(served: Served, page: Page, tmp_path: Path) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda r: None if r.url.startswith((served.url, "data:", "blob:")) else elsewhere.append(r.url),
    )

    page.goto(f"{served.url}/docs")
    expect(page.get_by_text("A personal video for a lead: asked for here")).to_be_visible()
    page.screenshot(path=tmp_path / "docs.png")

    page.get_by_role("button", name="Authorize").first.click()
    with page.expect_popup() as opened:
        page.locator(".auth-btn-wrapper").get_by_role("button", name="Apply").or_(
            page.locator(".modal-btn.auth.authorize")
        ).first.click()
    popup = opened.value
    code = re.search(r"sign-in code: ([^)\s]+)", served.log.read_text())
    assert code
    popup.get_by_label("Sign-in code").fill(code[1])
    popup.screenshot(path=tmp_path / "sign-in.png")
    popup.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Authorized", exact=True)).to_be_visible()
    page.screenshot(path=tmp_path / "signed-in.png")
    page.locator(".btn-done").click()

    operation = page.locator("#operations-leads-addLead")
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer.locator("tbody td.response-col_status").first).to_contain_text("201")
    answer.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "tried.png")
    expect(answer).to_contain_text("ana@acme.example")
    assert (complaints, elsewhere) == ([], [])


def test_nothing_inline_and_nothing_from_elsewhere(served: Served) -> None:
    answer = httpx.get(f"{served.url}/docs")
    assert "<script>" not in answer.text and "style=" not in answer.text and "https://" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "default-src 'none'" in policy and "unsafe" not in policy
    scripts = re.findall(r'src="([^"]+)"', answer.text)
    assert len(scripts) == 2
    for script in scripts:
        got = httpx.get(f"{served.url}{script}")
        assert got.headers["content-type"].startswith("text/javascript") and got.status_code == 200
    assert httpx.get(f"{served.url}/docs/signed-in.html").status_code == 200
    assert httpx.get(f"{served.url}/docs/other.html").status_code == 404


def test_without_npms_package_the_page_says_so(page: Page, tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "storage")
    assert publish_docs(storage, tmp_path / "nowhere") is None
    page.goto((tmp_path / "storage" / "public" / "docs" / "index.html").as_uri())
    expect(page.get_by_role("heading", name="Leadreel API")).to_be_visible()
    expect(page.get_by_text("is not installed")).to_be_visible()
    expect(page.get_by_role("link", name="/openapi.json")).to_be_visible()
    page.screenshot(path=tmp_path / "missing.png")


def test_the_newest_viewer_that_was_published_goes_on_being_shown(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "storage")
    for version in ("5.9.1", "5.35.0"):
        package = tmp_path / version
        package.mkdir()
        (package / "package.json").write_text(f'{{"version": "{version}"}}')
        for name in ("swagger-ui.css", "swagger-ui-bundle.js", "oauth2-redirect.js"):
            (package / name).write_text("1;\n//# sourceMappingURL=x.map\n")
        assert publish_docs(storage, package) == f"/assets/swagger-ui-{version}"
    assert publish_docs(storage, tmp_path / "nowhere") == "/assets/swagger-ui-5.35.0"
    kept = (tmp_path / "storage/public/assets/swagger-ui-5.9.1/swagger-ui-bundle.js").read_text()
    assert "Apache-2.0" in kept and "sourceMapping" not in kept
