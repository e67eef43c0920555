from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.meeting.call import layout
from app.meeting.call.boxes import Boxes
from app.scenes.stills import Still, StillArena
from media.engine.frames import SIZES, STAGES

AREA = layout.Box(8, 8, 1330, 720)


@pytest.mark.parametrize(("n", "wide"), [(1, 2), (2, 2), (3, 3), (4, 2), (6, 3), (9, 4), (12, 5), (24, 6)])
def test_columns_of_the_gallery(n, wide):
    assert layout.columns(n) == wide


def _apart(one, two):
    return (
        one.x + one.width <= two.x + 0.01
        or two.x + two.width <= one.x + 0.01
        or one.y + one.height <= two.y + 0.01
        or two.y + two.height <= one.y + 0.01
    )


@given(st.integers(0, 24), st.integers(320, 3840), st.integers(240, 2160))
def test_tiles_keep_inside_and_apart(n, width, height):
    area = layout.Box(0, 0, width, height)
    plan = layout.stage_plan(n, area)
    for boxes in (layout.gallery(n, area), [plan.stage, *plan.strip]):
        for i, box in enumerate(boxes):
            assert box.x >= -0.01
            assert box.x + box.width <= width + 0.01
            assert box.y + box.height <= height + 0.01
            assert all(_apart(box, other) for other in boxes[:i])


@pytest.mark.parametrize(("width", "height"), [(940, 600), (1036, 430), (1500, 900)])
def test_nine_people_leave_two_thirds_of_the_height_to_the_picture(width, height):
    plan = layout.stage_plan(9, layout.Box(0, 0, width, height))
    assert plan.shown == 9
    assert plan.stage.height >= height * 2 / 3 - 1
    assert all(abs(box.width / box.height - 16 / 9) < 0.01 for box in plan.strip)


def test_a_box_given_away_never_shows_the_old_owners_picture():
    arena, boxes = StillArena(), Boxes()
    for _ in range(len(SIZES)):  # until the same box comes round again
        boxes.begin()
        box = boxes.take((1, 2), arena, big=False)
        boxes.end()
        arena._pictures[box] = Still(memoryview(b""), 1, 1, 4, (1, 1), number=9)
        boxes.begin()
        boxes.end()
    boxes.begin()
    box = boxes.take((2, 2), arena, big=False)
    assert not boxes.is_new(box, 9)
    assert not boxes.is_new(box, 10), "one picture may have been in flight"
    assert boxes.is_new(box, 11)


def test_a_stream_keeps_its_box_while_it_is_shown():
    arena, boxes = StillArena(), Boxes()
    boxes.begin()
    first = boxes.take((1, 2), arena, big=False)
    boxes.end()
    boxes.begin()
    boxes.take((5, 2), arena, big=False)
    assert boxes.take((1, 2), arena, big=False) == first
    boxes.end()


def test_a_large_picture_gets_a_large_box_and_fits_it():
    arena, boxes = StillArena(), Boxes()
    boxes.begin()
    box = boxes.take((1, 4), arena, big=True)
    assert box < STAGES
    width, height = Boxes.fit(box, 3840, 2160)
    assert (width, height) == (1920, 1080)
