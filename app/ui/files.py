"""Picking a file inside the window: a path to type, or a list of the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QDir, QModelIndex, QSize, QStandardPaths, pyqtSignal
from PyQt6.QtGui import QFileSystemModel
from PyQt6.QtWidgets import QHBoxLayout, QListView, QVBoxLayout, QWidget

from app.ui.buttons import IconButton
from app.ui.panes import Field
from app.ui.text import Label, Named
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

PICTURES = ("*.png", "*.jpg", "*.jpeg", "*.webp", "*.bmp", "*.tif", "*.tiff")
_PLACE = QStandardPaths.StandardLocation


class FileList(QWidget):
    """Folders and the files that fit *patterns*, all of them without one. `chosen` carries a path.

    The folder is read off the Qt thread by Qt itself. Texts are `<words>.path`, `.path.hint`, `.up`, `.files`.
    """

    chosen = pyqtSignal(str)

    def __init__(self, words: str, patterns: Sequence[str] = ()) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Label(say(f"{words}.path"), "caption", "text_2"))
        self.path = Field(say(f"{words}.path"), say(f"{words}.path.hint"))
        self.path.returnPressed.connect(self._typed)
        up = IconButton(say(f"{words}.up"), "arrow-left", bordered=True)
        up.clicked.connect(self._up)
        row = QHBoxLayout()
        row.addWidget(up)
        row.addWidget(self.path, 1)
        column.addLayout(row)
        self._model = QFileSystemModel(self)
        self._model.setFilter(QDir.Filter.AllDirs | QDir.Filter.Files | QDir.Filter.NoDotAndDotDot)
        self._model.setNameFilters(list(patterns))
        self._model.setNameFilterDisables(False)
        self._list = QListView()
        self._list.setModel(self._model)
        Named(self._list, say(f"{words}.files"))
        self._list.setIconSize(QSize(18, 18))
        self._list.setUniformItemSizes(True)
        self._list.activated.connect(self._open)
        column.addWidget(self._list, 1)
        usual = QStandardPaths.writableLocation(
            _PLACE.PicturesLocation if patterns else _PLACE.DocumentsLocation
        )
        self._enter(usual if QDir(usual).exists() else QDir.homePath())

    def _enter(self, folder: str) -> None:
        self._list.setRootIndex(self._model.setRootPath(folder))
        self.path.setText(QDir.toNativeSeparators(folder))

    def _up(self) -> None:
        folder = QDir(self._model.rootPath())
        if folder.cdUp():
            self._enter(folder.absolutePath())

    def _open(self, index: QModelIndex) -> None:
        path = self._model.filePath(index)
        if self._model.isDir(index):
            self._enter(path)
        else:
            self.chosen.emit(path)

    def _typed(self) -> None:
        path = self.path.text().strip()
        if QDir(path).exists():
            self._enter(path)
        elif path:
            self.chosen.emit(path)
