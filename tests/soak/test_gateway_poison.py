"""Frames of every kind of nonsense at a real gateway: each is answered, it lives, and it does not grow."""

from __future__ import annotations

import itertools
import random
import socket
from pathlib import Path

import pytest

from tests.harness.adt import POISON, adt
from tests.harness.gateway import gateway
from tests.harness.senders import ask

AT_ONCE = 50
CODES = {b"AA", b"AR", b"CA", b"CR"}
MARKS = bytes.maketrans(b"\x0b\x1c", b"\x0c\x1d")
GROWTH_MB = 200


def spoilt(chance: random.Random, number: int) -> bytes:
    """Return a message with some of it changed, cut, repeated or blown up; never the marks of a frame."""
    if chance.random() < 0.1:
        return chance.choice(POISON)
    raw = bytearray(
        adt("A01^ADT_A01", f"F{number % 997}", number % 50, minute=number % 5000, movement="2101")
    )
    for _ in range(chance.randint(0, 6)):
        at = chance.randrange(len(raw) or 1)
        match chance.randrange(5):
            case 0:
                raw[at : at + 1] = chance.randbytes(1)
            case 1:
                del raw[at : at + chance.randint(1, 200)]
            case 2:
                raw[at:at] = raw[at : at + chance.randint(1, 100)] * chance.randint(1, 20)
            case 3:
                raw[at:at] = chance.choice(
                    (b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b'""', b"\x00", b"\\X")
                ) * chance.randint(1, 50)
            case 4:
                raw = raw[at:]
    return bytes(raw).translate(MARKS)


def memory_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def poison(folder, frames: int, seed: int) -> None:
    chance, numbers = random.Random(seed), itertools.count()
    with gateway(folder) as site:
        port = site.start()
        with socket.create_connection(("127.0.0.1", port), 10) as line:
            pour(line, chance, numbers, 1000)
            before = memory_mb(site.process.pid)
            pour(line, chance, numbers, frames - 1000)
            assert ask(line, adt("A28^ADT_A05", "last", 99_999)) == "AA"
        noise(port, chance)
        assert memory_mb(site.process.pid) - before < GROWTH_MB
        assert "00099999" in site.patients()
        assert site.stop() == 0
        assert b"Traceback" not in site.said.read_bytes()


def pour(line: socket.socket, chance: random.Random, numbers, count: int) -> None:
    """Send *count* frames, some at once; an answer each, in time and of a known kind."""
    for _ in range(count // AT_ONCE):
        line.sendall(b"".join(b"\x0b" + spoilt(chance, next(numbers)) + b"\x1c\r" for _ in range(AT_ONCE)))
        answers = b""
        while answers.count(b"\x1c\r") < AT_ONCE:
            piece = line.recv(1 << 16)
            assert piece, "the connection was closed"
            answers += piece
        codes = [answer.partition(b"\rMSA")[2][1:3] for answer in answers.split(b"\x1c\r")[:-1]]
        assert len(codes) == AT_ONCE
        assert set(codes) <= CODES, set(codes) - CODES


def noise(port: int, chance: random.Random) -> None:
    """Send bytes that are no frames at all, on connections of their own."""
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port), 10) as line:
            line.sendall(chance.randbytes(chance.randint(1, 5000)))


def test_two_thousand_poisoned_frames(tmp_path):
    poison(tmp_path, 2000, 1)


@pytest.mark.long
def test_a_million_poisoned_frames(tmp_path):
    poison(tmp_path, 1_000_000, 2)
