"""Leads from a CSV file: what is read, and what is refused with the line that has to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.leads import MOST_LEADS, WrongLeads, read_leads

ANA = {"name": "Ana", "company": "Acme"}


def leads_in(folder: Path, content: str | bytes) -> list[dict[str, str | None]]:
    file = folder / "leads.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_leads(file)


@pytest.mark.parametrize(
    "content",
    [
        "name,company\nAna,Acme\n",
        "name,company\nAna,Acme",
        "name,company\r\nAna,Acme\r\n",
        "\ufeffname,company\r\nAna,Acme\r\n",
        " Name , COMPANY ,phone\nAna,Acme,123\n",
        "company,name\n\nAcme,Ana\n,\n\n",
        '"name","company"\n"Ana","Acme"\n',
        "name,company\n  Ana ,\tAcme\n",
        "name,company\nAna,Acme,one too many\n",
    ],
)
def test_one_lead_however_the_file_is_written(tmp_path: Path, content: str) -> None:
    assert leads_in(tmp_path, content) == [ANA]


def test_quotes_hold_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    [lead] = leads_in(tmp_path, 'name,company\n"Silva, ""Ana""","Acme\nof Rome"\n')
    assert lead == {"name": 'Silva, "Ana"', "company": "Acme\nof Rome"}


def test_any_script_and_what_is_not_known_is_none(tmp_path: Path) -> None:
    found = leads_in(tmp_path, "name,company,industry,email\n李小龍,Größe,,\nZoë,Acme,robots,z@example.com\n")
    assert found == [
        {"name": "李小龍", "company": "Größe", "industry": None, "email": None},
        {"name": "Zoë", "company": "Acme", "industry": "robots", "email": "z@example.com"},
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "there is no column name and no column company"),
        ("name\nAna\n", "there is no column company"),
        ("name;company\nAna;Acme\n", "there is no column name and no column company"),
        ("Ana,Acme\nBen,Bolt\n", "there is no column name and no column company"),
        ("name,company\n", "has no leads in it"),
        ("name,company\n,\n \n", "has no leads in it"),
        ("name,company\nAna,Acme\n ,Bolt\n", "line 3: no name"),
        ("name,company\nAna,Acme\nBen,\n", "line 3: no company"),
        ("name,company\nAna,Acme\nBen\n", "line 3: no company"),
        ("name,company,industry\n\n,,robots\n", "line 3: no name and no company"),
        ('name,company\n"Ana,Acme\n', "can't be read as CSV in UTF-8: unexpected end of data"),
        ("name,company\nAna,Acme\n".encode("utf-16"), "can't be read as CSV in UTF-8: .* byte 0xff"),
        ("name,company\nZoë,Acme\n".encode("latin-1"), "can't be read as CSV in UTF-8: .* byte 0xeb"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, content: str | bytes, reason: str) -> None:
    with pytest.raises(WrongLeads, match=f"^leads.csv.*{reason}"):
        leads_in(tmp_path, content)


def test_the_line_is_that_of_the_file_where_texts_have_line_breaks(tmp_path: Path) -> None:
    with pytest.raises(WrongLeads, match="line 5: no name"):
        leads_in(tmp_path, 'name,company\n"Ana\nSilva","Acme\nof Rome"\n,Bolt\n')


def test_there_is_a_most(tmp_path: Path) -> None:
    rows = [f"Lead {number},Acme\n" for number in range(MOST_LEADS + 1)]
    assert len(leads_in(tmp_path, "name,company\n" + "".join(rows[:-1]))) == 1000
    with pytest.raises(WrongLeads, match=r"^leads\.csv has 1001 leads: at most 1000 at a time$"):
        leads_in(tmp_path, "name,company\n" + "".join(rows))


def test_a_folder_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(WrongLeads, match="can't be read as CSV"):
        read_leads(tmp_path)
