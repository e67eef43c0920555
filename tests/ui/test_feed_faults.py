"""What a doctor reads in the window while the feed meets a full disk, a taken port or a damaged cache: real disk, real sockets."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from app.config import MLLP_LISTEN, Policy
from app.i18n import tr, trn
from app.interop import flow
from app.signin.service import Opened, read_session
from app.trust import News
from app.ui.text import Label
from storage.vault import Vault
from tests.harness.adt import adt
from tests.ui.test_feed import CHEAP, asyncio, listens, send
from tests.ui.test_feed import vault as enrolled
from tests.ui.test_full_disk import codes, disk, vault

__all__ = ["disk", "enrolled", "vault"]
FED = Policy(forced={MLLP_LISTEN.key: "127.0.0.1:0"}, default={"language": "fr", "theme": "light"})
FEW = 40


def come_in(make_desk, opened, qtbot, policy=FED):
    desk = make_desk(policy=policy)
    desk.office._came_in(Opened(opened, asyncio.run(read_session(opened)), {}, "", False, News()))
    qtbot.waitUntil(lambda: desk.office.sitting.session is not None)
    return desk


def says(desk, words):
    return any(words in label.text() for label in desk.window.findChildren(Label) if label.isVisible())


def sent(office, qtbot, *messages):
    """Send while the window goes on; return the answers."""
    answers = []
    thread = threading.Thread(target=lambda: answers.extend(send(office, *messages)))
    thread.start()
    qtbot.waitUntil(lambda: len(answers) == len(messages), timeout=60_000)
    thread.join()
    return answers


def people(first):
    return [adt("A28^ADT_A05", f"{first + n}", first + n) for n in range(FEW)]


def test_a_disk_that_fills_while_messages_come_is_said_and_takes_them_again_without_a_restart(
    make_desk, vault, disk, qtbot
):
    desk = come_in(make_desk, vault, qtbot)
    qtbot.waitUntil(lambda: listens(desk.office))
    assert sent(desk.office, qtbot, adt("A28^ADT_A05", "1", 1)) == ["AA"]
    disk.fill()
    assert sent(desk.office, qtbot, *people(100))[-1] == "AE"
    qtbot.waitUntil(lambda: "vault-failing" in codes(desk))
    disk.free()
    qtbot.waitUntil(lambda: "vault-failing" not in codes(desk))
    assert sent(desk.office, qtbot, *people(100)) == ["AA"] * FEW
    desk.window.show_feature("patients")
    qtbot.waitUntil(lambda: says(desk, trn("patients.held", FEW + 1)))


def test_a_port_that_another_program_holds_is_said_until_it_is_free(
    make_desk, enrolled, qtbot, monkeypatch, request
):
    monkeypatch.setattr(flow, "AGAIN_AFTER_S", 0.1)
    taken = socket.create_server(("127.0.0.1", 0))
    request.addfinalizer(taken.close)
    where = f"127.0.0.1:{taken.getsockname()[1]}"
    desk = come_in(make_desk, enrolled, qtbot, Policy(forced={MLLP_LISTEN.key: where}, default=FED.default))
    desk.window.show_feature("patients")
    qtbot.waitUntil(lambda: says(desk, tr("patients.flow.taken")))
    assert says(desk, where)
    taken.close()
    qtbot.waitUntil(lambda: listens(desk.office))
    qtbot.waitUntil(lambda: not says(desk, tr("patients.flow.taken")))
    assert sent(desk.office, qtbot, adt("A28^ADT_A05", "1", 1)) == ["AA"]


@pytest.mark.parametrize(("file", "said"), [("cache", "cache-rebuilt"), ("inbox", "inbox-set-aside")])
def test_a_damaged_file_is_said_and_no_patient_is_gone(make_desk, enrolled, qtbot, tmp_path, file, said):
    profile = tmp_path / "profile"
    desk = come_in(make_desk, enrolled, qtbot)
    qtbot.waitUntil(lambda: listens(desk.office))
    assert sent(desk.office, qtbot, *people(100)) == ["AA"] * FEW
    qtbot.waitUntil(lambda: enrolled.patients.applied().result() == FEW)
    desk.office.lock()
    qtbot.waitUntil(lambda: not (profile / "dirty").exists())
    with (profile / f"{file}.db").open("r+b") as opened:
        opened.write(os.urandom(8192))
    desk = come_in(make_desk, Vault.unlock(profile, "correct horse battery", CHEAP), qtbot)
    try:
        assert said in codes(desk)
        qtbot.waitUntil(lambda: listens(desk.office))
        assert sent(desk.office, qtbot, adt("A28^ADT_A05", "1", 1)) == ["AA"]
        desk.window.show_feature("patients")
        qtbot.waitUntil(lambda: says(desk, trn("patients.held", FEW + 1)))
    finally:
        desk.office.lock()
