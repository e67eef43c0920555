"""Who became whom: of all words on one number the newest holds, and chains are followed to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Link(NamedTuple):
    """At `order` it was said that *old* is *new* from now on."""

    old: Any
    new: Any
    order: tuple[Any, ...]
    kind: str = ""


def steps(links: Iterable[Link]) -> dict[Any, Link]:
    """Return for every node that became another the link that holds.

    Of a circle the oldest link gives way, so that the last word tells who stays. The order of *links* does not matter.
    """
    newest: dict[Any, Link] = {}
    for link in links:
        known = newest.get(link.old)
        if link.old != link.new and (known is None or (link.order, link.new) > (known.order, known.new)):
            newest[link.old] = link
    for node in sorted(newest):
        _open_circle(node, newest)
    return newest


def ends(links: Iterable[Link]) -> dict[Any, Any]:
    """Return for every node that became another the one at the end of its chain."""
    newest = steps(links)
    found: dict[Any, Any] = {}
    for node in newest:
        _follow(node, newest, found)
    return found


def end(node: Any, held: dict[Any, Link], kind: str = "") -> Any:
    """Return where the links of *kind* (any, if empty) lead from *node*."""
    while node in held and kind in ("", held[node].kind):
        node = held[node].new
    return node


def _open_circle(start: Any, newest: dict[Any, Link]) -> None:
    path: dict[Any, None] = {}
    node = start
    while node in newest and node not in path:
        path[node] = None
        node = newest[node].new
    if node in newest:
        walked = list(path)
        circle = walked[walked.index(node) :]
        del newest[min(circle, key=lambda one: (newest[one].order, one))]


def _follow(start: Any, newest: dict[Any, Link], found: dict[Any, Any]) -> None:
    path = []
    node = start
    while node in newest and node not in found:
        path.append(node)
        node = newest[node].new
    end = found.get(node, node)
    found.update(dict.fromkeys(path, end))
