"""kill -9 in the middle of sends and receives: what was said to be kept is there once, in order, and fits together."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage.vault import Vault

ROOT = Path(__file__).parents[3]
BUSY = """
import sys
from pathlib import Path
from storage.messages.posting import Arrival, NewFile, NewLetter, NewMessage, Target
from storage.messages.records import FileState, State, ThreadKind
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault
vault = Vault.unlock(Path(sys.argv[1]), "mot de passe", Terms("off", OsKeyring(), KdfCost(1, 8)))
mail, CONV, ME, PAUL = vault.mail, b"c" * 16, b"a" * 16, b"p" * 16
thread = mail.write(lambda m: m.threads.begin(CONV, ThreadKind.DIRECT, [PAUL])).result()
first = mail.read(lambda m: len(m.messages.page(thread, limit=10**6))).result()


def send(number):
    def act(m):
        new = NewMessage(thread, b"s%15d" % number, ME, own=True, sent_ms=number, at_ms=number, text=f"parti {number}", state=State.DRAWN)
        message = m.messages.add(new)
        header = m.chains.next(CONV, lambda link: (b"%d" % link.seq, b"%32d" % link.seq))
        letter = NewLetter(new.msg_id, 1, CONV, header, message=message)
        return m.outbox.add(letter, [Target(PAUL, b"d1"), Target(PAUL, b"d2")], number)
    return mail.write(act)


def pump(now):
    parcels = mail.read(lambda m: m.outbox.due(now)).result()
    return mail.write(lambda m: m.outbox.sent([one.id for one in parcels], now, now + 1000))


def receive(number):
    file = NewFile("a", "b", 8, FileState.HERE, b"k" * 32)
    def act(m):
        known = m.chains.known(b"d1", b"x" * 16)
        arrival = Arrival(PAUL, b"d1", CONV, b"r%15d" % number, b"x" * 16, known.seq, b"h", b"", number)
        if m.inflow.take(arrival):
            new = NewMessage(thread, arrival.msg_id, PAUL, own=False, sent_ms=number, at_ms=number, text=f"venu {number}", read=False,
                             files=(file,) if number % 3 == 0 else ())
            message = m.messages.add(new)
            return [m.files.place(one.id) for one in m.messages.get(message).files]
        return []
    for name in mail.write(act).result():
        mail.shelf.write(name, 0, b"sealed %d" % number)


print("go", flush=True)
for number in range(first, first + 10**6):
    asked = [send(number), pump(number)]
    receive(number)
    receive(number)
    for one in asked:
        one.result()
    print(number, flush=True)
"""


def kills(vault, folder: Path, terms, rounds: int, chance: random.Random) -> None:
    vault.lock()
    acknowledged: set[int] = set()
    for _ in range(rounds):
        process = subprocess.Popen(
            [sys.executable, "-c", BUSY, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        assert process.stdout.readline() == "go\n"
        time.sleep(chance.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged |= {int(line) for line in rest.split("\n")[:-1]}
        opened = Vault.unlock(folder, "mot de passe", terms)
        assert not opened.mail_read_only
        fits(opened.mail, acknowledged)
        opened.lock()


def fits(mail, acknowledged: set[int]) -> None:
    """Everything acknowledged is there, once; each half of what belongs together has the other."""
    mail.tidy().result()
    (thread,) = mail.read(lambda m: m.threads.all()).result()
    messages = mail.read(lambda m: m.messages.page(thread.id, limit=10**6)).result()
    texts = [one.text for one in messages]
    assert len(texts) == len(set(texts))
    assert set(texts) >= {f"{word} {number}" for number in acknowledged for word in ("parti", "venu")}
    assert thread.unread == sum(not one.read for one in messages)
    sent = [one.id for one in messages if one.own]
    letters = [mail.read(lambda m, one=one: m.outbox.of_message(one)).result() for one in sent]
    assert [letter.header for (letter,) in letters] == [b"%d" % seq for seq in range(len(sent))]
    came = [one for one in messages if not one.own]
    known = mail.read(lambda m: m.chains.known(b"d1", b"x" * 16)).result()
    assert (known.seq, known.gaps) == (len(came), ())
    assert len(mail.read(lambda m: m.inflow.owed(10**6)).result()) == len(came)
    assert len(mail.read(lambda m: m.search.find("venu", limit=10**6)).result()) == len(came)
    assert mail.shelf.names() == mail.read(lambda m: m.files.on_shelf()).result()


def test_sends_and_receives_killed_at_random(vault, folder, terms):
    kills(vault, folder, terms, 4, random.Random(6))


@pytest.mark.long
def test_sends_and_receives_killed_two_hundred_times(vault, folder, terms):
    kills(vault, folder, terms, 200, random.Random(7))
