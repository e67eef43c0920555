from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from resources.demo import scans
from resources.demo.people import CAST, EVERYONE, ME, person
from resources.demo.portraits import ct_image, portrait_svg, room_svg

ROLES = {"doctor", "nurse", "secretary", "room", "gateway", "other"}
KEYS = [one.key for one in EVERYONE]


def test_a_full_board_of_24_different_people_can_be_held():
    assert len(CAST) >= 23
    assert (
        len(set(KEYS))
        == len({one.name for one in EVERYONE})
        == len({one.says for one in EVERYONE})
        == len(KEYS)
    )
    assert ME.name == "Dr Hélène Marchetti"


def test_roles_are_those_of_the_protocol_and_names_are_nfc():
    import unicodedata

    for one in EVERYONE:
        assert one.role in ROLES
        assert unicodedata.is_normalized("NFC", one.name + one.specialty)
        assert (one.look is None) == (one.seats > 0) == (one.role == "room")


@pytest.mark.parametrize("key", KEYS)
def test_each_portrait_is_drawable_and_its_mouth_eyes_and_head_move(key):
    still = portrait_svg(key)
    ET.fromstring(still)
    assert (
        len({still, portrait_svg(key, mouth=1), portrait_svg(key, blink=1), portrait_svg(key, sway=1)}) == 4
    )
    assert portrait_svg(key, mouth=0.3) == portrait_svg(key, mouth=0.3)


def test_everybody_looks_different():
    assert len({portrait_svg(key) for key in KEYS}) == len(KEYS)


def test_a_document_names_each_gradient_once():
    for picture in (room_svg("curie"), room_svg("rethel"), portrait_svg("tran")):
        names = [node.get("id") for node in ET.fromstring(picture).iter() if node.get("id")]
        assert len(names) == len(set(names))


def test_scans_scroll_say_that_they_are_invented_and_stay_in_range():
    pictures = {ct_image(at) for at in range(scans.SLICES)}
    assert len(pictures) == scans.SLICES
    assert ct_image(-1) == ct_image(0)
    assert ct_image(10_000) == ct_image(scans.SLICES - 1)
    assert "DÉMONSTRATION" in "".join(ET.fromstring(ct_image(3)).itertext())


def test_nobody_is_found_under_an_unknown_key():
    with pytest.raises(KeyError):
        person("nobody")
