"""`consilium gallery`: every component of the kit in all its states, in both themes, both languages, all text sizes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app import i18n
from app.ui import paint
from app.ui.buttons import Button, IconButton, Switch
from app.ui.choices import Segmented, Select
from app.ui.form import FormRow
from app.ui.grades import GRADES, GradeLabel, Ring
from app.ui.marks import TRUST, Avatar, Badge, Chip, LevelMeter, TrustMark
from app.ui.panes import Banner, EmptyState, Field, FocusRing, Glyph, SearchField, ground, rule, scrolled
from app.ui.rows import Row, RowList
from app.ui.states import Loading, Trouble, offline
from app.ui.tabs import Tabs
from app.ui.text import KeyHint, Label
from app.ui.theme import dress, theme, tokens
from app.ui.timeline import Moment, Timeline
from app.ui.toast import Toast
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDEST = 115
"""Text size in per cent up to which three columns stand side by side."""
SIZES = ("100", "115", "130", "150")
ROLES = ("display", "title", "heading", "body", "small", "caption", "mono")
TONES = ("plain", "ok", "warn", "danger", "info", "accent", "ext")
SWATCHES = (
    "frame",
    "surface",
    "sunken",
    "selected",
    "line",
    "line_strong",
    "text",
    "text_2",
    "text_3",
    "accent",
)
ICONS = (
    "search",
    "shield-check",
    "shield-exclamation",
    "microphone-off",
    "hand-stop",
    "screen-share",
    "eye-off",
)
NAMES = (
    "Dr Hélène Marchetti",
    "Dr Marie-Antoinette Charlotte Élisabeth de La Rochefoucauld-Montmorency",
    "ד״ר מרים כהן-לוי",
    "د. ليلى حسن",
    "Dr Nguye\u0302\u0303n Thi\u0323 A\u0301nh",
)
"""Invented: common, very long, right to left twice, and with combining marks."""


class Gallery(QWidget):
    """One window: a bar with theme, language and text size, and cards below in three columns."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Consilium")
        theme().changed.connect(self._wear)
        self._wear()
        ground(self, "frame")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        column.addLayout(self._bar())
        body = QWidget()
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(24, 4, 24, 24)
        self._grid.setSpacing(16)
        self._columns = [_column(cards) for cards in (_signs(), _controls(), _states())]
        self._lay_out()
        theme().changed.connect(self._lay_out)
        column.addWidget(scrolled(body), 1)
        self._ring = FocusRing(self)
        self.destroyed.connect(i18n.language_changed.subscribe(self._speak))

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(24, 12, 24, 12)
        bar.setSpacing(12)
        bar.addWidget(Label(say("gallery.title"), "title"))
        bar.addWidget(Label(say("gallery.detail"), "body", "text_2").clipped(), 1)
        languages = Segmented([(code, say(f"setting.language.{code}"), "") for code in i18n.LANGUAGES])
        languages.choose(i18n.language())
        languages.chosen.connect(i18n.set_language)
        themes = Segmented([(name, say(f"setting.theme.{name}"), "") for name in ("light", "dark")])
        themes.choose(theme().name)
        themes.chosen.connect(theme().apply)
        sizes = Segmented([(size, say("unit.percent", n=size), "") for size in SIZES])
        sizes.choose(str(theme().text_percent))
        sizes.chosen.connect(lambda size: theme().apply(text_percent=int(size)))
        for choice in (languages, themes, sizes):
            bar.addWidget(choice)
        return bar

    def _lay_out(self) -> None:
        """Give large text two columns, the states below."""
        large = theme().text_percent > WIDEST
        for place, column in enumerate(self._columns):
            below = large and place == len(self._columns) - 1
            self._grid.addWidget(column, int(below), 0 if below else place, 1, 2 if below else 1)

    def _wear(self) -> None:
        self.setStyleSheet(theme().sheet)

    def _speak(self, _language: str) -> None:
        QApplication.sendEvent(self, QEvent(QEvent.Type.LanguageChange))


def _column(cards: Sequence[QWidget]) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    for card in cards:
        column.addWidget(card)
    column.addStretch(1)
    return holder


