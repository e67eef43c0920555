"""The files that go with what is written: chosen, dropped or pasted, one row each, with a cross."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import tr
from app.messages import looks, offered
from app.messages.letters import Letter
from app.messages.ports import Outgoing
from app.ui.buttons import IconButton
from app.ui.panes import Glyph, clear
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PyQt6.QtCore import QMimeData

    from app.bridge import Bridge

MOST_FILES = 32
log = logging.getLogger(__name__)


class Attached(QWidget):
    """Shows the files of a letter. `changed` tells that they are others, `touched` that somebody did it with their hands.

    `left_out` tells that something is no file that can be read.
    """

    changed = pyqtSignal()
    touched = pyqtSignal()
    left_out = pyqtSignal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._letter = Letter()
        self._sizes: dict[Path, int] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self.hide()

    def show_letter(self, letter: Letter) -> None:
        """Show the files of *letter*."""
        self._letter = letter
        clear(self._rows)
        for place, file in enumerate(letter.files):
            size = self._sizes.get(file.path) if file.path is not None else len(file.data)
            self._rows.addWidget(_FileRow(file.name, size, partial(self._remove, place)))
        self.setVisible(bool(letter.files))
        self.changed.emit()

    def add(self, files: Sequence[Outgoing]) -> None:
        """Take files along, at most `MOST_FILES`."""
        self._put(self._letter, files)
        self.touched.emit()
        paths = [one.path for one in files if one.path is not None]
        if paths:
            work = asyncio.to_thread(offered.sizes, paths)
            self._bridge.start(self, work, partial(self._show_sizes, self._letter), _not_looked)

    def take(self, source: QMimeData) -> None:
        """Take along the files and the picture that were dropped or pasted; neither is looked at on the window's thread."""
        picture, letter = offered.picture(source), self._letter
        self.add([Outgoing(path, path.name) for path in offered.paths(source)])
        if picture is not None:
            letter.making += 1
            self.changed.emit()
            work = asyncio.to_thread(offered.png, picture)
            self._bridge.start(self, work, partial(self._pasted, letter), partial(self._not_pasted, letter))

    def _put(self, letter: Letter, files: Sequence[Outgoing]) -> None:
        letter.files[:] = [*letter.files, *files][:MOST_FILES]
        self._renew(letter)

    def _renew(self, letter: Letter) -> None:
        """Show the files of *letter* anew where it is the one in sight: nothing gets into another thread's."""
        if letter is self._letter:
            self.show_letter(letter)

    def _pasted(self, letter: Letter, data: bytes) -> None:
        letter.making -= 1
        self._put(letter, [Outgoing(None, tr("messages.pasted"), data)])

    def _not_pasted(self, letter: Letter, error: Exception) -> None:
        letter.making -= 1
        self._renew(letter)
        self.left_out.emit()
        _not_looked(error)

    def _show_sizes(self, letter: Letter, sizes: dict[Path, int | None]) -> None:
        self._sizes |= {path: size for path, size in sizes.items() if size is not None}
        stay = [one for one in letter.files if one.path is None or sizes.get(one.path, 0) is not None]
        if len(stay) < len(letter.files):
            self.left_out.emit()
        letter.files[:] = stay
        self._renew(letter)

    def _remove(self, place: int) -> None:
        del self._letter.files[place]
        self.show_letter(self._letter)
        self.touched.emit()


class _FileRow(QWidget):
    """A file that will be sent, with a cross to leave it out."""

    def __init__(self, name: str, size: int | None, remove: Callable[[], None]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph("file-text", "accent_text", 18))
        row.addWidget(Label(name, "small_strong").clipped(), 1)
        row.addWidget(Label(looks.size(size) if size is not None else "", "small", "text_2"))
        cross = IconButton(say("messages.attach.remove"), "x")
        cross.speak(say("messages.attach.remove.spoken", name=name))
        cross.clicked.connect(lambda _on: remove())
        row.addWidget(cross)


def _not_looked(error: Exception) -> None:
    log.warning("what was attached could not be looked at: %s", type(error).__name__)
