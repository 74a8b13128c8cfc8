"""Twenty people whose names and companies differ in length and script, as lists from sales do."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Lead:
    name: str
    company: str
    industry: str
    email: str


_PEOPLE = (
    ("Ana Silva", "Acme", "retail"),
    ("Ben Okafor", "Borealis Foods", "grocery"),
    ("Chloé Martin", "Cobalt", "fashion"),
    ("Dmitri Volkov", "Dunwich & Sons", "wholesale"),
    ("Elena Rossi", "Elmwood Market Group", "grocery"),
    ("Farid Haddad", "Farrow", "pharmacy"),
    ("Grace Lee", "Garnet Stores", "retail"),
    ("Hiro Tanaka", "Holm", "electronics"),
    ("Inés García", "Ibex Outdoor", "sport"),
    ("Jonas Weber", "Juniper", "furniture"),
    ("Karin Lindqvist", "Kestrel", "garden"),
    ("Liam O'Connor", "Larch & Co", "books"),
    ("Maya Cohen", "Meridian", "beauty"),
    ("Noah Williams", "Northgate Supermarkets", "grocery"),
    ("Olga Petrova", "Osprey", "toys"),
    ("Pedro Alves", "Pinecrest", "retail"),
    ("Quinn Murphy", "Quarry Tools", "hardware"),
    ("Rosa Jansen", "Redwood", "fashion"),
    ("Samir Patel", "Sable", "electronics"),
    ("Tess de Vries", "Tamarind Kitchen", "food"),
)

LEADS = tuple(
    Lead(name, company, industry, f"lead{number}@example.com")
    for number, (name, company, industry) in enumerate(_PEOPLE)
)


def write_csv(leads: tuple[Lead, ...], path: Path) -> Path:
    """As `leadreel make --leads` reads it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Lead)])
        writer.writeheader()
        writer.writerows(asdict(lead) for lead in leads)
    return path
