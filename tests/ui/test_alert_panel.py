"""The panel of an alert as nurses and a doctor use it, over real vaults and a real relay: nothing is said that is not written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QApplication, QWidget

from app import i18n
from app.bridge import Bridge
from app.i18n import tr
from app.intents import OpenThread
from app.monitoring import tracepaper
from app.monitoring.verbs import VERBS
from app.ui.theme import dress
from app.ui.toast import Toast
from storage.monitoring.records import Phase, Step
from tests.harness.alertdesk import Team, Window

CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE = 30_000


@pytest.fixture(scope="module")
def team(qapp, tmp_path_factory):
    dress(qapp, "light")
    bridge = Bridge()
    made = Team(bridge, tmp_path_factory.mktemp("team"), ("nurse", "nurse", "doctor"))
    yield made
    made.close()
    bridge.close()


@pytest.fixture
def windows(team, qtbot):
    """Open the panel of a desk, with its alert: nurse 0, nurse 1, doctor 2."""

    def open_at(place, alert):
        made = Window(team, place)
        qtbot.addWidget(made)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        made.open(alert)
        return made

    yield open_at
    i18n.set_language("fr")


@pytest.fixture
def bedside(team, windows, qtbot):
    class Bedside:
        """One nurse's panel and an alert, with hands."""

        def __init__(self, **grades):
            self.alert = team.alert(**(grades or {"pain": 2}))
            self.window = windows(0, self.alert)
            self.panel = self.window.panel

        def press(self, key, *more):
            qtbot.keyClick(self.focus, key, *more)

        def type(self, text):
            qtbot.keyClicks(self.focus, text)

        @property
        def focus(self):
            found = QApplication.focusWidget()
            assert found is not None
            return found

        def told(self, words):
            qtbot.waitUntil(lambda: tr(words) in self.window.told.words, timeout=PATIENCE)

        def until(self, what):
            qtbot.waitUntil(what, timeout=PATIENCE)

    return Bedside


def hears(qtbot, window, phase):
    qtbot.waitUntil(lambda: window.life.phase is phase, timeout=PATIENCE)


# --- acts -----------------------------------------------------------------------------------------------------


def test_a_nurse_takes_calls_and_closes_and_each_step_is_in_trace_and_vault_before_it_is_said(bedside):
    seat = bedside(pain=2)
    seat.panel.holding.buttons["take"].click()
    assert seat.window.told.words == []
    seat.told("alertacts.done.take")
    assert [row.record.step for row in seat.window.life.rows] == [Step.TAKE]
    seat.until(lambda: "Prise par vous" in seat.window.texts())
    seat.panel.act("call")
    seat.type("7 selles par jour, sans autre signe")
    seat.panel.form.grade.grades[2].click()
    seat.press(Qt.Key.Key_Return, CTRL)
    seat.told("alertacts.done.call")
    assert seat.panel.form is None
    last = seat.window.life.rows[-1].record
    assert (last.reached, last.grade, last.text) == (True, 2, "7 selles par jour, sans autre signe")
    seat.until(lambda: any("7 selles" in line and "Karim Bensaïd" in line for line in seat.window.trace()))
    seat.panel.act("close")
    seat.press(Qt.Key.Key_Down)
    seat.panel.form.grade.stop.setFocus()
    seat.press(Qt.Key.Key_1)
    seat.press(Qt.Key.Key_Return, CTRL)
    seat.told("alertacts.done.close")
    assert (seat.window.life.phase, seat.window.life.reason) == (Phase.CLOSED, "hospital")
    seat.until(lambda: "Close par vous" in seat.window.texts())


def test_a_step_is_taken_back_and_only_said_to_be_once_it_is(bedside, qtbot):
    seat = bedside(pain=1)
    toast = Toast()
    qtbot.addWidget(toast)
    seat.panel.act("take")
    seat.told("alertacts.done.take")
    toast.tell("done", seat.window.told.undo)
    toast.undo()
    assert toast.isHidden()
    seat.told("alertacts.undone")
    assert seat.window.life.phase is Phase.NEW
    seat.until(lambda: any("Sans effet" in line for line in seat.window.trace()))


