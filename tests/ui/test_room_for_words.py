"""Where text is large or the window small, words are whole or left out: no key without what it does, no act without its end."""

from __future__ import annotations

import pytest

from app.messages.head import PatientStrip
from app.monitoring.actions import ActionButton
from app.monitoring.foot import Foot
from app.monitoring.verbs import VERBS
from app.ui.deck import wear
from app.ui.text import KeyHint, Label
from app.ui.theme import dress
from storage.messages.records import PatientLink


@pytest.fixture
def show(qtbot, qapp):
    """Show a widget in a width, as a layout would, in the look of the window."""
    dress(qapp, "light")

    def shown(widget, width):
        qtbot.addWidget(widget)
        wear(widget)
        widget.resize(width, widget.sizeHint().height())
        widget.show()
        return widget

    return shown


def whole(widget):
    """Tell whether each label in sight has room for all that it says, within what holds it."""
    labels = [one for one in widget.findChildren((Label, KeyHint)) if one.isVisible() and one.text()]
    return all(
        one.width() >= one.sizeHint().width()
        and one.mapTo(widget, one.rect().topRight()).x() < widget.width()
        for one in labels
    )


def keys_and_words(foot):
    """Return how many of the keys, and of the words beside them, are in sight."""
    hints = foot.hints.hints
    shown = [[one.isVisible() for one in hint.findChildren((Label, KeyHint))] for hint in hints]
    return [sum(one[part] for one in shown) for part in (0, 1)]


def test_keys_of_the_queue_stand_beside_what_they_do_or_not_at_all(show):
    foot = Foot()
    foot.show_silent(1, only=False)
    show(foot, 1000)
    assert keys_and_words(foot) == [2, 2]
    counts = set()
    for width in range(1000, foot.silent.sizeHint().width() + 30, -20):
        foot.resize(width, foot.height())
        keys, words = keys_and_words(foot)
        assert keys == words
        assert whole(foot.hints)
        counts.add(keys)
    assert counts == {0, 1, 2}


def test_an_act_that_one_line_does_not_hold_takes_two(show, qtbot):
    button = ActionButton(VERBS["close"])
    button.tell(button.name, "Puis relecture par un collègue", first=False)
    show(button, 600)
    low = button.sizeHint().height()
    button.resize(220, low)
    qtbot.waitUntil(lambda: button.sizeHint().height() > low)
    button.tell(button.name, "Dr " + "Marie-Antoinette " * 20, first=False)
    assert button.sizeHint().height() == low


def test_the_patient_of_a_thread_is_named_whole_before_the_strip_says_what_it_is(show, qtbot):
    strip = PatientStrip()
    strip.show_patient(PatientLink("HOP", "80421937", "LEMAÎTRE Odile, née le 14/03/1954"))
    show(strip, 1200)
    qtbot.waitUntil(strip._before.isVisible)
    for width in range(1200, 640, -20):
        strip.resize(width, strip.height())
        qtbot.waitUntil(lambda: strip._rest.width() >= strip._rest.sizeHint().width())
    assert not strip._before.isVisible()
    strip.resize(1200, strip.height())
    qtbot.waitUntil(strip._before.isVisible)
