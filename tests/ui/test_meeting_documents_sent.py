"""A document of the running call over the real service: two desks, real vaults, a real relay process; one of them has the window."""

from __future__ import annotations

import msgspec
import pytest

from app.meeting.view import Stage
from app.scenes import stills
from media.engine import messages as m
from media.keys.invite import Link
from tests.harness.beside import Two

INVITE = bytes(range(32, 48))


class Meeting(Two):
    """Alice in a call before the window, Bruno in it at his desk."""

    def __init__(self, make_desk, qtbot, folder):
        super().__init__(make_desk, qtbot, folder)
        self.desk.window.show_feature("meeting")
        self._enter(self.session)
        self.live = self.desk.live
        self.panel = self.live.side.documents
        self.wait(lambda: self.live.isVisible() and self.panel._looked)

    def _enter(self, session):
        relay = session.relays[0]
        link = Link(f"{relay.host}:{relay.port}", bytes(range(16)), bytes(range(16, 32)), INVITE)
        self.desk.open_link(link.format())
        self.desk.meeting.enter()
        me, other = stills.people(2)
        people = [
            msgspec.structs.replace(me, user=session.user),
            msgspec.structs.replace(other, user=self.bruno.user, name="Dr Bruno Bel", trust="certified"),
        ]
        self.desk.hear(
            m.Phase(phase="in-call", is_host=True, title="RCP Thorax"), m.Roster(n=1, people=people)
        )
        self.wait(lambda: self.desk.meeting.view.stage is Stage.LIVE)

    def says(self, name, words):
        """Tell whether the card of a document says so."""
        row = next((one for one in self.panel._rows.values() if one.card.name == name), None)
        return row is not None and words in str(row.card.about)

    def row(self, name):
        self.wait(lambda: any(one.card.name == name for one in self.panel._rows.values()))
        return next(one for one in self.panel._rows.values() if one.card.name == name)


@pytest.fixture
def two(make_desk, qtbot, tmp_path):
    return Meeting(make_desk, qtbot, tmp_path)


def test_documents_go_both_ways_in_the_call_and_one_is_read_once(two, tmp_path):
    with two:
        _both_ways(two, tmp_path)


def _both_ways(two, tmp_path):
    place = tmp_path / "Compte rendu.txt"
    place.write_text("T2 N0 M0")
    two.live.open_documents()
    two.panel.send.click()
    two.panel.picking.files.chosen.emit(str(place))
    two.panel.picking.go.click()
    two.wait(lambda: two.says("Compte rendu.txt", "Reçu par tous"))
    (came,) = two.run(two.bruno.messages.handed(INVITE, 0))
    two.run(two.bruno.messages.bring(came.files[0].id))
    assert two.run(two.bruno.messages.content(came.files[0].id)) == b"T2 N0 M0"

    lame = tmp_path / "Lame.txt"
    lame.write_text("PD-L1 60 %")
    two.now()
    two.run(two.bruno.messages.hand_out(INVITE, "RCP Thorax", (two.office.session().user,), lame, 10))
    row = two.row("Lame.txt")
    two.wait(lambda: row.card.opens)
    row.open.click()
    two.wait(lambda: two.panel.page._left.isVisible() or two.panel.page.view.troubled)
    assert not two.panel.page.view.troubled
    two.panel.page.close_it()
    two.wait(lambda: two.says("Lame.txt", "Lu une fois"))
    titles = [one.title for one in two.run(two.office.messages.threads())]
    assert titles == ["RCP Thorax"]