def test_what_is_too_late_to_be_taken_back_says_so(bedside, team):
    seat = bedside(pain=1)
    seat.panel.act("take")
    seat.told("alertacts.done.take")
    team.watches[0].desk.clock.ahead_ms += 61_000
    seat.window.told.undo()
    seat.until(lambda: tr("monitoring.refused.late") in seat.window.told.words[-1])
    assert seat.window.life.phase is Phase.TAKEN


def test_closing_says_what_is_missing_and_writes_nothing(bedside):
    seat = bedside(pain=1)
    seat.panel.act("close")
    form = seat.panel.form
    form.go.click()
    assert tr("alertacts.missing.reason") in seat.window.texts()
    seat.press(Qt.Key.Key_Return)
    assert form.reason.value == "resolved"
    seat.press(Qt.Key.Key_Return)
    assert tr("alertacts.missing.grade") in seat.window.texts()
    form.reason.put("other")
    form.grade.put(1)
    form.go.click()
    assert tr("alertacts.missing.reason") in seat.window.texts()
    assert seat.window.life.rows == ()


def test_grade_3_waits_for_a_second_reader_who_confirms_by_keys(bedside, windows, qtbot):
    seat = bedside(diarrhea=3)
    seat.panel.act("close")
    assert tr("alertacts.close.second") in seat.window.texts()
    seat.panel.form.reason.put("resolved")
    seat.panel.form.grade.put(1)
    seat.panel.form.go.click()
    seat.told("alertacts.done.close.second")
    assert seat.window.life.phase is Phase.CLOSING
    seat.until(lambda: tr("alertacts.standing.closing.mine") in seat.window.texts())
    assert not seat.panel.able("second")
    reader = windows(1, seat.alert)
    hears(qtbot, reader, Phase.CLOSING)
    qtbot.waitUntil(lambda: reader.panel.able("second"), timeout=PATIENCE)
    reader.panel.act("second")
    assert any("Résolu au téléphone" in text for text in reader.texts())
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    hears(qtbot, seat.window, Phase.CLOSED)


def test_a_doctor_sees_the_question_first_and_answers_in_two_keys(bedside, windows, qtbot):
    seat = bedside(diarrhea=3)
    assert seat.panel.acts.buttons["escalate"].first
    seat.panel.act("escalate")
    seat.panel.form.text.field.setFocus()
    seat.type("Ne garde rien depuis hier")
    seat.press(Qt.Key.Key_Return, CTRL)
    seat.told("alertacts.done.escalate")
    doctor = windows(2, seat.alert)
    hears(qtbot, doctor, Phase.ESCALATED)
    qtbot.waitUntil(
        lambda: any("Ne garde rien depuis hier" in text for text in doctor.texts()), timeout=PATIENCE
    )
    assert doctor.panel.acts.buttons["answer"].first
    doctor.panel.act("answer")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    hears(qtbot, seat.window, Phase.TAKEN)
    said = seat.window.life.rows[-1].record
    assert said.step is Step.ANSWER
    assert said.text == tr("alertacts.answer.protocol", version=1)


def test_advice_is_the_services_text_and_what_stands_in_the_field_is_what_is_kept(bedside):
    seat = bedside(diarrhea=2)
    seat.panel.act("advise")
    seat.press(Qt.Key.Key_Space)
    form = seat.panel.form
    assert form.text.value.startswith("Lopéramide")
    form.text.field.setFocus()
    seat.type(" Et appeler ce soir.")
    form.which.put("1")
    assert form.text.value.endswith("Et appeler ce soir.")
    seat.press(Qt.Key.Key_Return, CTRL)
    seat.told("alertacts.done.advise")
    record = seat.window.life.rows[-1].record
    assert (record.text, record.version) == (
        "Lopéramide, boire deux litres par jour, rappeler si fièvre. Et appeler ce soir.",
        1,
    )


