"""A text that there is no room for is whole in its tooltip, and nowhere once it is said no more."""

from __future__ import annotations

import pytest

from app.ui.text import Label

WORDS = "née le 14/03/1954, IPP 80421937"


@pytest.fixture
def narrow(qtbot):
    label = Label(WORDS).clipped()
    qtbot.addWidget(label)
    label.resize(60, 30)
    return label


@pytest.mark.parametrize("parted", [False, True])
def test_a_text_that_is_cut_is_whole_in_its_tooltip(narrow, parted):
    narrow.clipped(parted=parted)
    narrow.grab()
    assert narrow.toolTip() == WORDS
    narrow.resize(600, 30)
    narrow.grab()
    assert not narrow.toolTip()


def test_nothing_stays_of_what_is_said_no_more(narrow):
    narrow.grab()
    narrow.hide()
    narrow.say("")
    assert not narrow.toolTip()


def test_what_else_is_said_there_stays(narrow):
    narrow.setToolTip("autre chose")
    narrow.grab()
    narrow.say("une autre phrase, longue aussi")
    narrow.grab()
    assert narrow.toolTip() == "autre chose"
