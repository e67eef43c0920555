"""How alerts stand, remembered for the few that have so many records that to fold them all for each new one would be felt. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from storage.monitoring.life import Folding, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.monitoring.standing import Service
    from storage.monitoring.records import Life, Record

LONG, MOST = 40, 16
"""From so many records on a folding is kept, of so many alerts: each takes the room of its records squared, in bits."""


@dataclass
class _Kept:
    """A folding of the first `read` records of `known`, those of them that count in a service."""

    known: Mapping[bytes, Record]
    service: Service
    grade: int
    folding: Folding
    read: int = 0

    def of(self, known: Mapping[bytes, Record], service: Service, grade: int) -> bool:
        """Tell whether this is what these records are folded to, as far as it was read."""
        return self.known is known and self.service is service and self.grade == grade

    def read_on(self) -> bool:
        """Take what came since; False where that takes folding anew."""
        rest = islice(self.known.values(), self.read, None)
        self.read = len(self.known)
        return all(map(self.folding.go_on, _counting(rest, self.service)))


class Lives:
    """Records of one alert come in one dict by id, to which others are only added, in the order in which they came."""

    def __init__(self) -> None:
        self._kept: dict[bytes, _Kept] = {}

    def of(self, alert: bytes, known: Mapping[bytes, Record], service: Service, grade: int) -> Life:
        """Return how an alert stands that had the grade *grade*, after those of its records that count in its service."""
        if len(known) < LONG:
            return fold(_counting(known.values(), service), grade)
        kept = self._kept.pop(alert, None)
        if kept is None or not kept.of(known, service, grade) or not kept.read_on():
            folding = Folding(_counting(known.values(), service), grade)
            kept = _Kept(known, service, grade, folding, len(known))
        self._kept[alert] = kept
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]
        return kept.folding.life()

    def forget(self, alert: bytes) -> None:
        """Fold an alert anew the next time: a record of it is another one now."""
        self._kept.pop(alert, None)


def _counting(records: Iterable[Record], service: Service) -> Iterator[Record]:
    return (one for one in records if service.counts(one.author, one.at_ms))
