"""Things in an order of their own, kept while they come and go: one of thousands costs no more than its place. No Qt."""

from __future__ import annotations

from bisect import bisect_left, insort
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
Pair = tuple[tuple[Any, ...], T]
_place = itemgetter(0)


class Ordered(Generic[T]):
    """*key* says where one stands; no two of one key are here at once, and it stays the same as long as one is here."""

    def __init__(self, key: Callable[[T], tuple[Any, ...]], those: Iterable[T] = ()) -> None:
        self._key = key
        self._pairs: list[Pair[T]] = sorted(self._pair(one) for one in those)

    def _pair(self, one: T) -> Pair[T]:
        return self._key(one), one

    def add(self, one: T) -> None:
        """Let one stand at its place."""
        insort(self._pairs, self._pair(one))

    def drop(self, one: T) -> None:
        """Let one go that is here."""
        key = self._key(one)
        place = bisect_left(self._pairs, (key,))
        assert self._pairs[place][0] == key
        del self._pairs[place]

    def before(self, *key: Any) -> int:
        """Return how many stand before a key, or the beginning of one."""
        return bisect_left(self._pairs, (key,))

    def upto(self, *key: Any) -> list[T]:
        """Return those that stand before a key, or the beginning of one."""
        return [one for _, one in self._pairs[: self.before(*key)]]

    def all(self, others: Iterable[T] = ()) -> list[T]:
        """Return all, and *others* among them."""
        more = [self._pair(one) for one in others]
        return [one for _, one in (sorted(self._pairs + more, key=_place) if more else self._pairs)]
