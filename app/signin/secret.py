"""A field for a password that notices a locked Caps key while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QLocale, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QLineEdit

from app.i18n import language
from app.ui.panes import Field
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QKeyEvent


def caps_on(text: str, *, shift: bool) -> bool | None:
    """Tell from one typed *text* whether Caps Lock is on; None when it does not show."""
    if len(text) != 1 or text.lower() == text.upper():
        return None
    return text.isupper() != shift


class Secret(Field):
    """`doubted` carries a sentence when what is typed may not be what is meant: Caps Lock."""

    doubted = pyqtSignal(object)

    def __init__(self, name: Words) -> None:
        super().__init__(name, secret=True)
        self._caps = False

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Type, and look at what it says of Caps Lock."""
        super().keyPressEvent(event)
        if event is None:
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        caps = not self._caps if event.key() == Qt.Key.Key_CapsLock else caps_on(event.text(), shift=shift)
        if caps is not None and caps != self._caps:
            self._caps = caps
            self.doubted.emit(say("door.caps" if caps else "door.caps_off"))

    def clear(self) -> None:
        """Empty the field, and hide what will be typed next."""
        super().clear()
        if self.echoMode() == QLineEdit.EchoMode.Normal:
            self._flip()


def keyboard() -> str:
    """Return the keyboard's language, as a person calls it; empty where the system does not tell it or it is the own."""
    method = QGuiApplication.inputMethod()
    locale = method.locale() if method is not None else QLocale.c()
    kind = locale.language()
    if kind == QLocale.Language.C or locale.name().startswith(language()):
        return ""
    return locale.nativeLanguageName()
