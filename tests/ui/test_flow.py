"""Things side by side ask for the height of what they hold now, also where it changed unseen."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel

from app.ui.flow import Flow

LONG = "un mot après l’autre " * 20


def _flow(qtbot, text):
    flow, label = Flow(), QLabel(text)
    label.setWordWrap(True)
    qtbot.addWidget(flow)
    flow.fill([label])
    flow.resize(200, 400)
    return flow, label


def test_a_text_that_grows_while_it_is_shown_gets_its_room(qtbot):
    flow, label = _flow(qtbot, "court")
    flow.show()
    one_line = flow.heightForWidth(200)
    label.setText(LONG)
    qtbot.waitUntil(lambda: flow.heightForWidth(200) > 3 * one_line)


def test_a_text_that_grew_unseen_has_its_room_when_it_is_shown(qtbot):
    flow, label = _flow(qtbot, "court")
    one_line = flow.heightForWidth(200)
    label.setText(LONG)
    flow.show()
    assert flow.heightForWidth(200) > 3 * one_line


def test_other_things_have_another_height(qtbot):
    flow, _label = _flow(qtbot, LONG)
    before = flow.heightForWidth(200)
    flow.fill([QLabel("court")])
    assert flow.heightForWidth(200) < before
