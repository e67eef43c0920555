"""kill -9 of the gateway at random moments, four senders at work: all that was acknowledged is there, once and in order."""

from __future__ import annotations

import random
import re
import socket
import threading
import time
from contextlib import suppress

import pytest

from storage.vault import Terms, Vault
from tests.harness.adt import POISON, adt
from tests.harness.gateway import Gateway, gateway

PATIENTS_EACH = 5
WARDS = ("2101", "2102", "2103")
CONTROL_ID = re.compile(rb"\|(S\d)-(\d+)\|T\|")


class Sender:
    """Sends its messages one after the other, each until it is acknowledged, one poison in a hundred."""

    def __init__(self, number: int) -> None:
        self.name, self._first = f"S{number}", number * 1000
        self.acknowledged = 0

    def message(self, number: int) -> bytes:
        patient, ward = self._first + number % PATIENTS_EACH, WARDS[number % len(WARDS)]
        return adt(
            "A02^ADT_A02", f"{self.name}-{number}", patient, minute=number, movement=ward, sender=self.name
        )

    def patients(self) -> set[str]:
        return {f"{self._first + number:08}" for number in range(min(PATIENTS_EACH, self.acknowledged))}

    def work(self, port: int) -> None:
        """Go on until the gateway is gone."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 10) as line:
            while True:
                if self.acknowledged % 100 == 50:
                    assert ask(line, POISON[0]) == "AR"
                code = ask(line, self.message(self.acknowledged))
                assert code == "AA", code
                self.acknowledged += 1


def ask(line: socket.socket, message: bytes) -> str:
    """Send one message; return the code of its answer. Raises OSError when there is none."""
    line.sendall(b"\x0b" + message + b"\x1c\r")
    answer = b""
    while not answer.endswith(b"\x1c\r"):
        piece = line.recv(4096)
        if not piece:
            raise OSError
        answer += piece
    return answer.partition(b"\rMSA|")[2][:2].decode()


def one_life(site: Gateway, senders: list[Sender], chance: random.Random) -> None:
    """Start the gateway, let all send, kill it; at times before it even listens."""
    if site.port and chance.random() < 0.2:
        site.begin()
        time.sleep(chance.uniform(0, 2))
        site.kill()
        return
    port = site.start()
    at_work = [threading.Thread(target=sender.work, args=(port,)) for sender in senders]
    for thread in at_work:
        thread.start()
    time.sleep(chance.uniform(0, 1))
    site.kill()
    for thread in at_work:
        thread.join(20)
        assert not thread.is_alive()


def look(site: Gateway, senders: list[Sender]) -> None:
    """The dump is right at the first try, and so is the inbox behind it."""
    found = site.patients()
    for sender in senders:
        assert sender.patients() <= found.keys()
        stays = [
            [int(stay["id"].partition("-")[2]) for stay in row["movements"]]
            for ipp, row in found.items()
            if ipp.startswith(f"{int(sender.name[1:]):05}")
        ]
        assert all(numbers == sorted(numbers) for numbers in stays)
        right(sorted(number for numbers in stays for number in numbers), sender)
    kept = inbox(site)
    for sender in senders:
        right(kept.get(sender.name, []), sender)


def right(numbers: list[int], sender: Sender) -> None:
    """Everything acknowledged once and in order; at most the message whose answer was cut off beyond it."""
    assert numbers == list(range(len(numbers)))
    assert sender.acknowledged <= len(numbers) <= sender.acknowledged + 1


def inbox(site: Gateway) -> dict[str, list[int]]:
    """Return the numbers of each sender's messages, in the order in which they are kept."""
    vault = Vault.visit(site.profile, site.secret.read_text().strip(), Terms("off"))
    kept: dict[str, list[int]] = {}
    try:
        seq = 0
        while messages := vault.inbox.after(seq).result():
            for message in messages:
                name, number = CONTROL_ID.search(message.raw).groups()
                kept.setdefault(name.decode(), []).append(int(number))
            seq = messages[-1].seq
    finally:
        vault.lock()
    return kept


def survives(folder, rounds: int, look_every: int, chance: random.Random) -> None:
    senders = [Sender(number) for number in range(1, 5)]
    with gateway(folder) as site:
        for number in range(1, rounds + 1):
            one_life(site, senders, chance)
            if number % look_every == 0:
                look(site, senders)
        look(site, senders)
        said = site.said.read_bytes()
    assert sum(sender.acknowledged for sender in senders) > rounds
    assert b"Traceback" not in said
    assert b"ESSAI" not in said


def test_thirty_kills(tmp_path):
    survives(tmp_path, 30, 6, random.Random(30))


@pytest.mark.long
def test_a_thousand_kills(tmp_path):
    survives(tmp_path, 1000, 20, random.Random(1000))
