"""Key messages, woven into what the narrator says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.scripting.phrases import StylePhrases, Words
from shared.scripting.template import STOPS, render

LONGEST_FRAGMENT_WORDS = 9
OPENERS = "¿¡"


def is_sentence(message: str, words: Words) -> bool:
    """Whether a message stands by itself, so that it needs no frame."""
    said = message.split()
    return (
        message[-1] in STOPS
        or len(said) > LONGEST_FRAGMENT_WORDS
        or (len(said) > 3 and said[0].casefold() in words.sentence_starts)
    )


def told(messages: Sequence[str], phrases: StylePhrases, words: Words, first_frame: int) -> str:
    """The messages of one section as sentences. first_frame: how many messages were told before."""
    fragments = [message for message in messages if not is_sentence(message, words)]
    sentences = [_capital(_stopped(message)) for message in messages if is_sentence(message, words)]
    if len(fragments) == 1:
        frame = phrases.frames[first_frame % len(phrases.frames)]
        sentences.insert(0, render(frame, {"message": _stopped(_inside(fragments[0], words))}) or "")
    elif fragments:
        sentences.insert(0, render(phrases.frames_joined, {"messages": _listed(fragments, words)}) or "")
    return " ".join(sentences)


def told_briefly(messages: Sequence[str], words: Words) -> str:
    """The messages without any frame, for when there is little time."""
    fragments = [message for message in messages if not is_sentence(message, words)]
    sentences = [_capital(_stopped(message)) for message in messages if is_sentence(message, words)]
    return " ".join([*([_capital(_listed(fragments, words))] if fragments else []), *sentences])


def _listed(fragments: Sequence[str], words: Words) -> str:
    *others, last = (_inside(fragment, words).rstrip(" .,;:-–—") for fragment in fragments)
    return f"{', '.join(others)}{_and_before(last, words)}{last}." if others else f"{last}."


def _and_before(following: str, words: Words) -> str:
    """The `and` that stands before a text, with the spaces around it."""
    for pattern, and_word in words.and_word_before.items():
        if re.match(pattern, following):
            return and_word
    return words.and_word


def _inside(message: str, words: Words) -> str:
    """Without its capital, unless that may belong to a name."""
    return message[0].lower() + message[1:] if message.split()[0].casefold() in words.common else message


def _stopped(message: str) -> str:
    message = message.rstrip(" ,;:-–—")
    return message if message[-1] in STOPS else message + "."


def _capital(sentence: str) -> str:
    """Behind what opens a question or a call in Spanish."""
    start = len(sentence) - len(sentence.lstrip(OPENERS))
    return sentence[:start] + sentence[start : start + 1].upper() + sentence[start + 1 :]