def test_taking_over_asks_and_handing_over_names_somebody_of_the_service(bedside, windows, team, qtbot):
    seat = bedside(pain=2)
    seat.panel.act("take")
    seat.told("alertacts.done.take")
    other = windows(1, seat.alert)
    hears(qtbot, other, Phase.TAKEN)
    qtbot.waitUntil(lambda: "Reprendre" in other.panel.holding.buttons["take"].name, timeout=PATIENCE)
    other.panel.act("take")
    assert other.panel.form is not None
    assert other.life.holder == team.watches[0].user
    other.panel.form.go.click()
    qtbot.waitUntil(lambda: seat.window.life.holder == team.watches[1].user, timeout=PATIENCE)
    qtbot.waitUntil(lambda: other.panel.able("hand"), timeout=PATIENCE)
    other.panel.act("hand")
    other.panel.form.go.click()
    assert tr("alertacts.missing.person") in other.texts()
    other.panel.form.to.put(team.watches[0].user.hex())
    other.panel.form.go.click()
    qtbot.waitUntil(lambda: seat.window.life.holder == team.watches[0].user, timeout=PATIENCE)


def test_what_is_over_is_reopened_with_a_reason(bedside):
    seat = bedside(pain=1)
    seat.window.team.run(seat.window.alerts.close(seat.alert, "resolved", 1))
    seat.until(lambda: seat.panel.able("reopen"))
    assert not any(button.isVisible() for button in seat.panel.acts.buttons.values())
    seat.panel.holding.buttons["reopen"].click()
    seat.panel.form.go.click()
    assert tr("alertacts.missing.text") in seat.window.texts()
    seat.type("Elle va moins bien")
    seat.press(Qt.Key.Key_Return, CTRL)
    seat.told("alertacts.done.reopen")
    assert (seat.window.life.phase, seat.window.life.reopened) == (Phase.TAKEN, 1)


# --- drafts and other people ----------------------------------------------------------------------------------


def test_nothing_typed_is_lost_by_escape_another_alert_or_another_nurse(bedside, team, windows, qtbot):
    seat = bedside(pain=2)
    seat.panel.acts.buttons["call"].setFocus()
    seat.panel.act("call")
    seat.type("Elle dit que")
    seat.press(Qt.Key.Key_Escape)
    assert seat.panel.form is None
    assert QApplication.focusWidget() is seat.panel.acts.buttons["call"]
    assert seat.panel.acts.buttons["call"].about == tr("alertacts.sub.draft")
    seat.window.open(team.alert(pain=1))
    assert seat.panel.acts.buttons["call"].about != tr("alertacts.sub.draft")
    seat.window.open(seat.alert)
    seat.panel.act("call")
    assert seat.panel.form.text.value == "Elle dit que"
    field = QApplication.focusWidget()
    other = windows(1, seat.alert)
    team.run(other.alerts.take(seat.alert))
    seat.window.activateWindow()
    seat.until(lambda: any("Entre-temps" in text for text in seat.window.texts()))
    assert any("Karim Bensaïd 1" in text for text in seat.window.texts())
    assert field is seat.panel.form.text.field
    assert seat.panel.form.text.value == "Elle dit que"


def test_what_somebody_else_closed_meanwhile_cannot_be_done_and_the_draft_stays(bedside, team, qtbot):
    seat = bedside(pain=1)
    seat.panel.act("advise")
    seat.panel.form.text.put("Boire davantage")
    team.run(team.watches[1].alerts.close(seat.alert, "resolved", 0))
    seat.until(lambda: not seat.panel.form.go.isEnabled())
    assert tr("alertacts.form.kept") in seat.window.texts()
    seat.panel.leave()
    seat.until(lambda: any(text.startswith("Close par") for text in seat.window.texts()))
    assert seat.window.life.rows[-1].record.step is Step.CLOSE


def test_what_was_refused_says_why_and_keeps_the_form(bedside, team):
    seat = bedside(pain=1)
    seat.panel.act("advise")
    seat.panel.form.text.put("Boire davantage")
    sheet = seat.panel._sheet
    team.run(seat.window.alerts.close(seat.alert, "resolved", 0))
    seat.panel.show_sheet(sheet)
    seat.panel.form.go.setEnabled(True)
    seat.panel.form.go.click()
    seat.until(lambda: tr("monitoring.refused.not-open") in seat.window.texts())
    assert seat.panel.form.text.value == "Boire davantage"
    assert seat.window.told.words == []


