"""Names that sound the same have the same key, whoever wrote them; others do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.patients.sound import sound
from storage.patients.words import fold


def key(name):
    return sound("".join(fold(name)))


@pytest.mark.parametrize(
    "names",
    [
        "DUPONT DUPOND DUPON",
        "LEMAITRE LEMAÎTRE LEMETTRE LE-MAÎTRE",
        "LEFEVRE LEFEBVRE LEFÈBVRE",
        "THIBAULT THIBAUD THIBAUT TIBO",
        "BENOIT BENOIST",
        "PHILIPPE FILIPPE PHILIPE",
        "GAUTHIER GAUTIER",
        "RENAULT RENAUD RENO",
        "LAURENT LAURAN",
        "FRANÇOIS FRANCOIS",
        "CATHERINE KATRINE",
        "MICHEL MICHÈLE",
        "JEANNE JANE",
        "MEYER MAYER",
        "LECLERC LECLERCQ",
        "BOUCHER BOUCHET BOUCHEZ",
        "HÉLÈNE ELENE",
        "MARTIN MARTAIN",
    ],
)
def test_the_same_sound_is_the_same_key(names):
    assert len({key(name) for name in names.split()}) == 1


@pytest.mark.parametrize(
    "names", ["MARTIN MARTINE", "DUPONT DUPUIS", "ROUX ROSSI", "PETIT PETROV", "JEAN JEANNE", "BLANC BLANCHE"]
)
def test_another_sound_is_another_key(names):
    one, other = names.split()
    assert key(one) != key(other)


@given(st.text())
def test_any_text_has_a_key(text):
    assert sound(text).isascii()


def test_a_name_in_another_script_has_none():
    assert sound("محمد") == ""
