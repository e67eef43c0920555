"""Words (docs/protocol.md §17): small sealed texts of which the newest alone is kept, in memory and for a short time. Pure."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from media.errors import LinkRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

LIFE_S = 150.0
SWEPT_AT_ONCE = 2000
"""Some 3 ms: whole hospitals go offline in one minute."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: bytes
    organisation: bytes
    until_s: float


class Words:
    """At most *most* words of an organisation. *now_s* is of a clock that only goes forward."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, _Word] = OrderedDict()  # the one that ends first stands first
        self._counts: Counter[bytes] = Counter()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, tag: bytes) -> bool:
        return tag in self._kept

    def put(self, tag: bytes, text: bytes, organisation: bytes, now_s: float) -> None:
        """Keep *text* in the place of what was there; refuses quota."""
        self.sweep(now_s)
        self._drop(tag)
        if self._counts[organisation] >= self._most:
            raise LinkRefused("quota")
        self._counts[organisation] += 1
        self._kept[tag] = _Word(text, organisation, now_s + LIFE_S)

    def read(self, tags: Iterable[bytes], now_s: float) -> list[tuple[int, bytes]]:
        """Return the words that are there, each with the place of its tag."""
        found = ((place, self._kept.get(tag)) for place, tag in enumerate(tags))
        return [(place, word.text) for place, word in found if word and now_s < word.until_s]

    def sweep(self, now_s: float) -> None:
        """Forget what is over, a bounded part of it: nobody is given it any more."""
        over = takewhile(lambda one: one[1].until_s <= now_s, islice(self._kept.items(), SWEPT_AT_ONCE))
        for tag, _ in list(over):
            self._drop(tag)

    def _drop(self, tag: bytes) -> None:
        word = self._kept.pop(tag, None)
        if word is not None:
            self._counts[word.organisation] -= 1
            if not self._counts[word.organisation]:
                del self._counts[word.organisation]
