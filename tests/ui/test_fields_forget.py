"""What somebody typed and the lock took away: Ctrl+Z brings none of it back for whoever comes next."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from app.signin.secret import Secret
from app.ui.panes import Field, SearchField
from tests.harness.beside import Two

SECRET = "DUMAS Solange"
SECTIONS = ("today", "meeting", "patients", "monitoring", "messages", "directory", "settings")


def brought_back(field) -> str:
    """Return all that undo and redo make stand in a field."""
    found = []
    for act in (field.undo, field.redo):
        for _ in range(5):
            act()
            found.append(field.text() if isinstance(field, QLineEdit) else field.toPlainText())
    return " ".join(found)


@pytest.mark.parametrize("make", [Field, SearchField, Secret])
def test_a_field_that_was_emptied_brings_nothing_back(qtbot, make):
    field = make("Motif")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, SECRET)
    field.clear()
    field.setEchoMode(QLineEdit.EchoMode.Normal)
    assert not brought_back(field).strip()


def test_nothing_that_was_typed_before_the_lock_comes_back_after_it(make_desk, qtbot, tmp_path):
    with Two(make_desk, qtbot, tmp_path) as two:
        window = two.desk.window
        for section in SECTIONS:
            window.show_feature(section)
        window.flip_palette()
        typed = 0
        for field in QApplication.allWidgets():
            if isinstance(field, QLineEdit | QPlainTextEdit | QTextEdit) and not field.isReadOnly():
                qtbot.keyClicks(field, SECRET)
                typed += 1
        assert typed > len(SECTIONS)
        two.office.lock()
        qtbot.waitUntil(lambda: not len(window.pages))
        QApplication.sendPostedEvents(None, 52)  # deferred deletions
        left = [one for one in QApplication.allWidgets() if isinstance(one, QLineEdit | QPlainTextEdit)]
        assert window.palette_layer.field in left
        assert [one for one in left if SECRET in brought_back(one)] == []
