"""Key messages, woven into what the narrator says."""

from __future__ import annotations

from collections.abc import Sequence

from shared.scripting.phrases import STOPS, StylePhrases, fill

# words that begin a fragment and are no names, so that they need no capital in the middle of a sentence
COMMON = frozenset(
    {
        "a", "all", "an", "any", "automate", "automated", "automatic", "avoid", "be", "better", "build",
        "built", "cheaper", "clear", "connect", "create", "cut", "cuts", "deliver", "easier", "easy", "fast",
        "faster", "fewer", "find", "free", "full", "gain", "get", "gets", "grow", "help", "helps", "high",
        "improve", "improved", "increase", "instant", "integrated", "keep", "less", "lower", "make", "makes",
        "manage", "more", "no", "one", "only", "our", "own", "plan", "quick", "quicker", "real", "real-time",
        "reduce", "reduced", "replace", "safe", "save", "saves", "secure", "see", "shared", "shorter",
        "simple", "simpler", "single", "smart", "smarter", "spend", "start", "stop", "stops", "support",
        "the", "track", "turn", "unlimited", "we", "work", "works", "your", "zero",
    }
)  # fmt: skip
SENTENCE_STARTS = frozenset(
    {
        "i",
        "i'm",
        "it",
        "it's",
        "our",
        "that's",
        "there",
        "they",
        "this",
        "we",
        "we're",
        "you",
        "you're",
        "your",
    }
)
LONGEST_FRAGMENT_WORDS = 9


def is_sentence(message: str) -> bool:
    """Whether a message stands by itself, so that it needs no frame."""
    words = message.split()
    return (
        message[-1] in STOPS
        or len(words) > LONGEST_FRAGMENT_WORDS
        or (len(words) > 3 and words[0].casefold() in SENTENCE_STARTS)
    )


def told(messages: Sequence[str], phrases: StylePhrases, first_frame: int) -> str:
    """The messages of one section as sentences. first_frame: how many messages were told before."""
    fragments = [message for message in messages if not is_sentence(message)]
    sentences = [_capital(_stopped(message)) for message in messages if is_sentence(message)]
    if len(fragments) == 1:
        frame = phrases.frames[first_frame % len(phrases.frames)]
        sentences.insert(0, fill(frame, {"message": _stopped(_inside(fragments[0]))}) or "")
    elif fragments:
        sentences.insert(0, fill(phrases.frames_joined, {"messages": _listed(fragments)}) or "")
    return " ".join(sentences)


def told_briefly(messages: Sequence[str]) -> str:
    """The messages without any frame, for when there is little time."""
    fragments = [message for message in messages if not is_sentence(message)]
    sentences = [_capital(_stopped(message)) for message in messages if is_sentence(message)]
    return " ".join([*([_capital(_listed(fragments))] if fragments else []), *sentences])


def _listed(fragments: Sequence[str]) -> str:
    parts = [_inside(fragment).rstrip(" .,;:-–—") for fragment in fragments]
    return f"{', '.join(parts[:-1])}, and {parts[-1]}." if len(parts) > 1 else f"{parts[0]}."


def _inside(message: str) -> str:
    """Without its capital, unless that may belong to a name."""
    first, _, rest = message.partition(" ")
    return message[0].lower() + message[1:] if first.casefold() in COMMON and (rest or first) else message


def _stopped(message: str) -> str:
    message = message.rstrip(" ,;:-–—")
    return message if message[-1] in STOPS else message + "."


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
