"""Alice before the real window, Bruno at a desk of his own; both follow the same patients, at a real relay, over real vaults."""

from __future__ import annotations

import json

from app.config import COORDINATORS
from media.mail.policy import Part, Policy
from tests.harness.beside import Two
from tests.harness.wards import Watch, alert_of, asked, named

HOUR_MS = 3_600_000


class Ward(Two):
    """Alice before Today; Bruno follows the same patients at a desk of his own, and acts there."""

    def __init__(self, make_desk, qtbot, folder):
        super().__init__(make_desk, qtbot, folder)
        self.seq = 0
        self.wait(lambda: self.office.post.line.online and self.bruno.post.line.online)
        self.bruno_watch = self.run(Watch(self.bruno, {self.session.user}).begin())
        self.desk.window.show_feature("today")
        self.page = self.desk.window.page("today")
        self.wait(lambda: self.office.following.outlook is not None)

    def rule(self, alice, bruno=Part.NURSE, **more):
        """Let Alice sign the service's first rules, with these parts."""
        users = self.session.user, self.bruno.user
        self.office.config.load_user({COORDINATORS.key: json.dumps([users[0].hex()])})
        members = tuple(zip(users, (alice, bruno), strict=True))
        self.run(self.office.alerts.sign(Policy("ONCO1", "Oncologie", 1, members=members, **more)))
        self.wait(lambda: self.run(self.bruno_watch.alerts.services())[0].id != b"")

    def ask(self, ipp, name, number, ago_ms=HOUR_MS, **grades):
        """Let a patient answer; return the alert."""
        at_ms = self.desk.now_ms - ago_ms
        told = asked(ipp, at_ms, number, **grades)
        facts = named(ipp, name, "Solange", at_ms), told
        self.seq += 1
        changed = self.office.sitting.opened.vault.patients.apply([(self.seq, facts)]).result()
        self.office.bridge.loop.call_soon_threadsafe(self.office.feed.patients_changed.fire, changed)
        self.run(self.bruno_watch.hear(*facts))
        self.wait(lambda: any(one.alert == alert_of(told) for one in self.outlook.open))
        return alert_of(told)

    @property
    def outlook(self):
        return self.office.following.outlook

    @property
    def column(self):
        return self.page.panes.get("monitoring")

    def rows(self):
        return [one.row.title.split()[0] for one in self.column.rows] if self.column else []

    def cards(self):
        return [one.card for one in self.page.deck.cards if one.card.id.startswith("alert")]

    def shows(self, *names):
        self.wait(lambda: self.rows() == list(names))

    def card(self):
        self.wait(lambda: len(self.cards()) == 1)
        return next(one for one in self.page.deck.cards if one.card.id.startswith("alert"))

    def steps(self, alert):
        """Return what the trace of an alert has."""
        rows = self.run(self.office.alerts.sheet(alert, again=True)).life.rows
        return [row.record.step for row in rows]

    def escalate(self, alert):
        """Let Bruno bring it before Alice."""
        self.run(self.bruno_watch.alerts.escalate(alert, (self.session.user,), "7 selles par jour"))