def test_two_who_took_it_at_once_are_both_named_and_one_decides(bedside, team, qtbot):
    seat = bedside(pain=2)
    team.clinic.relay.kill()
    team.run(team.watches[0].alerts.take(seat.alert))
    team.run(team.watches[1].alerts.take(seat.alert))
    team.clinic.relay.start()
    seat.until(lambda: "Prise en même temps par \u2068Karim Bensaïd 1\u2069" in seat.window.texts())
    assert seat.panel.able("take")
    assert seat.panel.able("hand")
    seat.panel.act("take")
    seat.panel.form.go.click()
    seat.until(lambda: seat.window.life.rivals == ())
    assert seat.window.life.holder == team.watches[0].user


def test_a_note_is_written_by_its_own_key_and_kept_as_a_draft_until_then(bedside, team):
    seat = bedside(pain=1)
    field = seat.panel.foot.field
    field.setFocus()
    seat.type("Vit seule")
    seat.window.open(team.alert(pain=1))
    assert field.text() == ""
    seat.window.open(seat.alert)
    assert field.text() == "Vit seule"
    field.setFocus()
    seat.press(Qt.Key.Key_Return)
    seat.told("alertacts.done.note")
    assert (field.text(), seat.window.life.rows[-1].record.text) == ("", "Vit seule")
    assert seat.window.life.phase is Phase.NEW


def test_a_note_about_a_conversation_opens_it_from_the_trace(bedside, team):
    seat = bedside(pain=1)
    team.run(seat.window.alerts.note(seat.alert, "Avis demande", b"c" * 16))
    seat.until(lambda: len(seat.window.trace()) == 3)
    seat.panel.trace.list.setFocus()
    seat.press(Qt.Key.Key_End)
    seat.press(Qt.Key.Key_Return)
    assert seat.window.opened == [OpenThread(conv=b"c" * 16)]


# --- time, trace, paper ---------------------------------------------------------------------------------------


def test_the_head_says_what_is_left_and_by_how_much_it_is_late(bedside):
    seat = bedside(diarrhea=3)
    received = seat.panel._sheet.item.received_ms
    seat.panel.tick(received + 56 * 60_000)
    assert seat.panel.head.title.text() == "Reste 1\u202fh 04"
    seat.panel.tick(received + 132 * 60_000)
    assert seat.panel.head.title.text() == "Dépassé de 12\u202fmin"
    assert seat.panel.head.detail.text().startswith("Délai G3\u00a0: 2\u202fh, reçue à")


def test_each_signature_is_verified_again_and_an_edited_row_is_found(bedside, team):
    seat = bedside(pain=2)
    for _ in range(2):
        team.run(seat.window.alerts.note(seat.alert, "Rien de nouveau"))
    seat.until(lambda: len(seat.window.trace()) == 4)
    seat.panel.trace.verify.click()
    seat.until(lambda: any("toutes les signatures sont valables" in text for text in seat.window.texts()))
    first = seat.window.life.rows[0].record.id
    vault = team.watches[0].desk.vault
    edit = "UPDATE record SET author = zeroblob(16) WHERE id = ?"
    vault.mail.write(lambda rows: rows.trace._db.execute(edit, (first,)) and None).result(30)
    seat.panel.trace.verify.click()
    seat.until(lambda: any("ne correspond plus à sa signature" in text for text in seat.window.texts()))
    assert [line.alarm for line in seat.panel.trace.list.shown.lines] == [False, False, True, False]


def test_a_record_that_was_taken_out_is_missed(bedside, team):
    seat = bedside(pain=2)
    first = team.run(seat.window.alerts.note(seat.alert, "un"))
    team.run(seat.window.alerts.note(seat.alert, "deux"))
    vault = team.watches[0].desk.vault
    delete = "DELETE FROM record WHERE id = ?"
    vault.mail.write(lambda rows: rows.trace._db.execute(delete, (first.id,)) and None).result(30)
    proved = team.run(seat.window.alerts.verify(seat.alert))
    assert proved.missing == 1
    assert proved.of[first.id] == "broken"


