"""Rows that are copied to the screen look as rows that are painted there."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRect, QRectF
from PyQt6.QtGui import QImage, QPainter, QPalette
from PyQt6.QtWidgets import QListView

from app.ui import paint, pictures
from app.ui.icons import paint_icon
from app.ui.marks import paint_avatar
from app.ui.pictures import Pictures
from app.ui.theme import dress, theme

WIDE, HIGH = 181, 67
PLACES = [(0, 0), (0, 66), (0, 67), (7, 12), (3, 5), (8, -21)]


@pytest.fixture
def view(qapp, qtbot):
    dress(qapp, "light")
    made = QListView()
    qtbot.addWidget(made)
    yield made
    theme().apply("light")


class Row:
    """A row whose every part stands on half pixels, and which counts how often it is painted."""

    def __init__(self):
        self.painted = 0

    def __call__(self, painter, rect):
        self.painted += 1
        color = theme().color
        paint_avatar(painter, QRectF(rect.x() + 5, rect.center().y() - 14, 28, 28), "Dr Hélène Marchetti")
        paint_icon(painter, "check", QRectF(rect.x() + 40, rect.center().y() - 8, 16, 16), color("text_2"))
        paint.box(painter, rect.adjusted(60.5, 8.5, -4.5, -8.5), 10, color("sunken"), color("line"))
        words = rect.adjusted(70, 0, -10, 0)
        paint.text(painter, words, "Créatinine ד״ר 98 µmol/L, suite", theme().font("small"), color("text"))


def canvas(view, ratio):
    image = QImage(200 * ratio, 160 * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(view.palette().color(QPalette.ColorRole.Base))
    return image


@pytest.mark.parametrize("ratio", [1, 2])
def test_a_copied_row_is_what_painting_it_there_gives(view, ratio):
    kept, row = Pictures(view), Row()
    for x, y in PLACES * 2:
        rect = QRect(x, y, WIDE, HIGH)
        copied, painted = canvas(view, ratio), canvas(view, ratio)
        painter = QPainter(copied)
        kept.draw(painter, rect, "row", (), row)
        painter.end()
        painter = paint.painter_for(painted)
        row(painter, QRectF(rect))
        painter.end()
        assert copied == painted, (x, y)


def drawn(view, kept, row, key="row", state=(), ratio=1):
    image = canvas(view, 1)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    kept.draw(painter, QRect(0, 0, WIDE, HIGH), key, state, row)
    painter.end()
    return row.painted


def test_a_row_is_painted_again_only_when_it_changed(view):
    kept, row = Pictures(view), Row()
    assert [drawn(view, kept, row) for _ in range(3)] == [1, 1, 1]
    assert drawn(view, kept, row, state=("chosen",)) == 2
    theme().apply("dark")
    assert drawn(view, kept, row, state=("chosen",)) == 3
    kept.keep(set())
    assert drawn(view, kept, row, state=("chosen",)) == 4


def test_where_pixels_are_no_whole_ones_each_row_is_painted_in_its_place(view):
    kept, row = Pictures(view), Row()
    assert [drawn(view, kept, row, ratio=1.25) for _ in range(2)] == [1, 2]


def test_pictures_of_many_rows_do_not_fill_the_memory(view, monkeypatch):
    monkeypatch.setattr(pictures, "MOST", 3 * (WIDE + 1) * (HIGH + 1))
    kept, rows = Pictures(view), {str(n): Row() for n in range(5)}
    for key, row in rows.items():
        drawn(view, kept, row, key)
    assert kept._pixels <= pictures.MOST
    assert [drawn(view, kept, row, key) for key, row in reversed(rows.items())] == [1, 1, 1, 2, 2]
