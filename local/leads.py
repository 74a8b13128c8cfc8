"""Leads from a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

from shared.errors import Permanent

COLUMNS = ("name", "company", "industry", "email")
NEEDED = ("name", "company")
MOST_LEADS = 1000


class WrongLeads(Permanent):
    """A list of leads can't be used; the text names the line."""


def read_leads(path: Path) -> list[dict[str, str | None]]:
    """A dict for each row: `name` and `company`, and `industry` and `email` where there are any.

    UTF-8, with a header; columns of other names are left out. Raises WrongLeads.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header = {name.strip().lower(): name for name in reader.fieldnames or () if name}
            if missing := [name for name in NEEDED if name not in header]:
                raise WrongLeads(f"{path.name}: there is no column {' and no column '.join(missing)}")
            leads = []
            for row in reader:
                lead = {name: (row[header[name]] or "").strip() or None for name in COLUMNS if name in header}
                if not any(lead.values()):
                    continue
                if blank := [name for name in NEEDED if not lead[name]]:
                    raise WrongLeads(f"{path.name}, line {reader.line_num}: no {' and no '.join(blank)}")
                leads.append(lead)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongLeads(f"{path.name} can't be read as CSV in UTF-8: {error}") from error
    if not leads:
        raise WrongLeads(f"{path.name} has no leads in it")
    if len(leads) > MOST_LEADS:
        raise WrongLeads(f"{path.name} has {len(leads)} leads: at most {MOST_LEADS} at a time")
    return leads
