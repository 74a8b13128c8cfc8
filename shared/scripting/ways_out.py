"""What in a text would send its hearer somewhere: addresses and numbers to call, written or spelled out."""

from __future__ import annotations

import re
import unicodedata

SPELLED_DIGITS = 5  # said one after the other they make a number to call

_ADDRESS = re.compile(
    # `js`, `ts` and `ej` (p.ej.) are no domains, and end ordinary words
    r"https?:|www\.|\S+@\S+|(?<![\w.])(?:[\w-]+\.)+(?!(?:js|ts|ej)\b)[^\W\d_]{2,}(?![\w])(?:/\S*)?"
    r"|\w\s+\.\s*(?:com|org|io|biz|xyz|ru|cn)\b",
    re.IGNORECASE,
)
_DOMAIN = r"c\s*o\s*m|org|net|io|co|ai|dev|app|info|biz|xyz|us|mx|ru|cn|shop|store|online|site|link|click"
_SPELLED_ADDRESS = re.compile(
    rf"\b(?:dot|punto|ponto)[\s()-]{{1,3}}(?:{_DOMAIN})\b|\b(?:point|punkt)[\s()-]{{1,3}}(?:com|org)\b"
    r"|\bdot[\s()-]{1,3}(?:me|es|uk|de|fr|eu|top|example)\b"
    r"|\bpunto (?:es|me)(?=\s*(?:[.,;!?/]|$))"  # `el primer punto es …` is no address
    r"|\b(?:h\s*t\s*t\s*p|w\s*w\s*w|double u)\b|\b(?:at|arroba)\s+\w+\s+(?:dot|punto)\b",
    re.IGNORECASE,
)
_FOREIGN_STOP = re.compile("(?<=[a-z])[。｡](?=[a-z])", re.IGNORECASE)  # which browsers take for a dot
_MARKUP = re.compile(r"[{}\[\]<>*#_|`\\^~]|&\w+;|\$\(")
_DIGIT_WORD = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple"
    "|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    "|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
    "|cero|uno|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
    r"|diez|once|doce|trece|catorce|quince|veinte|veinti\w+|dieci\w+"
    "|(?:trein|cuaren|cincuen|sesen|seten|ochen|noven)ta"
)
_SPELLED_NUMBER = re.compile(
    rf"\b(?:(?:{_DIGIT_WORD})(?:[\s,.-]|\by\b)+){{{SPELLED_DIGITS - 1},}}(?:{_DIGIT_WORD})\b", re.I
)
_TELEPHONE = re.compile(r"\d(?:[\s().-]*\d){6,}")


def address_in(text: str) -> str:
    """The first address in it, empty if there is none."""
    found = _ADDRESS.search(plain(text)) or _SPELLED_ADDRESS.search(plain(text))
    return found.group().strip() if found else ""


def number_in(text: str) -> str:
    """The first number to call in it, empty if there is none."""
    found = _SPELLED_NUMBER.search(plain(text)) or _TELEPHONE.search(plain(text))
    return found.group() if found else ""


def markup_in(text: str) -> str:
    """The first sign in it that is for machines, empty if there is none."""
    found = _MARKUP.search(plain(text))
    return found.group() if found else ""


def plain(text: str) -> str:
    """Full-width letters, circled digits and one-dot leaders as what they are read as."""
    return _FOREIGN_STOP.sub(".", unicodedata.normalize("NFKC", _FOREIGN_STOP.sub(".", text)))
