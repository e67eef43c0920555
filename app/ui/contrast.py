"""High contrast: every token told in the few colours that a person, or Windows, chose. Shapes and words stay."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtGui import QColor, QPalette

_GROUNDS = frozenset(("frame", "surface", "sunken", "raised", "hover", "pressed", "selected", "on_accent"))
_MARKS = frozenset(("accent", "accent_hover", "accent_pressed", "accent_text", "focus"))
_KEPT = ("stage", "g0", "g1", "g2", "g3", "g4", "g5", "scrim", "shadow")
"""The call is dark and grades are shapes already: they keep their colours."""
_DANGER = QColor("#8C0000")


@dataclass(frozen=True)
class Contrast:
    """Ground, ink on it, what marks the chosen, and what cannot be used."""

    ground: QColor
    ink: QColor
    mark: QColor
    off: QColor

    @classmethod
    def of(cls, palette: QPalette) -> Contrast:
        """Take the colours that the system gives."""
        role, group = QPalette.ColorRole, QPalette.ColorGroup
        return cls(
            palette.color(role.Base),
            palette.color(role.Text),
            palette.color(role.Highlight),
            palette.color(group.Disabled, role.Text),
        )

    def color(self, name: str) -> QColor | None:
        """Return what stands for the token *name*; None where it keeps its own colour."""
        if name.startswith(_KEPT):
            return None
        if name.startswith("danger_fill"):
            return _DANGER
        if name == "text_disabled":
            return self.off
        if name in _GROUNDS or name.endswith("_soft"):
            return self.ground
        return self.mark if name in _MARKS else self.ink


OWN = {
    "light": Contrast(QColor("#FFFFFF"), QColor("#000000"), QColor("#00308F"), QColor("#5A5A5A")),
    "dark": Contrast(QColor("#000000"), QColor("#FFFFFF"), QColor("#FFD60A"), QColor("#B0B0B0")),
}
"""Where the person asks for it and the system gives none: 21:1, marks above 7:1."""
