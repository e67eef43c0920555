"""When a message's life is over (docs/protocol.md §11)."""

from __future__ import annotations


def due_ms(sent_ms: int, arrived_ms: int, expires_s: int) -> int:
    """Return when a message's life ends, 0 for never: no later than its life after it came, whatever its author's clock said."""
    return min(sent_ms, arrived_ms) + 1000 * expires_s if expires_s else 0
