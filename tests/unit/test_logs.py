from __future__ import annotations

import logging

from app.logs import QUIET_S, Seldom


def said(seldom: Seldom, text: str, name: str = "storage.inbox") -> bool:
    return bool(seldom.filter(logging.LogRecord(name, logging.WARNING, "", 1, text, (), None)))


def test_a_text_is_repeated_once_a_minute_whatever_others_say_meanwhile():
    now = [0.0]
    seldom = Seldom(lambda: now[0])
    assert said(seldom, "the quarantine is full")
    assert said(seldom, "the disk is full", "gateway")
    assert not any(said(seldom, "the quarantine is full") for _ in range(1000))
    now[0] = QUIET_S
    assert said(seldom, "the quarantine is full")
    assert not said(seldom, "the quarantine is full")


def test_what_changes_is_said_each_time():
    seldom = Seldom(lambda: 0.0)
    assert all(said(seldom, text) for text in ("the disk is full", "it takes messages", "the disk is full"))
