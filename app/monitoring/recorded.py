"""Signed records, as a vault keeps them, as what they say. Pure, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.errors import ProtocolError
from media.mail.steps import AlertStep
from storage.monitoring.records import NO_GRADE, Record, Step

if TYPE_CHECKING:
    from storage.monitoring.trace import Kept


def read(kept: Kept) -> Record | None:
    """Return a kept record as what it says; None of what is no step, or cannot be read."""
    try:
        return record_of(kept)
    except ProtocolError:
        return None


def record_of(kept: Kept) -> Record | None:
    """Return a kept step as a record; None where its step is of a later version. Raises ProtocolError."""
    said = AlertStep.parse(kept.data)
    return record(said, kept.id, kept.author, kept.device) if said.step in set(Step) else None


def record(said: AlertStep, number: bytes, author: bytes, device: bytes) -> Record:
    """Return a step as a record, with what its envelope says: id, author and device."""
    return Record(
        id=number,
        step=Step(said.step),
        subject=said.subject,
        at_ms=said.at_ms,
        author=author,
        device=device,
        parents=said.parents,
        text=said.text,
        reason=said.reason,
        grade=NO_GRADE if said.grade is None else said.grade,
        to=said.to,
        until_ms=said.until_ms,
        symptom=said.symptom,
        about=said.about,
        minutes=said.minutes,
        reached=said.reached,
        version=said.version,
        bulk=said.bulk,
        places=said.places,
    )
