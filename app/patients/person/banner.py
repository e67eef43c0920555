"""The fixed head of the page: who it is, how sure that is, what nobody may overlook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import isolated
from app.ui.buttons import IconButton
from app.ui.flow import Flow
from app.ui.marks import Chip
from app.ui.panes import clear, ground
from app.ui.strips import StripFrame
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.patients.person import view

ACTIONS = (("write", "message-2"), ("copy", "copy"), ("print", "printer"), ("who", "history"))
"""Name and icon of what can be done from the head; the words are `person.<name>`."""


class TraitLabel(QWidget):
    """A label and its value, heavier; a masked value has an eye that `asked` for the whole of it."""

    asked = pyqtSignal()

    def __init__(self, trait: view.Trait) -> None:
        super().__init__()
        self._trait = trait
        self.eye: IconButton | None = None
        self.setAccessibleName(f"{trait.label} {trait.value}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 10, 0)
        row.setSpacing(6)
        row.addWidget(Label(trait.label, "small", "text_2"))
        self.value = Label(trait.value, "mono" if trait.mono else "body_strong")
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.value)
        if trait.after:
            row.addWidget(Label(trait.after, "caption", "text_2"))
        if trait.whole:
            self._mask()
            self.eye = IconButton(say("person.ins.show"), "eye")
            self.eye.setFixedSize(28, 28)
            self.eye.clicked.connect(self._press)
            row.addWidget(self.eye)

    @property
    def whole(self) -> bool:
        """Whether all of a masked value is shown."""
        return str(self.value.text()) == self._trait.whole

    def _press(self) -> None:
        if self.whole:
            self._mask()
        else:
            self.asked.emit()

    def _mask(self) -> None:
        self._show(self._trait.value, "show", "eye")
        hidden = say("person.ins.hidden", digits=self._trait.value.rstrip("• "))
        self.value.setAccessibleName(str(hidden))

    def reveal(self) -> None:
        """Show all of the value."""
        self._show(self._trait.whole, "hide", "eye-off")
        self.value.setAccessibleName(self._trait.whole)

    def _show(self, value: str, act: str, icon: str) -> None:
        self.value.say(value)
        if self.eye is not None:
            self.eye.say(say(f"person.ins.{act}"))
            self.eye.set_icon(icon)
        self.updateGeometry()


class HeadBanner(QWidget):
    """`pressed` names an action of `ACTIONS`, `ipp_copied` the button beside the number, `ins_asked` the eye."""

    pressed = pyqtSignal(str)
    ins_asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        ground(self, "sunken")
        self._head: view.Head | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 20, 12)
        column.setSpacing(6)
        self._names, self._traits, self._chips = Flow(10), Flow(8, 2), Flow(tail=True)
        column.addLayout(self._top())
        column.addWidget(self._traits)
        column.addWidget(self._chips)
        self._strips = QVBoxLayout()
        self._strips.setSpacing(6)
        column.addLayout(self._strips)

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._names, 1)
        self.buttons = {
            name: IconButton(say(f"person.{name}"), icon, bordered=True) for name, icon in ACTIONS
        }
        for name, button in self.buttons.items():
            button.setProperty("act", name)
            button.clicked.connect(self._press)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _press(self) -> None:
        button = self.sender()
        if button is not None:
            self.pressed.emit(button.property("act"))

    def show_head(self, head: view.Head | None) -> bool:
        """Show *head*; None empties all of it. The same head again changes nothing, so that nothing jumps; tell whether it did."""
        if head == self._head:
            return False
        self._head = head
        clear(self._strips)
        self._names.fill(_names(head) if head is not None else ())
        self._traits.fill([self._trait(trait) for trait in head.traits] if head is not None else ())
        self._chips.fill(_below(head) if head is not None else ())
        for strip in head.strips if head is not None else ():
            self._strips.addWidget(self._strip(strip))
        return True

    def _strip(self, strip: view.Strip) -> StripFrame:
        act = say(f"person.{strip.act}") if strip.act else ""
        frame = StripFrame(strip.tone, strip.icon, strip.title, strip.detail, act)
        if frame.act is not None:
            frame.act.clicked.connect(lambda: self.pressed.emit(strip.act))
        return frame

    def _trait(self, trait: view.Trait) -> TraitLabel:
        label = TraitLabel(trait)
        label.asked.connect(self.ins_asked)
        return label

    def reveal(self) -> None:
        """Show the whole INS."""
        for item in self._traits.items:
            if isinstance(item, TraitLabel) and item.eye is not None:
                item.reveal()


def _below(head: view.Head) -> list[QWidget]:
    """Return the chips, then who cares: on a line of its own before a chip would be cut short."""
    chips = [Chip(chip.words, chip.icon, chip.tone) for chip in head.chips]
    return [*chips, Label(head.team, "small", "text_2")]


def _names(head: view.Head) -> list[QWidget]:
    name = Label(isolated(head.name), "title", wrap=True)
    chip = Chip(head.status.words, head.status.icon, head.status.tone)
    if not head.used:
        return [name, chip]
    used = QWidget()
    row = QHBoxLayout(used)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(Label(say("person.used"), "small", "text_2"))
    row.addWidget(Label(isolated(head.used), "small_strong"))
    return [name, used, chip]
