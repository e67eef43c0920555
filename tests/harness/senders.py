"""Senders of HL7 that outlive who listens: what they were promised must be there afterwards, once and in order."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from tests.harness.adt import POISON, adt

if TYPE_CHECKING:
    import random

    from storage.vault import Vault

PATIENTS_EACH = 5
WARDS = ("2101", "2102", "2103")
CONTROL_ID = re.compile(rb"\|(S\d)-(\d+)\|T\|")


class Listener(Protocol):
    """A process that listens."""

    port: int

    def begin(self) -> None: ...
    def start(self) -> int: ...
    def kill(self) -> None: ...


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

    def patients(self) -> list[str]:
        return [f"{self._first + number:08}" for number in range(PATIENTS_EACH)]

    def work(self, port: int) -> None:
        """Go on until nobody listens any more."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 10) as line:
            while True:
                if self.acknowledged % 100 == 50:
                    assert persist(line, POISON[0]) == "AR"
                code = persist(line, self.message(self.acknowledged))
                assert code == "AA", code
                self.acknowledged += 1


def persist(line: socket.socket, message: bytes) -> str:
    """Send one message until its answer is not "later", as senders do; return the code of that."""
    while (code := ask(line, message)) == "AE":
        pass
    return code


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


def live(site: Listener, senders: list[Sender], chance: random.Random) -> None:
    """Start the listener, let all send, kill it; at times before it even listens."""
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
        thread.join(60)
        assert not thread.is_alive()


def check(found: dict[str, dict[str, Any]], vault: Vault, senders: list[Sender]) -> None:
    """Hold what the admin's dump *found*, and the inbox, against what was acknowledged."""
    kept = _inbox(vault)
    for sender in senders:
        rows = [found[ipp] for ipp in sender.patients() if ipp in found]
        stays = [[int(stay["id"].partition("-")[2]) for stay in row["movements"]] for row in rows]
        assert all(numbers == sorted(numbers) for numbers in stays)
        _right(sorted(number for numbers in stays for number in numbers), sender)
        _right(kept.get(sender.name, []), sender)


def _right(numbers: list[int], sender: Sender) -> None:
    """Everything acknowledged once and in order; beyond it at most the message whose answer was cut off."""
    assert numbers == list(range(len(numbers)))
    assert sender.acknowledged <= len(numbers) <= sender.acknowledged + 1


def _inbox(vault: Vault) -> dict[str, list[int]]:
    """Return the numbers of each sender's messages, in the order in which they are kept."""
    kept: dict[str, list[int]] = {}
    seq = 0
    while messages := vault.inbox.after(seq).result():
        for message in messages:
            name, number = CONTROL_ID.search(message.raw).groups()
            kept.setdefault(name.decode(), []).append(int(number))
        seq = messages[-1].seq
    return kept