def test_paper_has_the_whole_trace_and_the_trail_knows_of_it(bedside, team, monkeypatch):
    printed = []
    monkeypatch.setattr("app.ui.printing.ask", lambda _owner, *texts: printed.append(texts))
    seat = bedside(pain=2)
    record = team.run(seat.window.alerts.note(seat.alert, "Vit <seule>"))
    team.run(seat.window.alerts.undo(record))
    seat.until(lambda: len(seat.window.trace()) == 4)
    seat.panel.foot.paper.click()
    seat.until(lambda: printed != [])
    body, head, foot = printed[0]
    assert body == tracepaper.body(seat.panel.trace.lines(seat.window.desk.now_ms()))
    assert "Vit &lt;seule&gt;" in body
    assert "Sans effet" in body
    assert "DUMAS Solange" in head
    assert "Karim Bensaïd" in foot
    acts = team.watches[0].desk.vault.audit.newest().result()
    assert "patient-printed" in {row.action for row in acts}


# --- everybody's eyes and hands -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("act", ["", "escalate", "call", "advise", "close", "hand", "reopen"])
def test_every_control_has_a_name_and_no_text_is_an_id(bedside, language, act, team):
    i18n.set_language(language)
    seat = bedside(diarrhea=3)
    step = (
        seat.window.alerts.close(seat.alert, "other", 1, "Fin")
        if act == "reopen"
        else seat.window.alerts.take(seat.alert)
    )
    team.run(step)
    if act:
        seat.until(lambda: seat.panel.able(act))
        seat.panel.act(act)
    for widget in seat.panel.findChildren(QWidget):
        if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        assert widget.accessibleName(), widget
        assert "alertacts." not in widget.accessibleName()
        if isinstance(widget, QAbstractButton):
            assert widget.toolTip()
    for text in (*seat.window.texts(), *seat.window.trace()):
        assert "alertacts." not in text
        assert "monitoring" not in text


def test_tab_reaches_every_control_of_a_form(bedside):
    seat = bedside(diarrhea=3)
    seat.panel.act("close")
    form = seat.panel.form
    first, seen = QApplication.focusWidget(), []
    while (now := QApplication.focusWidget()) not in seen:
        seen.append(now)
        seat.press(Qt.Key.Key_Tab)
    assert {form.text.field, form.go, form.grade.stop, first} <= set(seen)
    assert seat.panel.trace.list in seen
    assert seat.panel.foot.field in seen


def test_nothing_can_be_begun_where_nothing_can_be_written(qapp, qtbot, tmp_path):
    bridge = Bridge()
    team = Team(bridge, tmp_path, ("nurse",))
    try:
        window = Window(team, 0)
        qtbot.addWidget(window)
        window.show()
        alert = team.alert(pain=2)
        window.open(alert)
        sheet = team.run(window.alerts.sheet(alert))
        bridge.loop.call_soon_threadsafe(window.alerts.end)
        qtbot.waitUntil(lambda: not window.alerts.writable)
        window.panel.show_sheet(sheet)
        assert tr("alertacts.read_only") in window.texts()
        window.panel.act("take")
        window.panel.act("call")
        assert window.panel.form is None
        assert not any(
            button.isEnabled() for button in window.panel.acts.buttons.values() if button.isVisible()
        )
        assert window.panel.foot.field.isReadOnly()
    finally:
        team.close()
        bridge.close()


def test_who_is_no_member_of_the_service_reads_and_is_told_why_nothing_can_be_done(bedside):
    seat = bedside(pain=2)
    sheet = seat.panel._sheet
    others = tuple(one for one in sheet.ruled.policy.members if one[0] != sheet.me)
    seat.panel.show_sheet(
        replace(sheet, ruled=replace(sheet.ruled, policy=replace(sheet.ruled.policy, members=others)))
    )
    shown = [one for one in seat.panel.acts.buttons.values() if one.isVisible()]
    assert shown
    assert not any(one.isEnabled() for one in shown)
    assert not any(one.isVisible() for one in seat.panel.holding.buttons.values())
    assert not any(seat.panel.able(act) for act in VERBS)
    assert seat.panel.foot.field.isReadOnly()
    assert "Vous n’êtes pas membre du service" in seat.window.texts()
