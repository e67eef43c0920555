"""Which documents the press reads, and how large: one list for it and for whoever must know before a document is opened. No Qt."""

from __future__ import annotations

from app.papers.slips import MAX_DOCUMENT

CDA = frozenset({"text/xml", "application/xml", "application/hl7-cda+xml"})
PAGES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff"})
TEXT = "text/plain"


def plain(media: str) -> str:
    """Return a media type without its parameters."""
    return media.partition(";")[0].strip().lower()


def readable(media: str, size: int) -> bool:
    """Tell whether the press would try a document of that type and so many bytes."""
    return 0 < size <= MAX_DOCUMENT and plain(media) in CDA | PAGES | {TEXT}
