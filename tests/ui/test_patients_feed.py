"""From the hospital's socket to the list: an unlocked desk that listens shows whoever a message names, while it arrives."""

from __future__ import annotations

import socket

from app.config import Policy
from app.patients.lines import PatientLine
from app.scenes import stills
from app.signin.service import Opened
from app.trust import News

ADT = (
    "MSH|^~\\&|GAM|CHU|CONSILIUM|CHU|20261124120000||ADT^A28^ADT_A05|{id}|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8\r"
    "EVN||20261124120000\r"
    "PID|||{ipp}^^^CHU&1.2.250.1.999.51.1&ISO^PI||{name}^Odile^^^^^L||19540314|F\r"
    "PV1||N\r"
)


def send(address, **what):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=30) as link:
        link.sendall(b"\x0b" + ADT.format(**what).encode() + b"\x1c\r")
        return link.recv(4096).decode()


def refused(address):
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=30).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_message_brings_a_patient_into_the_list_and_a_lock_closes_the_port(make_desk, qtbot, vault):
    policy = Policy(forced={"mllp.listen": "127.0.0.1:0"}, default={"language": "fr", "theme": "light"})
    desk = make_desk(session=stills.session(), policy=policy)
    office = desk.office
    office.sitting.begin(Opened(vault, stills.session(), {}, "", False, News()))
    qtbot.waitUntil(lambda: office.feed.state.standing == "listening")
    address = office.feed.state.address
    desk.window.show_feature("patients")
    finder = desk.window.page("patients").finder
    qtbot.waitUntil(lambda: finder.answered)
    assert address in finder.stack.way.text()
    assert "MSA|AA|m1" in send(address, id="m1", ipp="80421937", name="LEMAÎTRE")
    shown = lambda: [one.name for one in finder.list.shown.lines if isinstance(one, PatientLine)]  # noqa: E731
    qtbot.waitUntil(lambda: shown() == ["LEMAÎTRE Odile"])
    assert "MSA|AA|m2" in send(address, id="m2", ipp="80399120", name="LEMAIRE")
    finder.to_search()
    qtbot.waitUntil(lambda: len(shown()) == 2)
    office.lock()
    qtbot.waitUntil(lambda: refused(address))
    assert not any(
        "LEMA" in widget.accessibleName() for widget in desk.window.findChildren(type(finder.list))
    )
