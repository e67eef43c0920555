"""What is dropped or pasted to be sent. Nothing is opened on the window's thread: a share may be dead, a picture large."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice
from PyQt6.QtGui import QImage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtCore import QMimeData


def paths(source: QMimeData) -> list[Path]:
    """Return the local paths in it, unlooked at."""
    return [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()]


def picture(source: QMimeData) -> QImage | None:
    """Return the picture in it; None where it has paths or text, or none."""
    if paths(source) or source.hasText() or not source.hasImage():
        return None
    image = source.imageData()
    return image if isinstance(image, QImage) and not image.isNull() else None


def sizes(found: Sequence[Path]) -> dict[Path, int | None]:
    """Return the octets of each; None for what is no file that can be read. Blocks."""
    return {path: _size(path) for path in found}


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def png(image: QImage) -> bytes:
    """Return a picture as a PNG that never was a file. Blocks."""
    kept = QByteArray()
    buffer = QBuffer(kept)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return kept.data()
