"""The private zoom: what lies under the mouse stays there, the picture never leaves its place."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.meeting.call.zoom import FITTED, MOST, STEP, Field, Zoom

FULL_HD = Field((1920, 1080), (1200, 700))
sizes = st.tuples(st.integers(2, 4000), st.integers(2, 4000))
areas = st.tuples(st.integers(50, 4000), st.integers(50, 3000))
parts = st.floats(0, 1)


def test_at_first_all_is_seen_and_nothing_is_enlarged():
    assert FULL_HD.scale(FITTED) == pytest.approx(1200 / 1920)
    assert Field((512, 512), (1200, 700)).scale(FITTED) == 1.0
    place = Field((512, 512), (1200, 700)).place(FITTED)
    assert (place.left, place.top, place.width, place.height) == (344, 94, 512, 512)


def test_below_a_hundred_the_engine_scales_above_it_gives_the_pictures_own_pixels():
    assert FULL_HD.wanted(FITTED) == (1200, 700)
    assert FULL_HD.wanted(Zoom(0.8)) == (1536, 864)
    assert FULL_HD.wanted(Zoom(1.0)) == FULL_HD.wanted(Zoom(6.0)) == (1920, 1080)


def test_a_hundred_per_cent_is_met_on_the_way_up_and_down():
    up = FULL_HD.times(Zoom(0.9), STEP)
    assert up.scale == 1.0
    assert FULL_HD.times(up, STEP).scale == STEP
    assert FULL_HD.times(Zoom(1.1), 1 / STEP).scale == 1.0


def test_out_again_ends_at_the_whole_picture():
    zoom = FITTED
    for _ in range(40):
        zoom = FULL_HD.times(zoom, STEP, (900, 100))
    assert zoom.scale == MOST
    for _ in range(40):
        zoom = FULL_HD.times(zoom, 1 / STEP, (3, 600))
    assert zoom == FITTED


@given(sizes, areas, st.floats(0.05, 8), parts, parts, parts, parts)
def test_no_void_at_an_edge_while_there_is_picture_beyond_the_other(source, area, scale, x, y, right, down):
    field = Field(source, area)
    zoom = field.panned(
        field.to(FITTED, scale, (x * area[0], y * area[1])), right * 9000 - 4500, down * 9000 - 4500
    )
    place = field.place(zoom)
    for start, length, room in ((place.left, place.width, area[0]), (place.top, place.height, area[1])):
        if length >= room:
            assert start <= 0
            assert start + length >= room
        else:
            assert abs(start - (room - length - start)) <= 1


@given(areas, st.floats(1.05, 8), parts, parts)
def test_what_lies_under_the_mouse_stays_there(area, factor, x, y):
    field = Field((1920, 1080), area)
    begin = field.to(FITTED, 1.5)
    assume(field.size(begin)[0] > area[0])
    assume(field.size(begin)[1] > area[1])
    at = x * area[0], y * area[1]
    spot = field.spot(begin, at)
    assume(spot is not None)
    after = field.times(begin, factor, at)
    shown = field.point(after, spot)
    assert shown == (pytest.approx(at[0], abs=2 * MOST), pytest.approx(at[1], abs=2 * MOST))


@given(sizes, areas, st.floats(0.2, 8), parts, parts)
def test_a_spot_of_the_picture_is_found_where_it_is_shown(source, area, scale, x, y):
    field = Field(source, area)
    zoom = field.to(FITTED, scale)
    place = field.place(zoom)
    spot = field.spot(zoom, field.point(zoom, (x, y)))
    assert spot is None or spot == (
        pytest.approx(x, abs=1 / place.width),
        pytest.approx(y, abs=1 / place.height),
    )


def test_beside_the_picture_there_is_no_spot():
    field = Field((100, 100), (400, 100))
    assert field.spot(FITTED, (10, 50)) is None
    assert field.spot(FITTED, (200, 50)) == (0.5, 0.5)
