"""What the offline writer says between the intro and the call to action: the same for all leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from shared.scripting.brief import Brief
from shared.scripting.messages import told, told_briefly
from shared.scripting.pace import room, slot_for
from shared.scripting.phrases import Phrases, StylePhrases, Topic
from shared.scripting.schedule import Part, shared_out
from shared.scripting.script import SceneType

SECTION_SECONDS = 11.0
WITH_PROOF_SECONDS = 60.0
LONGEST_AUDIENCE_WORDS = 8
TIGHT = 0.96  # how much of a short video's time its key messages may take
STRAIGHT_AFTER = "& "


@dataclass(frozen=True)
class Body:
    """Parts and their durations, which sum to what was asked."""

    parts: tuple[Part, ...]
    durations: tuple[float, ...]


@dataclass(frozen=True)
class Plot:
    """A section to be written. needed: is said in any case. spare: may be, in order."""

    title: str
    scene_type: SceneType
    needed: tuple[str, ...]
    spare: tuple[str, ...]


def write_body(brief: Brief, phrases: StylePhrases, language: Phrases, seconds: float) -> Body:
    """Sections for `seconds` (whole halves): a look at the page, a feature for each key message, a proof.

    phrases: those of the brief's style, in `language`.
    """
    if seconds <= 6.5 and not brief.key_messages:
        plots = [Plot(language.titles.page, "demo", (), tuple(phrases.short_look))]
        return Body(_parts([_longest(plots[0], seconds, language)], plots), (seconds,))
    plots = plotted(brief, phrases, language, seconds)
    texts = written(plots, seconds, language)
    lengths = [language.seconds(text) for text in texts]
    slots = [slot_for(length) for length in lengths]
    if sum(slots) > seconds:
        return Body(_parts(texts, plots), tuple(shared_out(seconds, lengths)))
    holds = shared_out(seconds - sum(slots) + len(slots) / 2, [1.0] * len(slots))
    durations = (slot + hold - 0.5 for slot, hold in zip(slots, holds, strict=True))
    return Body(_parts(texts, plots), tuple(durations))


def plotted(brief: Brief, phrases: StylePhrases, language: Phrases, seconds: float) -> list[Plot]:
    """Which sections there are: about one in eleven seconds, as long as there is something to say."""
    count = max(1, round(seconds / SECTION_SECONDS))
    proof = list(phrases.proof) if brief.duration_seconds >= WITH_PROOF_SECONDS and count > 2 else []
    demo, *topics = [*phrases.topics, *language.more]
    features = messages_plots(brief, phrases, language, max(1, count - 1 - len(proof)), seconds)
    if count == 1:
        return [_with_messages(demo, brief, features)]
    first = (demo.sentences[0], *_audience(brief, phrases))
    opening = Plot(demo.title, "demo", first, demo.sentences[1:])
    others = topics[: max(0, count - 1 - len(proof) - len(features))]
    told_topics = [Plot(one.title, "feature", one.sentences[:1], one.sentences[1:]) for one in others]
    proofs = [Plot(one.title, "proof", one.sentences[:1], one.sentences[1:]) for one in proof]
    return [opening, *features, *told_topics, *proofs]


def messages_plots(
    brief: Brief, phrases: StylePhrases, language: Phrases, most: int, seconds: float
) -> list[Plot]:
    """The key messages in at most `most` sections; those at the end that have no room are left out."""
    messages = list(brief.key_messages)
    if messages and language.seconds(told(messages, phrases, language.words, 0)) > room(seconds):
        return [_brief_messages(messages, phrases, language, seconds)]
    count = min(most, len(messages))
    plots: list[Plot] = []
    used = 0
    for index in range(count):
        some = messages[used : len(messages) * (index + 1) // count]
        followers = phrases.followers[index::count]
        text = told(some, phrases, language.words, used)
        plots.append(Plot(language.titles.messages, "feature", (text,), followers))
        used += len(some)
    return plots


def _brief_messages(messages: list[str], phrases: StylePhrases, language: Phrases, seconds: float) -> Plot:
    while len(messages) > 1 and language.seconds(told_briefly(messages, language.words)) > TIGHT * seconds:
        messages.pop()
    framed = told(messages, phrases, language.words, 0)
    text = framed if language.seconds(framed) <= TIGHT * seconds else told_briefly(messages, language.words)
    return Plot(language.titles.messages, "feature", (text,), phrases.followers)


def _with_messages(demo: Topic, brief: Brief, features: Sequence[Plot]) -> Plot:
    """A single section: what stands out, or else the page at a glance."""
    if not features:
        return Plot(demo.title, "demo", demo.sentences[:1], demo.sentences[1:])
    return Plot(demo.title, "demo", features[0].needed, features[0].spare)


def _audience(brief: Brief, phrases: StylePhrases) -> tuple[str, ...]:
    """One sentence on whom it's for, if what was asked reads as a part of one."""
    audience = brief.target_audience.rstrip(".")
    plain = all(character.isalnum() or character in " -'&," for character in audience)
    if not audience or not plain or len(audience.split()) > LONGEST_AUDIENCE_WORDS:
        return ()
    return (phrases.audience.replace("{audience}", audience),)


def written(plots: Sequence[Plot], seconds: float, language: Phrases) -> list[str]:
    """Each section as full as its share of the time allows; what one leaves over is the next one's."""
    texts: list[str] = []
    left = seconds
    for index, plot in enumerate(plots):
        needed_later = sum(slot_for(language.seconds(" ".join(later.needed))) for later in plots[index + 1 :])
        share = min(left / (len(plots) - index), left - needed_later)
        texts.append(_fullest(plot, share, language))
        left -= slot_for(language.seconds(texts[-1]))
    return texts


def _fullest(plot: Plot, slot_seconds: float, language: Phrases) -> str:
    """The needed sentences and those spare ones that fill the slot best, in order."""
    lengths = [language.seconds(sentence.removeprefix(STRAIGHT_AFTER)) for sentence in plot.spare]
    space = room(slot_seconds) - language.seconds(" ".join(plot.needed))
    best: tuple[int, ...] = ()
    longest = 0.0
    most = len(plot.spare) if len(plot.spare) <= 6 else 3  # keeps the combinations few
    for size in range(1, most + 1):
        for some in combinations(range(len(plot.spare)), size):
            length = sum(lengths[index] for index in some)
            if longest < length <= space and _follows(plot, some):
                best, longest = some, length
    return " ".join((*plot.needed, *(plot.spare[index].removeprefix(STRAIGHT_AFTER) for index in best)))


def _follows(plot: Plot, chosen: Sequence[int]) -> bool:
    """Whether each sentence that goes on from the one before it has it."""
    return all(
        index == 0 or index - 1 in chosen or not plot.spare[index].startswith(STRAIGHT_AFTER)
        for index in chosen
    )


def _longest(plot: Plot, slot_seconds: float, language: Phrases) -> str:
    """The longest one of the spare texts that has room, else the shortest."""
    texts = sorted(plot.spare, key=language.seconds)
    return next((text for text in reversed(texts) if language.seconds(text) <= room(slot_seconds)), texts[0])


def _parts(texts: Sequence[str], plots: Sequence[Plot]) -> tuple[Part, ...]:
    return tuple(Part(plot.title, text, plot.scene_type) for plot, text in zip(plots, texts, strict=True))
