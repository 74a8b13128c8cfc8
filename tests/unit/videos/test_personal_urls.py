"""URLs that carry a lead's fields."""

from __future__ import annotations

import pytest

from shared.database.models import Lead
from shared.videos import WrongRequest, personal_url

LEAD = Lead(id=7, name="Ana Søren & Co", company="Acme/1", variables={"plan": "pro"})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/", "https://x.example/"),
        ("https://x.example/?name={name}", "https://x.example/?name=Ana%20S%C3%B8ren%20%26%20Co"),
        ("https://x.example/{company}?p={plan}", "https://x.example/Acme%2F1?p=pro"),
        ("https://x.example/%7Bname%7D", "https://x.example/%7Bname%7D"),
    ],
)
def test_fields_are_filled_in_and_stay_what_they_are(url: str, expected: str) -> None:
    assert personal_url(url, LEAD) == expected


def test_a_field_that_is_not_there_is_named() -> None:
    with pytest.raises(WrongRequest, match=r"no \{email\}; there are \{name\}, \{company\}, \{plan\}"):
        personal_url("https://x.example/?e={email}", LEAD)
