"""The retention says before it erases: a card on Today, the list of what goes, and it hears that somebody saw it."""

from __future__ import annotations

from app.messages.ports import Standing
from app.messages.rows import HitLine
from app.today.cards import CardFrame
from tests.ui.test_messages import Section


def test_today_says_what_the_retention_erases_and_its_verb_lists_it(make_desk, qtbot):
    section = Section(make_desk, qtbot)
    window, told = section.desk.window, section.told
    window.show_feature("today")
    page = window.page("today")
    told.standing = Standing(online=True, leaving=3)
    told.stood.fire(told.standing)
    qtbot.waitUntil(lambda: any(one.id == "leaving" for one in page.deck._held.items))
    assert not section.asked("tell_leaving"), "it stands behind more urgent cards"
    page.deck.flip_others()
    page.draw()
    (card,) = [one for one in page.findChildren(CardFrame) if one.card.id == "leaving"]
    assert "3 messages lus seront effacés" in " ".join(section.texts(card))
    assert section.asked("tell_leaving")

    card.press()
    qtbot.waitUntil(lambda: len(section.threads.list.shown.lines) == 3)
    lines = section.threads.list.shown.lines
    assert all(isinstance(one, HitLine) for one in lines)
    assert [one.hit.sent_ms for one in lines] == sorted(one.hit.sent_ms for one in lines)
    section.threads.leaving.click()
    assert not any(isinstance(one, HitLine) for one in section.threads.list.shown.lines)


def test_who_looks_at_messages_was_told_too(make_desk, qtbot):
    section = Section(make_desk, qtbot)
    section.told.standing = Standing(online=True, leaving=12)
    section.told.stood.fire(section.told.standing)
    qtbot.waitUntil(lambda: bool(section.asked("tell_leaving")))
