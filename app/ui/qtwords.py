"""What Qt itself says, in the language of the window: the print dialog, the menu of a text field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QLibraryInfo, QTranslator

if TYPE_CHECKING:
    from PyQt6.QtCore import QCoreApplication


def speak_qt(app: QCoreApplication, code: str) -> None:
    """Let Qt speak *code*; where its translation is not installed, it speaks English."""
    name = f"qtbase_{code}"
    held = app.findChildren(QTranslator)
    if any(one.objectName() == name for one in held):
        return
    for old in held:
        app.removeTranslator(old)
        old.setParent(None)
    new = QTranslator(app)
    new.setObjectName(name)
    if new.load(name, QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(new)
