"""What a post on a social network says, before the network's own form is given to it.

A stored message for a social network is the JSON of `Post.as_dict()`, written with sorted keys and
without spaces, so that approval binds to bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, slots=True)
class Post:
    """One post in one language.

    `text` is what readers see, plain and final: where a channel says `link_in_text` it holds `link` as well.
    `title` and `description` are for the card of a network that lets us fill one. `language` is a lower-case
    primary subtag. `reply_to` is the network's id of a post of our own that this one answers, or "".
    """

    text: str
    link: str
    title: str
    description: str
    language: str
    reply_to: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain data for JSON; `from_dict` gives back an equal post."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, str]) -> Post:
        """The post that `as_dict` was made from. Raises KeyError where a field is missing."""
        return cls(**{field.name: data[field.name] for field in fields(cls)})
