"""What came of a chain, in memory: the model of what the vault keeps in rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from media.mail.receiving import Chain, Gap

if TYPE_CHECKING:
    from media.keys.envelope import Header


def after(chain: Chain, header: Header) -> Chain:
    """Return the chain after a header of it came: the next one, one behind a gap, or one that was missing."""
    gap = chain.gap(header.seq)
    if gap:
        return replace(chain, gaps=tuple(part for one in chain.gaps for part in _healed(one, gap, header)))
    if header.seq < chain.seq:
        return chain
    missing = Gap(chain.seq, header.seq - 1, header.prev_hash, chain.hash)
    gaps = (*chain.gaps, missing) if header.seq > chain.seq else chain.gaps
    return Chain(header.seq + 1, header.hash, gaps)


def _healed(one: Gap, gap: Gap, header: Header) -> tuple[Gap, ...]:
    if one is not gap:
        return (one,)
    below = Gap(gap.first, header.seq - 1, header.prev_hash, gap.before)
    above = Gap(header.seq + 1, gap.last, gap.after, header.hash)
    return tuple(part for part in (below, above) if part.first <= part.last)
