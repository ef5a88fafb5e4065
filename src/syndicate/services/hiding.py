"""What `ignore` hides: a rule that cuts away more than it was meant to is the one that nobody notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from syndicate.domain.errors import ParseError
from syndicate.domain.model import Version
from syndicate.ports import Reader, ReadOptions, Retrieved

_SHOWN = 12
"""Words of each hidden text that are shown."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What one rule cuts away that would be text without it: how many words, and how it begins."""

    rule: str
    words: int
    begins: str = ""

    def __str__(self) -> str:
        if not self.words:
            return (
                f"ignore = {self.rule} hides no text: it matches nothing, or what would not be read anyway."
            )
        return f"ignore = {self.rule} hides {self.words} words of text: {self.begins}"


def hidden_by(reader: Reader, answer: Retrieved, options: ReadOptions, version: Version) -> Iterator[Hidden]:
    """For each rule of `ignore`, the words that only it keeps out of `version`. Reads once per rule."""
    for rule in options.ignore:
        others = replace(options, ignore=tuple(other for other in options.ignore if other != rule))
        try:
            whole = reader.read(answer.body, media_type=answer.media_type, url=answer.url, options=others)
        except ParseError:
            continue  # without the rule there is nothing to read, so that it hides nothing
        yield _difference(rule, version, whole)


def _difference(rule: str, version: Version, whole: Version) -> Hidden:
    kept = Counter(version.text.split())
    lost: list[str] = []
    for word in whole.text.split():
        if kept[word]:
            kept[word] -= 1
        else:
            lost.append(word)
    begins = " ".join(lost[:_SHOWN]) + (" …" if len(lost) > _SHOWN else "")
    return Hidden(rule, len(lost), begins)
