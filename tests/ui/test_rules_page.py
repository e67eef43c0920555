"""The rules of a service in the real window: begun by whom IT named, written, signed, refused, kept as a draft."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication

from app import i18n
from app.intents import OpenRules
from app.monitoring import ruling
from app.ui.buttons import Button
from app.ui.panes import Banner, Field
from app.ui.text import Label
from media.mail.policy import Part, Policy
from storage.monitoring.records import NO_GRADE
from tests.harness.beside import Two
from tests.harness.wards import asked

WEEK = 7 * 86_400_000


@pytest.fixture
def two(make_desk, qtbot, tmp_path):
    made = Two(make_desk, qtbot, tmp_path)
    made.wait(lambda: made.office.alerts.writable and made.office.following.outlook is not None)
    return made


def founder(two):
    """Let IT name who sits before the window."""
    two.office.config.policy.forced["monitoring.coordinators"] = (two.office.session().user.hex(),)


def rules(two):
    """Open the page and wait until it shows something."""
    two.office.open(OpenRules())
    page = two.desk.window.page("monitoring")
    two.wait(lambda: page.rules is not None and page.rules.isVisible() and page.rules._ruled is not None)
    two.wait(lambda: not page.rules._steps.busy)
    return page.rules


def found(two, page, kind, fits):
    """Wait for a part that is seen."""

    def there():
        return [one for one in page.findChildren(kind) if one.isVisible() and fits(one)]

    two.wait(lambda: bool(there()))
    return there()[0]


def button(two, page, start):
    """The button that begins with these words."""
    return found(two, page, Button, lambda one: one.name.startswith(start))


def said(page):
    return " | ".join(
        one.text().replace("\u202f", " ").replace("\u00a0", " ")
        for one in page.findChildren(Label)
        if one.isVisible()
    )


def written(two, page):
    two.wait(
        lambda: page._writes is not None and not page._writes._steps.busy and page._writes._sign.isVisible()
    )
    return page._writes


def begun(two, code="ONCO1"):
    """Begin the rules of a service with example values."""
    founder(two)
    page = rules(two)
    field = found(two, page, Field, lambda _one: True)
    field.setText(code)
    two.qtbot.keyClick(field, Qt.Key.Key_Return)
    return page, written(two, page)


def signed(two, page, view, n):
    two.wait(view._sign.isEnabled)
    view._sign.click()
    two.wait(view._yes.isVisible)
    two.now()
    view._yes.click()
    two.wait(lambda: page._service("ONCO1") is not None and page._service("ONCO1").policy.number == n)
    two.wait(lambda: page._writes is None and not page._steps.busy)
    button(two, page, f"Préparer la version {n + 1}")  # nothing of the draft is left


def policy(two, **more):
    me = two.office.session().user
    made = ruling.first("ONCO1", me)
    return replace(made, made_ms=two.desk.now_ms, title="Oncologie", **more)


def test_whom_it_named_writes_the_first_version_and_signs_it_once_asked(two):
    with two:
        page, view = begun(two)
        assert "exemple" in said(page)
        view.parts["members"].title.setText("")
        two.qtbot.keyClicks(view.parts["members"].title, "Oncologie")
        two.wait(lambda: view.draft.title == "Oncologie")
        view._sign.click()
        view._question.isVisible()
        assert page._service("ONCO1") is None  # asked first
        signed(two, page, view, 1)
        assert "Version 1, signée par Dr Alice Aubry" in said(page)
        assert two.run(two.office.alerts.ruled()).drafts == ()


def test_who_was_not_named_begins_nothing_and_hears_why(two):
    with two:
        page = rules(two)
        two.wait(lambda: "l’informatique a nommée" in said(page))
        assert not [one for one in page.findChildren(Button) if one.name.startswith("Commencer")]


def test_a_draft_survives_the_lock_and_says_what_it_changes(two):
    with two:
        founder(two)
        two.run(two.office.alerts.sign(policy(two)))
        page = rules(two)
        button(two, page, "Préparer la version 2").click()
        view = written(two, page)
        assert not view._sign.isEnabled()  # nothing changes yet
        assert "rien ne change" in said(view)
        span, _clock = view.parts["delays"].rows[3]
        span.count.setText("")
        two.qtbot.keyClicks(span.count, "90")
        span.unit.setCurrentIndex(span.unit.findData("minutes"))
        span.unit.activated.emit(0)
        two.wait(lambda: view.draft.delays[3].minutes == 90)
        two.wait(lambda: "Grade 3 : 2 h → 90 min" in said(view))
        two.wait(lambda: two.run(two.office.alerts.ruled()).drafts != ())
        button(two, view, "Fermer le brouillon").click()
        two.wait(lambda: page._writes is None and not page._steps.busy)
        ((code, kept),) = two.run(two.office.alerts.ruled()).drafts
        assert code == "ONCO1"
        assert ruling.unpack(kept).delays[3].minutes == 90
        button(two, page, "Continuer la version 2").click()
        view = written(two, page)
        assert view.draft.delays[3].minutes == 90
        signed(two, page, view, 2)
        button(two, page, "Ce que la version 2 a changé").click()
        assert "Grade 3 : 2 h → 90 min" in said(page)


def test_what_cannot_be_read_stands_in_red_and_is_not_signed(two):
    with two:
        page, view = begun(two)
        span, _clock = view.parts["delays"].rows[4]
        span.count.setText("")
        two.qtbot.keyClicks(span.count, "demain")
        two.wait(lambda: not view._sign.isEnabled())
        assert "champ marqué en rouge" in said(view)
        assert span.count.accessibleDescription()
        assert page._writes is view


def test_an_expression_is_judged_at_once_and_tried_on_the_last_30_days(two):
    with two:
        founder(two)
        two.run(two.office.alerts.sign(policy(two)))
        now = two.desk.now_ms
        facts = [
            asked("1", now - 3_600_000, pain=3),
            asked("2", now - WEEK, pain=1),
            asked("3", now - 8 * WEEK, pain=3),
        ]
        two.run(heard(two, facts))
        page = rules(two)
        button(two, page, "Préparer la version 2").click()
        view = written(two, page)
        rule = view.parts["rules"].entries[0]
        two.wait(lambda: "1 fois" in rule.said.text().replace("\u202f", " "))
        rule.expression.setText("")
        two.qtbot.keyClicks(rule.expression, "any_grade")
        assert "compare" in rule.said.text()
        two.qtbot.keyClicks(rule.expression, " >= 1")
        two.wait(lambda: "2 fois" in rule.said.text())
        assert not view.draft.rules[0].on


async def heard(two, facts):
    vault = two.office.sitting.opened.vault
    changed = await asyncio.wrap_future(
        vault.patients.apply([(at, (one,)) for at, one in enumerate(facts, 1)])
    )
    await two.office.alerts.refresh(changed)
    assert all(one.grade != NO_GRADE for one in two.office.alerts._opened.memory.asked.values())


def test_who_is_no_coordinator_reads_and_hears_who_signs(two):
    with two:
        founder(two)
        me, other = two.office.session().user, two.bruno.user
        members = ((me, Part.NURSE), (other, Part.COORDINATOR))
        two.run(two.office.alerts.sign(policy(two, members=members)))
        page = rules(two)
        two.wait(lambda: "Dr Bruno Bel" in said(page))
        assert "Seul un coordinateur" in said(page)
        assert not [one for one in page.findChildren(Button) if one.name.startswith("Préparer")]


def test_two_versions_of_one_number_are_shown_with_a_way_on(two):
    with two:
        founder(two)
        alerts = two.office.alerts
        two.run(alerts.sign(policy(two)))
        (first,) = two.run(alerts.services())
        newer = replace(first.policy, number=2, before=first.id)
        two.run(alerts.sign(replace(newer, title="Oncologie A")))
        two.run(alerts.sign(replace(newer, title="Oncologie B")))
        page = rules(two)
        two.wait(lambda: "Une autre version 2" in said(page))
        held = page._service("ONCO1").policy.title
        button(two, page, "Reprendre dans la version 3").click()
        view = written(two, page)
        assert {held, view.draft.title} == {"Oncologie A", "Oncologie B"}
        signed(two, page, view, 3)
        assert not [
            one
            for one in page.findChildren(Banner)
            if one.isVisible() and "autre version" in one.accessibleName()
        ]


def test_a_version_that_another_signed_meanwhile_is_said_and_the_draft_follows_it(two):
    with two:
        founder(two)
        alerts = two.office.alerts
        two.run(alerts.sign(policy(two)))
        page = rules(two)
        button(two, page, "Préparer la version 2").click()
        view = written(two, page)
        view.parts["members"].title.setText("Mon titre")
        view.parts["members"].title.textEdited.emit("Mon titre")
        two.wait(lambda: view.draft.title == "Mon titre")
        (first,) = two.run(alerts.services())
        two.run(alerts.sign(replace(first.policy, number=2, before=first.id, late=45)))
        two.wait(lambda: "Une autre version a été signée" in said(page))
        view = written(two, page)
        assert not view._sign.isEnabled()
        button(two, page, "Reprendre à la suite").click()
        view = written(two, page)
        assert (view.draft.number, view.draft.title) == (3, "Mon titre")
        signed(two, page, view, 3)


def test_a_dropped_draft_can_be_taken_back(two):
    with two:
        _page, view = begun(two)
        view.parts["members"].title.setText("Onco")
        view.parts["members"].title.textEdited.emit("Onco")
        button(two, view, "Abandonner").click()
        two.wait(lambda: two.run(two.office.alerts.ruled()).drafts == ())
        two.desk.window.toast.undo()
        two.wait(lambda: two.run(two.office.alerts.ruled()).drafts != ())
        ((_code, kept),) = two.run(two.office.alerts.ruled()).drafts
        assert ruling.unpack(kept).title == "Onco"


def test_members_are_found_in_the_directory_by_keys_and_the_order_is_theirs(two):
    with two:
        page, view = begun(two)
        members = view.parts["members"]
        members.finder.field.setFocus()
        two.qtbot.keyClicks(members.finder.field, "bruno")
        two.wait(members.finder.list.isVisible)
        two.qtbot.keyClick(members.finder.field, Qt.Key.Key_Return)
        two.wait(lambda: len(view.draft.members) == 2)
        assert view.draft.members[1] == (two.bruno.user, Part.NURSE)
        members._become(two.bruno.user, Part.DOCTOR)
        button(two, members, "Dr Bruno Bel").click()
        two.wait(lambda: view.draft.order == (two.bruno.user,))
        members._remove(two.bruno.user)
        two.wait(lambda: view.draft.order == () and len(view.draft.members) == 1)
        assert page._writes is view


def test_another_language_says_everything_anew_and_keeps_what_is_written(two):
    with two:
        page, view = begun(two)
        view.parts["members"].title.setText("Onco-hématologie")
        view.parts["members"].title.textEdited.emit("Onco-hématologie")
        try:
            i18n.set_language("en")
            two.wait(lambda: page._writes is not None and page._writes is not view)
            view = written(two, page)
            assert view.draft.title == "Onco-hématologie"
            two.wait(lambda: "Monday" in said(view) and "Lundi" not in said(view))
        finally:
            i18n.set_language("fr")


def test_letters_of_the_section_rest_while_the_rules_are_open_and_escape_goes_back(two):
    with two:
        founder(two)
        two.run(two.office.alerts.sign(policy(two)))
        page = rules(two)
        section = two.desk.window.page("monitoring")
        assert not section.able("close")
        assert section.commands() == ()
        page.back.setFocus()
        two.qtbot.keyClick(page.back, Qt.Key.Key_Escape)
        two.wait(lambda: not section.ruling)
        assert section.queue.isVisible()


def test_everything_is_named_and_reached_by_tab(two):
    with two:
        _page, view = begun(two)
        seen = set()
        view.first().setFocus()
        order = []
        for _ in range(200):
            widget = QApplication.focusWidget()
            if widget in seen or not view.isAncestorOf(widget):
                break
            seen.add(widget)
            order.append(widget.mapTo(view, QPoint(0, 0)).y())
            assert widget.accessibleName(), type(widget).__name__
            two.qtbot.keyClick(widget, Qt.Key.Key_Tab)
        assert len(seen) > 40
        assert view._sign in seen
        assert all(after > before - 40 for before, after in itertools.pairwise(order))  # downwards


def test_the_policy_of_another_service_does_not_hold_here(two):
    with two:
        two.run(asserting(two))


async def asserting(two):
    assert (await two.office.alerts.ruled()).services == ()
    with pytest.raises(Exception, match="not-member"):
        await two.office.alerts.sign(Policy("ONCO1", "Pirate", 1))


def test_the_focus_stays_with_whom_it_moves(two):
    with two:
        page, view = begun(two)
        alice, bruno = two.office.session().user, two.bruno.user
        doctors = ((alice, Part.DOCTOR), (bruno, Part.DOCTOR))
        view.parts["members"].show_policy(policy(two, members=doctors, order=(alice, bruno)))
        down = found(two, page, Button, lambda one: one.accessibleName() == "Descendre Dr Alice Aubry")
        down.setFocus()
        two.qtbot.keyClick(down, Qt.Key.Key_Return)
        at = QApplication.focusWidget()
        assert at.accessibleName() == "Monter Dr Alice Aubry", "below nobody else: only the way back is left"
        two.qtbot.keyClick(at, Qt.Key.Key_Return)
        assert QApplication.focusWidget().accessibleName() == "Descendre Dr Alice Aubry"
