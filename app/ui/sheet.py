"""The one style sheet, generated from the tokens: only for what the kit does not paint itself."""

from __future__ import annotations

from typing import Any

_LABELS = (
    "display",
    "title",
    "heading",
    "subhead",
    "body",
    "body_strong",
    "small",
    "small_strong",
    "caption",
    "micro_label",
    "mono",
    "safety_number",
    "room_display",
)
CARD_TITLE = 18
"""Between heading and title: what a card is about (core.py of the mock-ups)."""
_TONES = (
    "text",
    "text_2",
    "text_3",
    "accent_text",
    "ok",
    "warn",
    "danger",
    "info",
    "stage_text",
    "stage_text_2",
)


_HEIGHTS = {"field": 34, "field_large": 42, "type_large": 15, "type_bare": 18}
"""Pixels at 100 % that grow with the text."""


def style_sheet(color: dict[str, str], types: dict[str, Any], percent: int) -> str:
    """Return the QSS for one theme and one text size."""
    values = {**color, **{name: round(pixels * percent / 100) for name, pixels in _HEIGHTS.items()}}
    return "\n".join(
        [
            *_types(types, percent),
            *_tones(color),
            _SURFACES % values,
            _FIELDS % values,
            _TABLES % values,
            _BARS % values,
        ]
    )


def type_sheet(color: dict[str, str], types: dict[str, Any], percent: int) -> str:
    """Return the sizes, and the stage, which stays dark: in high contrast every other colour is the system's."""
    stage = [f'QLabel[tone="{tone}"] {{color:{color[tone]}}}' for tone in ("stage_text", "stage_text_2")]
    stage.append(f'QWidget[ground="stage"] {{background:{color["stage"]}}}')
    high = round(_HEIGHTS["field"] * percent / 100)
    stage.append(
        f"QLineEdit {{min-height:{high}px;border:1px solid palette(window-text);border-radius:6px;padding:0 10px}}"
    )
    stage.append('QLineEdit[bare="true"] {border:0;padding:0}')
    stage.append('QPlainTextEdit[bare="true"] {background:transparent}')
    stage.append('QWidget[ground="surface"], QWidget[ground="sunken"] {background:palette(window)}')
    return "\n".join([*_types(types, percent), *stage])


def _types(types: dict[str, Any], percent: int) -> list[str]:
    rules = []
    for role in _LABELS:
        spec = types[role]
        family = "IBM Plex Mono" if role in {"mono", "safety_number"} else "IBM Plex Sans"
        size = round(spec["size"] * percent / 100)
        rules.append(
            f'QLabel[type="{role}"] {{font-family:"{family}";font-size:{size}px;font-weight:{spec["weight"]};'
            f"letter-spacing:{spec['tracking']}px}}"
        )
    lead = round(types["heading"]["size"] * percent / 100)
    rules.append(f'QLabel[type="lead"] {{font-family:"IBM Plex Sans";font-size:{lead}px;font-weight:450}}')
    card = round(CARD_TITLE * percent / 100)
    rules.append(f'QLabel[type="card"] {{font-family:"IBM Plex Sans";font-size:{card}px;font-weight:600}}')
    return rules


def _tones(color: dict[str, str]) -> list[str]:
    return [f'QLabel[tone="{tone}"] {{color:{color[tone]}}}' for tone in _TONES]


_SURFACES = """
QWidget[ground="frame"] {background:%(frame)s}
QWidget[ground="surface"] {background:%(surface)s}
QWidget[ground="sunken"] {background:%(sunken)s}
QWidget[ground="stage"] {background:%(stage)s}
QFrame[card="plain"] {background:%(surface)s;border:1px solid %(line)s;border-radius:8px}
QFrame[card="sunken"] {background:%(sunken)s;border:1px solid %(line)s;border-radius:8px}
QFrame[card="accent"] {background:%(accent_soft)s;border:1px solid %(accent_line)s;border-radius:8px}
QFrame[card="info"] {background:%(info_soft)s;border:1px solid %(info_line)s;border-radius:8px}
QFrame[rule="h"] {background:%(line)s;border:0;max-height:1px;min-height:1px}
QFrame[rule="v"] {background:%(line)s;border:0;max-width:1px;min-width:1px}
QToolTip {background:%(raised)s;color:%(text)s;border:1px solid %(line)s;padding:4px 8px}
QMenu {background:%(raised)s;color:%(text)s;border:1px solid %(line)s;padding:4px}
QMenu::item {padding:7px 18px 7px 8px;border-radius:6px}
QMenu::item:selected {background:%(accent_soft)s;color:%(text)s}
QMenu::item:disabled {color:%(text_2)s}
QMenu::icon {padding-left:8px}
QMenu::separator {height:1px;background:%(line)s;margin:4px}
"""
_FIELDS = """
QLineEdit {border:1px solid %(line_strong)s;border-radius:6px;background:%(surface)s;color:%(text)s;
 padding:0 10px;min-height:%(field)spx;selection-background-color:%(accent)s;selection-color:%(on_accent)s}
QLineEdit[span="l"] {min-height:%(field_large)spx;font-size:%(type_large)spx}
QLineEdit[bare="true"] {border:0;background:transparent;padding:0;font-size:%(type_bare)spx}
QListView[bare="true"] {border:0;background:transparent;outline:0}
QPlainTextEdit[bare="true"] {background:transparent}
QLineEdit[wrong="true"] {border-color:%(danger)s}
QLineEdit:disabled, QComboBox:disabled {background:%(sunken)s;color:%(text_3)s;border-color:%(line)s}
QComboBox {border:1px solid %(line_strong)s;border-radius:6px;background:%(surface)s;color:%(text)s;
 padding:0 34px 0 10px;min-height:%(field)spx}
QComboBox[span="l"] {min-height:%(field_large)spx;font-size:%(type_large)spx}
QComboBox::drop-down {border:0;width:30px}
QComboBox::down-arrow {image:none;width:0;height:0}
QComboBox QAbstractItemView {background:%(raised)s;color:%(text)s;border:1px solid %(line)s;outline:0;
 selection-background-color:%(selected)s;selection-color:%(text)s;padding:4px}
"""
_TABLES = """
QTableView {border:0;background:%(surface)s;color:%(text)s;outline:0;
 selection-background-color:%(selected)s;selection-color:%(text)s}
QTableView::item {border-bottom:1px solid %(line)s;padding:0 10px}
QTableView::item:focus {border:1px solid %(focus)s}
QTableCornerButton::section {background:%(sunken)s;border:0;border-bottom:1px solid %(line)s}
QHeaderView {background:%(sunken)s;border:0}
QHeaderView::section {background:%(sunken)s;color:%(text_2)s;border:0;border-bottom:1px solid %(line)s;padding:8px 13px}
"""
_BARS = """
QScrollArea {border:0;background:transparent}
QScrollBar:vertical {background:transparent;width:10px;margin:2px}
QScrollBar::handle:vertical {background:%(line_strong)s;border-radius:3px;min-height:28px}
QScrollBar:horizontal {background:transparent;height:10px;margin:2px}
QScrollBar::handle:horizontal {background:%(line_strong)s;border-radius:3px;min-width:28px}
QScrollBar::add-line, QScrollBar::sub-line {height:0;width:0}
QScrollBar::add-page, QScrollBar::sub-page {background:transparent}
"""
