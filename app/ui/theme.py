"""The look: design tokens turned into colours, fonts, a palette and one style sheet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PyQt6.QtWidgets import QApplication

from app.ui.contrast import OWN, Contrast
from app.ui.sheet import style_sheet, type_sheet

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
    "image_ground": "#000000",
    "weak": "#FDF0D8",
    "weak_ink": "#8A4B00",
}
"""Colours of the call, the same in both themes because the stage is always dark (base.css of the mock-ups)."""


@cache
def tokens() -> dict[str, Any]:
    """Read the design tokens once."""
    loaded: dict[str, Any] = json.loads((RESOURCES / "tokens.json").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Wanted:
    """What was asked for; `system` follows the system."""

    name: str = "light"
    text_percent: int = 100
    contrast: str = "system"


class Theme(QObject):
    """Colours, fonts and style sheet of the moment; `changed` follows a new theme or text size."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.name = "light"
        self.text_percent = 100
        self.contrast: Contrast | None = None
        self._wanted = Wanted()
        self._worn: tuple[object, ...] = ()
        self._native = False
        self.sheet = ""
        """What each window of the program wears: a sheet of the application is matched anew whenever a part is put into another."""
        self._fonts: dict[str, QFont] = {}
        self._colors: dict[str, QColor] = {}

    def apply(self, name: str = "", text_percent: int = 0, contrast: str = "") -> None:
        """Wear *name* (`light`, `dark` or `system`) at *text_percent* of the type size; empty keeps what is.

        *contrast*: `high`, `normal`, or `system` to follow it.
        """
        before = self._wanted
        self._wanted = Wanted(
            name or before.name, text_percent or before.text_percent, contrast or before.contrast
        )
        self.name = system_name() if self._wanted.name == "system" else self._wanted.name
        self.text_percent = self._wanted.text_percent
        self._native = self._wanted.contrast == "system" and system_contrast()
        worn = (self.name, self.text_percent, self._native, self._wanted.contrast == "high")
        if worn != self._worn or self._native:
            self._worn = worn
            self._wear()

    def follow(self) -> None:
        """Wear what the system asks for now."""
        self.apply()

    def look(self) -> None:
        """Follow a changed contrast of the system: PyQt has no signal for it, so somebody with a clock asks."""
        if system_contrast() != self._native and self._wanted.contrast == "system":
            self.apply()

    def _wear(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._fonts.clear()
        app.setPalette(QPalette())  # what the system gives
        own = OWN[self.name] if self._wanted.contrast == "high" else None
        self.contrast = Contrast.of(app.palette()) if self._native else own
        self._colors.clear()
        if not self._native:
            app.setPalette(self._palette())
        app.setFont(self.font("body"))
        sheet = style_sheet if self.contrast is None else type_sheet
        self.sheet = sheet(tokens()["color"][self.name], tokens()["type"], self.text_percent)
        self.changed.emit()

    def color(self, name: str) -> QColor:
        """Return the token *name* of the theme worn now, or a colour of the call; it is the caller's own."""
        if name not in self._colors:
            self._colors[name] = self._make_color(name)
        return QColor(self._colors[name])

    def _make_color(self, name: str) -> QColor:
        if name in STAGE_COLOURS:
            return QColor(STAGE_COLOURS[name])
        told = self.contrast.color(name) if self.contrast is not None else None
        return QColor(tokens()["color"][self.name][name] if told is None else told)

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


def system_contrast() -> bool:
    """Tell whether the system asks for high contrast."""
    hints = QGuiApplication.styleHints()
    access = hints.accessibility() if hints is not None else None
    return access is not None and access.contrastPreference() == Qt.ContrastPreference.HighContrast


@cache
def load_fonts() -> int:
    """Give Qt the shipped fonts; returns how many faces it took."""
    paths = sorted((RESOURCES / "fonts").glob("*.woff2"))
    return sum(QFontDatabase.addApplicationFont(str(path)) >= 0 for path in paths)


@cache
def _prepare(app: QApplication) -> None:
    """Load the fonts, choose the base style, listen to the system: once."""
    load_fonts()
    app.setStyle("Fusion")
    hints = QGuiApplication.styleHints()
    if hints is not None:
        hints.colorSchemeChanged.connect(theme().follow)


def dress(
    app: QApplication, name: str = "system", text_percent: int = 100, contrast: str = "system"
) -> Theme:
    """Wear the theme; the first time load the fonts and choose the base style."""
    _prepare(app)
    theme().apply(name, text_percent, contrast)
    return theme()