def _card(title: str, *rows: QWidget) -> QWidget:
    card = QFrame()
    card.setProperty("card", "plain")
    column = QVBoxLayout(card)
    column.setContentsMargins(15, 12, 15, 14)
    column.setSpacing(10)
    column.addWidget(Label(say(f"gallery.{title}"), "subhead"))
    for row in rows:
        column.addWidget(row)
    return card


def _row(*parts: QWidget, spacing: int = 8) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    return holder


def _grid(parts: Sequence[QWidget], columns: int) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    for place, part in enumerate(parts):
        grid.addWidget(part, place // columns, place % columns, Qt.AlignmentFlag.AlignLeft)
    return holder


# --- signs ----------------------------------------------------------------------------------------------------


def _signs() -> list[QWidget]:
    grades = [_row(GradeLabel(g), Label(say(f"kit.grade.{g}"), "small")) for g in GRADES]
    ring = (Ring(0.8), Label("> 40 %", "small"), Ring(0.25), Label("≤ 40 %", "small"), Ring(0))
    badges = (Badge(2), Badge(12), Badge(140), Badge(3, "danger"))
    faces = _row(*(Avatar(name, 34) for name in NAMES))
    return [
        _card("grades", _grid(grades, 2), _row(*ring, Label("+ 12 min", "small_strong", "danger"))),
        _card("trust", _grid([TrustMark(level) for level in TRUST], 2)),
        _card("chips", _grid([Chip(say(f"gallery.tone.{tone}"), "", tone) for tone in TONES], 4)),
        _card("badges", _row(*badges, KeyHint("Ctrl", "K"), KeyHint("G", "A"))),
        _card("names", faces),
        _card("type", *(_type(role) for role in ROLES)),
        _card("colours", _grid([_swatch(name) for name in SWATCHES], 5)),
        _card("icons", _row(*(Glyph(name, "text", 24) for name in ICONS), spacing=14)),
    ]


def _type(role: str) -> QWidget:
    spec = tokens()["type"][role]
    about = Label(f"{role} {spec['size']}/{spec['line']}", "caption", "text_2")
    about.setMinimumWidth(theme().scaled(110))
    return _row(about, Label(say("gallery.sample"), role))


def _swatch(name: str) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(_Swatch(name))
    column.addWidget(Label(name, "caption"))
    return holder


class _Swatch(QFrame):
    """One colour of the theme worn now."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setFixedSize(62, 24)

    def paintEvent(self, _event: object) -> None:  # noqa: N802 -- Qt's name
        """Paint it."""
        rect = self.rect().toRectF()
        paint.box(paint.painter_for(self), rect, 5, theme().color(self._name), theme().color("line"))


# --- controls -------------------------------------------------------------------------------------------------


def _controls() -> list[QWidget]:
    return [
        _card("buttons", _row(*_buttons()), _row(*_small_buttons())),
        _card("fields", *_fields()),
        _card("switches", _row(*_switches()), _row(_segmented()), _row(_tabs()), LevelMeter()),
        _card("list", _list()),
        _card("timeline", _timeline()),
    ]


def _buttons() -> list[QWidget]:
    kinds = ("primary", "secondary", "ghost", "danger")
    return [
        Button(say(f"gallery.kind.{kind}"), kind, keys=("↵",) if kind == "primary" else ()) for kind in kinds
    ]


def _small_buttons() -> list[QWidget]:
    off = Button(say("gallery.kind.off"))
    off.setEnabled(False)
    small, large = Button(say("gallery.kind.small"), size="s"), Button(say("gallery.kind.large"), size="l")
    return [off, small, large, IconButton(say("gallery.more"), "dots", bordered=True)]


def _fields() -> list[QWidget]:
    wrong = FormRow(say("gallery.birth"), Field(say("gallery.birth")), say("gallery.birth.hint"))
    wrong.field.setText("14/13/1954")
    wrong.say_wrong(say("gallery.birth.wrong"))
    rest = FormRow(say("gallery.name"), Field(say("gallery.name")), say("gallery.name.hint"))
    search = SearchField(say("palette.pill.name"), say("palette.pill"))
    secret = Field(say("gallery.secret"), secret=True)
    secret.setText("girafe")
    open_, locked = Select(), Select(locked=True)
    for select in (open_, locked):
        select.setAccessibleName(str(say("setting.lock.idle")))
        select.offer([("10", say("unit.minutes", n=10)), ("5", say("unit.minutes", n=5))], "10")
    locked.setEnabled(False)
    return [search, rest, wrong, secret, _row(open_, locked, Chip(say("settings.by_it"), "lock"))]


def _switches() -> list[QWidget]:
    made: list[QWidget] = []
    for state, on, free in (("on", True, True), ("off", False, True), ("locked", True, False)):
        switch = Switch(say(f"gallery.switch.{state}"))
        switch.setChecked(on)
        switch.setEnabled(free)
        made += [switch, Label(say(f"gallery.switch.{state}"), "small")]
    return made


def _segmented() -> QWidget:
    made = Segmented([("speaker", say("view.speaker"), "user"), ("gallery", say("view.gallery"), "")])
    made.choose("gallery")
    return made


def _tabs() -> QWidget:
    made = Tabs([("one", say("gallery.list")), ("two", say("gallery.timeline"))])
    made.show_count("two", 4)
    made.choose("one")
    return made


def _list() -> QWidget:
    rows = [
        Row("1", "DUMAS Solange", "64 ans", "FOLFIRINOX C4 J6", "38 min", grade=3),
        Row("2", "ROSSI Carla", "58 ans", "FOLFOX C9", "5 h 40", grade=2),
        *(
            Row(f"n{at}", name, detail="Anesthésie-réanimation", face=True, mark=_verified())
            for at, name in enumerate(NAMES)
        ),
    ]
    made: RowList[Row] = RowList(say("gallery.list"))
    made.show_lines(rows)
    made.choose("1")
    made.setMinimumHeight(theme().scaled(60) * len(rows))
    return made


def _verified() -> tuple[str, str, str]:
    return str(say("trust.verified")), "shield-check", "ok"


def _timeline() -> QWidget:
    made: Timeline[Moment] = Timeline(say("gallery.timeline"))
    moments = (
        ("12:31", "gallery.moment.call", "phone", "accent_text"),
        ("12:18", "gallery.moment.alert", "alert-triangle", "danger"),
        ("11:40", "gallery.moment.answer", "check", "ok"),
    )
    made.show_lines(
        [Moment(at, at, str(say(key)), "IPA K. Bensaïd", icon, tone) for at, key, icon, tone in moments]
    )
    made.setMinimumHeight(theme().scaled(56) * len(moments))
    return made


# --- states ---------------------------------------------------------------------------------------------------


def _states() -> list[QWidget]:
    loading = Loading("")
    loading.show_progress(say("gallery.loading.detail"), 1214, 3020)
    toast = Toast()
    message = _card("message", toast, rule())
    toast.tell(say("gallery.toast"), lambda: None)
    toast.timer.stop()
    banners = (Banner(tone, say(f"gallery.banner.{tone}")) for tone in ("info", "ok", "warn", "danger"))
    return [
        _card("empty", EmptyState("circle-check", *_words("empty"), tone="ok", actions=(_button("empty"),))),
        _card("loading", loading),
        _card("offline", offline(say("gallery.offline.detail"), since="12:06", actions=_retry())),
        _card("error", _error()),
        _card("banners", *banners),
        message,
    ]


def _words(key: str) -> tuple[Words, Words]:
    return say(f"gallery.{key}.title"), say(f"gallery.{key}.detail")


def _button(key: str, kind: str = "secondary", icon: str = "") -> Button:
    return Button(say(f"gallery.{key}.act"), kind, "m", icon)


def _retry() -> tuple[Button, Button]:
    return _button("offline", icon="refresh"), Button(say("gallery.offline.more"), "ghost")


def _error() -> Trouble:
    actions = _button("error", "primary"), Button(say("gallery.offline.again"))
    title, detail = _words("error")
    return Trouble("danger", title, detail, actions=actions, note="ORU^R01 · MSA-1 AR · 8f21c0", mono=True)


def main(argv: Sequence[str]) -> int:
    """Show the gallery; returns the exit status."""
    argparse.ArgumentParser(prog="consilium gallery").parse_args(argv)
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(["consilium"])
    dress(app)
    i18n.set_language(i18n.SYSTEM)
    gallery = Gallery()
    gallery.resize(1440, 900)
    gallery.show()
    return int(app.exec())
