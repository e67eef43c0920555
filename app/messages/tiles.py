"""A file in its message: what its tile says, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.i18n import tr
from app.messages import looks
from app.messages.items import Said, about, openable
from app.messages.parts import Tile
from storage.messages.records import FileState

if TYPE_CHECKING:
    from storage.messages.records import File

_PICTURES = ("image/",)


@dataclass(frozen=True)
class Running:
    """An ephemeral document that is open now."""

    file: int
    left_s: int
    of_s: int


def tile(file: File, said: Said, running: Running | None) -> Tile:
    """Return what is painted of a file of a message."""
    words = about(file, said)
    if not file.ephemeral:
        return Tile(
            file.name,
            words,
            file_icon(file),
            *_ink(file),
            acts=file_acts(file, own=said.message.own),
            share=_share(file),
        )
    made = Tile(file.name, words, "hourglass-high", "warn", file.id)
    if running is not None and running.file == file.id:
        told = tr("messages.once.running", time=looks.clock(said.now_ms))
        share = running.left_s / max(running.of_s, 1)
        return replace(
            made, about=told, share=share, left_s=running.left_s, left_words=tr("messages.once.left")
        )
    if openable(file, said):
        return replace(made, word=tr("messages.once.open"))
    return replace(
        made,
        icon="eraser" if file.opened_ms else "hourglass-high",
        tone="text_2" if file.opened_ms else "warn",
    )


def _ink(file: File) -> tuple[str, int]:
    pdf = file.kind == "application/pdf"
    if file.halted:
        return "warn", file.id
    return ("danger" if pdf or file.state is FileState.REFUSED else "accent_text"), file.id


def file_icon(file: File) -> str:
    """Return the icon of a kind of file."""
    if file.kind == "application/pdf":
        return "file-type-pdf"
    return "photo-scan" if file.kind.startswith(_PICTURES) else "file-text"


def _share(file: File) -> float | None:
    moving = file.state in {FileState.COMING, FileState.GOING, FileState.PAUSED}
    return file.done / max(file.size, 1) if moving else None


def file_acts(file: File, *, own: bool) -> tuple[tuple[str, str], ...]:
    """Return what can be done with a file now: act and icon; the words are `messages.act.<act>`."""
    if file.ephemeral:
        return ()
    again = ("again" if own else "fetch", "refresh")
    if file.halted:
        return again, ("pause", "player-pause")
    here = (("preview", "eye"), ("save", "download"))
    return {
        FileState.OFFERED: (("fetch", "download"),),
        FileState.COMING: (("pause", "player-pause"),),
        FileState.GOING: (("pause", "player-pause"),),
        FileState.PAUSED: (again,),
        FileState.HERE: here,
        FileState.SENT: here,
    }.get(file.state, ())
