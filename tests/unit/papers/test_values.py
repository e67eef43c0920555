"""What needs neither a document nor a window: whose it is, where pages lie, how times are written, where a text stands."""

from __future__ import annotations

import pytest

from app.papers.cda.values import Cell, Identity, Paragraph, Run, Table
from app.papers.compare import differences, names_nobody
from app.papers.finding import spans
from app.papers.grid import CELLS, pieces, shares
from app.papers.room import FITTED, Notches, Room
from app.papers.slips import MAX_PIXELS
from app.papers.written import day, moment
from storage.patients.records import Patient, Status

A4 = (595.0, 842.0)
NAMED = {"birth_name": "LE GOFF", "given_name": "Anne", "birth": "19540314", "ins": "254035145412345"}


def patient(**more):
    return Patient(1, "CHVS", "8", Status.QUALIFIED, **{**NAMED, **more})


def document(**more):
    told = {
        "birth_name": "Le Goff",
        "given_names": ("Anne Marie",),
        "birth": "19540314",
        "ins": "254035145412345",
    }
    return Identity(**{**told, **more})


# --- whose it is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"birth_name": "LE-GOFF"},
        {"given_names": ("MARIE", "ANNE")},
        {"birth": "1954"},
        {"ins": ""},
        {"birth": ""},
    ],
)
def test_same_person_however_it_is_written(same):
    assert differences(document(**same), patient()) == ()


@pytest.mark.parametrize(
    ("change", "trait"),
    [
        ({"birth_name": "LEGOFFE"}, "birth_name"),
        ({"birth_name": "LE GOFF DUVAL"}, "birth_name"),
        ({"given_names": ("Jeanne",)}, "given_name"),
        ({"birth": "19540315"}, "birth"),
        ({"ins": "154035145412345"}, "ins"),
    ],
)
def test_each_trait_that_differs_is_told(change, trait):
    (found,) = differences(document(**change), patient())
    assert found.trait == trait
    assert "GOFF" not in repr(found)


def test_twins_are_told_apart_by_the_given_name():
    assert [one.trait for one in differences(document(ins=""), patient(given_name="Louise", ins=""))] == [
        "given_name"
    ]


def test_document_without_any_strict_trait_names_nobody():
    assert names_nobody(Identity(given_names=("Anne",)))
    assert not names_nobody(document())


# --- where pages lie ----------------------------------------------------------------------------------------


def test_pages_are_as_wide_as_the_view_or_as_asked():
    room = Room((A4, A4), 900)
    assert [box[2] for box in room.boxes] == [868, 868]
    assert Room((A4,), 900, 1.0).boxes[0][2] == round(595 * 96 / 72)
    assert room.boxes[1][1] > room.boxes[0][1] + room.boxes[0][3]


@pytest.mark.parametrize("size", [(1.0, 14_400.0), (14_400_000.0, 14_400_000.0), (14_400.0, 1.0), (1.0, 1.0)])
@pytest.mark.parametrize("zoom", [FITTED, 5.0])
def test_no_page_is_drawn_larger_than_may_be(size, zoom):
    ratio = 2.0
    _left, _top, width, height = Room((size, A4), 900, zoom, ratio).boxes[0]
    assert width * ratio * height * ratio <= MAX_PIXELS
    assert 1 <= height <= 30_000


def test_page_under_a_place_is_found_among_thousands():
    room = Room((A4,) * 5_000, 900)
    for page in (0, 1, 2_500, 4_999):
        left, top, _width, height = room.boxes[page]
        assert room.page_at(top + height // 2) == page
        assert room.point(page, left, top) == (0, 0)
    assert list(room.visible(0, 700)) == [0]


def test_small_turns_of_a_touchpad_make_a_notch_together():
    notches = Notches()
    assert [notches.add(40) for _ in range(6)] == [0, 0, 1, 0, 0, 1]
    assert notches.add(-240) == -2


# --- tables -------------------------------------------------------------------------------------------------


def table(rows, columns, down=1):
    cells = [
        Cell(
            row,
            column,
            (Paragraph((Run("x" * (column + 1)),)),),
            down=down if row == 0 and column == 0 else 1,
        )
        for row in range(rows)
        for column in range(columns)
        if column or not 0 < row < down
    ]
    return Table(rows, columns, 1, tuple(cells))


def test_long_table_is_cut_but_never_through_a_cell():
    assert [piece.rows for piece in pieces(table(40, 8))] == [CELLS // 8] * 5
    first = next(iter(pieces(table(40, 8, down=20))))
    assert first.rows == 20


def test_column_of_longer_texts_is_wider():
    wide = Table(
        1, 2, 0, (Cell(0, 0, (Paragraph((Run("x" * 10),)),)), Cell(0, 1, (Paragraph((Run("y" * 40),)),)))
    )
    assert shares(wide) == (20.0, 80.0)


# --- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("19540314", "14/03/1954"),
        ("195403", "03/1954"),
        ("1954", "1954"),
        ("19541399", "19541399"),
        ("pas su", "pas su"),
        ("20261120143000+0100", "20/11/2026 à 14:30"),
        ("20261120/20261121", "du 20/11/2026 au 21/11/2026"),
    ],
)
def test_times_are_written_as_far_as_they_are_known(told, written):
    assert moment(told) == written


def test_impossible_day_stays_as_it_is():
    assert day("20230230") == "20230230"


def test_places_are_counted_as_qt_counts():
    assert spans("Été, 𝒳 et été", "ete") == [(0, 3), (11, 14)]
    assert spans("abc", "  ") == []
