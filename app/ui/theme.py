"""The look: design tokens turned into colours, fonts, a palette and one style sheet."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PyQt6.QtWidgets import QApplication

from app.ui.sheet import style_sheet

RESOURCES = Path(__file__).parents[2] / "resources"
STAGE_COLOURS = {
    "speaker": "#6FD3E3",
    "plate": "#D1080E10",
    "plate_text": "#FFFFFF",
    "off": "#F3D9DB",
    "off_ink": "#8C1220",
    "on": "#6FD3E3",
    "on_ink": "#06222A",
    "leave": "#C2283A",
    "leave_hover": "#D63A4C",
    "hand": "#F7D77F",
    "hand_ink": "#3A2C00",
    "weak": "#FDF0D8",
    "weak_ink": "#8A4B00",
}
"""Colours of the call, the same in both themes because the stage is always dark (base.css of the mock-ups)."""


@cache
def tokens() -> dict[str, Any]:
    """Read the design tokens once."""
    loaded: dict[str, Any] = json.loads((RESOURCES / "tokens.json").read_text(encoding="utf-8"))
    return loaded


class Theme(QObject):
    """Colours, fonts and style sheet of the moment; `changed` follows a new theme or text size."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.name = "light"
        self.text_percent = 100
        self._fonts: dict[str, QFont] = {}

    def apply(self, name: str = "", text_percent: int = 0) -> None:
        """Wear *name* (`light`, `dark` or `system`) at *text_percent* of the type size; empty keeps what is."""
        wanted = system_name() if name == "system" else name or self.name
        self.name, self.text_percent = wanted, text_percent or self.text_percent
        self._fonts.clear()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setPalette(self._palette())
        app.setFont(self.font("body"))
        app.setStyleSheet(style_sheet(tokens()["color"][self.name], tokens()["type"], self.text_percent))
        self.changed.emit()

    def color(self, name: str) -> QColor:
        """Return the token *name* of the theme worn now, or a colour of the call."""
        return QColor(STAGE_COLOURS.get(name) or tokens()["color"][self.name][name])

    def font(self, role: str) -> QFont:
        """Return the font of a type role (`body`, `caption` …) at the chosen text size."""
        if role not in self._fonts:
            self._fonts[role] = self._make_font(role)
        return self._fonts[role]

    def _make_font(self, role: str) -> QFont:
        spec = tokens()["type"][role]
        family = "mono" if role in {"mono", "safety_number"} else "ui"
        font = QFont([tokens()["font"][family], *tokens()["font"][f"{family}_fallback"]])
        font.setPixelSize(round(spec["size"] * self.text_percent / 100))
        font.setWeight(QFont.Weight(spec["weight"]) if spec["weight"] % 100 == 0 else QFont.Weight.Normal)
        if role == "caption":
            font.setWeight(QFont.Weight.Medium)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spec["tracking"])
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    def scaled(self, pixels: int) -> int:
        """Return a height that holds text, grown with the text size."""
        return round(pixels * self.text_percent / 100)

    def _palette(self) -> QPalette:
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: "surface",
            QPalette.ColorRole.Base: "surface",
            QPalette.ColorRole.AlternateBase: "sunken",
            QPalette.ColorRole.Button: "surface",
            QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.PlaceholderText: "text_3",
            QPalette.ColorRole.ToolTipBase: "raised",
            QPalette.ColorRole.ToolTipText: "text",
            QPalette.ColorRole.Highlight: "accent",
            QPalette.ColorRole.HighlightedText: "on_accent",
        }
        for role, name in roles.items():
            palette.setColor(role, self.color(name))
        return palette


@cache
def theme() -> Theme:
    """Return the one theme of the process."""
    return Theme()


def system_name() -> str:
    """Return `dark` where the system asks for it, else `light`."""
    hints = QGuiApplication.styleHints()
    dark = hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


@cache
def load_fonts() -> int:
    """Give Qt the shipped fonts; returns how many faces it took."""
    paths = sorted((RESOURCES / "fonts").glob("*.woff2"))
    return sum(QFontDatabase.addApplicationFont(str(path)) >= 0 for path in paths)


def dress(app: QApplication, name: str = "system", text_percent: int = 100) -> Theme:
    """Load the fonts, choose the base style and wear the theme."""
    load_fonts()
    app.setStyle("Fusion")
    theme().apply(name, text_percent)
    return theme()
