"""A workspace's own template as text: our data stands in it as data, and its policy stands first."""

from __future__ import annotations

import json

import pytest

from shared.composition.cards import CardFields, Look, WrongCard, intro_card, outro_card, own_card
from shared.errors import Permanent
from tests.support.documents import Document

PNG = b"\x89PNG\r\n\x1a\n rest"
LINES = "\u2028\u2029"
ANA = CardFields(name=f"</script><b>Ana & {LINES}", company="Acme", title="CFO", page_host="acme.com")


def test_the_fields_stand_in_it_as_data() -> None:
    look = Look(primary_color="#123456", font="Inter", logo=PNG, language="es")
    html = own_card("<p>{name}</p>", ANA, look, page_image=PNG, duration_seconds=4.5)
    embedded = Document(html).texts["leadreel"]

    assert not {"<", ">", "&", *LINES} & set(embedded)
    data = json.loads(embedded)
    assert data["fields"]["name"] == ANA.name
    assert data["fields"]["title"] == "CFO"
    assert data["fields"]["industry"] == ""
    assert (data["primary"], data["accent"], data["font"]) == ("#123456", None, "Inter")
    assert data["logo"].startswith("data:image/png;base64,")
    assert data["page"] == data["logo"]
    assert (data["language"], data["duration_seconds"]) == ("es", 4.5)


def test_the_policy_comes_before_whatever_the_template_says() -> None:
    html = own_card("<!doctype html><html><head><script>1</script></head></html>", ANA, Look())
    document = Document(html)

    assert document.tags()[0] == "meta"
    policy = document.meta()["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src data:; font-src data:; ")
    assert html.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("template", "follows"),
    [
        ("<body><p>Hi</p></BODY></html>", "</BODY></html>"),
        ("<p>no body", ""),
        ("<body><script>'</body>'</script><p></p></body >", "</body >"),
    ],
)
def test_the_filling_comes_last(template: str, follows: str) -> None:
    assert own_card(template, ANA, Look()).endswith("</script>" + follows)


def test_nothing_of_the_template_is_run_here() -> None:
    hostile = "{{ 7 * 7 }} {% include '/etc/passwd' %} {name.__class__} %s ${x} \\1"
    assert hostile in own_card(hostile, ANA, Look())


def test_a_template_of_ones_own_takes_the_place_of_ours() -> None:
    look = Look(own_intro="<p>my intro", own_outro="<p>my outro")
    assert "<p>my intro" in intro_card(ANA, look)
    assert "<p>my outro" in outro_card(ANA, look)
    assert "<p>my" not in outro_card(ANA, Look(own_intro="<p>my intro"))


def test_a_template_that_is_too_large_is_refused() -> None:
    with pytest.raises(WrongCard, match=r"2,000,000 bytes at most, and this one has 2,000,001"):
        own_card("é" * 1_000_000 + "!", ANA, Look())
    assert issubclass(WrongCard, Permanent)
