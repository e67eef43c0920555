"""Whether a trace is what its authors signed: each record verified again, from what the vault keeps of it. Pure, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.monitoring.ports import Proof, Proved
from app.monitoring.sharing import verify
from media.errors import MediaError
from media.keys.envelope import claimed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from media.keys.certs import DeviceCert
    from storage.monitoring.records import Record
    from storage.monitoring.trace import Kept

    Find = Callable[[bytes], DeviceCert | None]


def prove(kept: Kept, find: Find) -> Proof:
    """Verify one record; *find* returns the certificate with a hash, None where this desk does not know it."""
    try:
        certificate = find(claimed(kept.proof).cert_hash)
    except MediaError:
        return Proof.BROKEN
    if certificate is None:
        return Proof.UNKNOWN
    return Proof.HOLDS if verify(kept, certificate) else Proof.BROKEN


def prove_all(shown: Sequence[Record], kept: Iterable[tuple[Kept, Record | None]], find: Find) -> Proved:
    """Verify what is *shown* of a subject against all that is *kept* of it, with the record that each one reads as.

    What is shown and not kept, or kept otherwise than shown, is broken.
    """
    known: Mapping[bytes, tuple[Kept, Record | None]] = {one.id: (one, record) for one, record in kept}
    found: dict[bytes, Proof] = {}
    for record in shown:
        one, reads = known.get(record.id, (None, None))
        found[record.id] = prove(one, find) if one is not None and reads == record else Proof.BROKEN
    named = {parent for record in shown for parent in record.parents}
    return Proved(found, len(named - set(known)))
