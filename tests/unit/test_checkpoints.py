"""Checkpoints leave the machine: when they are due, where they go, what a missing share does."""

from __future__ import annotations

import socket
import threading
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.checkpoints import EVERY_MS, EVERY_ROWS, Checkpoints, Writer, bring, file_name
from media.errors import ProtocolError, TrustError
from media.keys.checkpoint import Checkpoint
from media.keys.sign import Signer
from storage.audit import Anchor
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault

NOW = 1_790_000_000_000
KEY = Signer.generate()
SESSION = SimpleNamespace(cert_hash=b"h" * 32, sign=KEY.sign)


def head(seq):
    return Anchor(seq, seq.to_bytes(32, "big"))


def lines(folder):
    path = folder / file_name(SESSION.cert_hash)
    return [Checkpoint.parse(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def test_one_is_due_every_thousand_rows_or_five_minutes_and_at_the_lock(tmp_path):
    writer = Writer(SESSION, [str(tmp_path)])
    steps = [
        (Anchor(), 0, False, 0),
        (head(1), 0, False, 1),
        (head(1), EVERY_MS * 2, False, 1),
        (head(EVERY_ROWS), 1000, False, 1),
        (head(EVERY_ROWS + 1), 2000, False, 2),
        (head(EVERY_ROWS + 2), 3000, False, 2),
        (head(EVERY_ROWS + 2), EVERY_MS + 2000, False, 3),
        (head(EVERY_ROWS + 3), EVERY_MS + 3000, False, 3),
        (head(EVERY_ROWS + 3), EVERY_MS + 3000, True, 4),
        (head(EVERY_ROWS + 3), EVERY_MS + 3000, True, 4),
        (head(EVERY_ROWS + 4), -EVERY_MS, False, 5),  # the clock was set back
    ]
    for anchor, later_ms, last, written in steps:
        assert writer.look(anchor, NOW + later_ms, at_once=last)
        assert len(lines(tmp_path)) == written
    for point in lines(tmp_path):
        point.verify(KEY.public)
        assert point.device == SESSION.cert_hash
    assert lines(tmp_path)[-1].seq == EVERY_ROWS + 4


def test_a_missing_share_is_tried_again_and_the_other_place_still_served(tmp_path):
    gone, there = tmp_path / "gone", tmp_path / "there"
    there.mkdir()
    writer = Writer(SESSION, [str(gone), str(there)])
    assert not writer.look(head(1), NOW)
    assert len(lines(there)) == 1
    assert not writer.look(head(1), NOW + 1000)
    assert len(lines(there)) == 1
    gone.mkdir()
    assert writer.look(head(1), NOW + 2000)
    assert [point.seq for point in lines(gone)] == [1]


def test_a_syslog_gets_it_over_udp_and_tcp():
    point = Checkpoint.make(b"h" * 32, (7, b"c" * 32), NOW, KEY.sign)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(5)
        bring(f"syslog://127.0.0.1:{udp.getsockname()[1]}", point)
        packet = udp.recv(4096)
    with socket.create_server(("127.0.0.1", 0)) as server:
        bring(f"syslog+tcp://127.0.0.1:{server.getsockname()[1]}", point)
        connection, _ = server.accept()
        with connection:
            framed = connection.makefile("rb").read()
    length, _, rest = framed.partition(b" ")
    assert int(length) == len(rest)
    for text in (packet, rest):
        assert text.startswith(b"<109>1 2026-09-21T")
        assert Checkpoint.parse(text[text.index(b"{") :]) == point


@pytest.mark.parametrize(
    "place", ["syslog://", "syslog://127.0.0.1:99999", "syslog+tcp://127.0.0.1:1", "\x00"]
)
def test_a_place_that_is_none_is_a_failure_not_a_crash(place):
    assert not Writer(SESSION, [place]).look(head(1), NOW)


@pytest.fixture
def vault(tmp_path):
    vault, _ = Vault.create(tmp_path / "profile", "x", Terms("off", OsKeyring(), KdfCost(1, 8)))
    yield vault
    vault.lock()


def test_the_lock_leaves_a_last_one_though_the_vault_shuts_at_once(vault, tmp_path):
    share = tmp_path / "share"
    share.mkdir()
    checkpoints = Checkpoints(lambda: NOW)
    checkpoints.open(vault.audit, SESSION, [str(share)])
    vault.audit.record(NOW, b"u", "lock").result()
    checkpoints.close()
    expected = vault.audit.head().result()
    vault.lock()
    ended()
    (point,) = lines(share)
    assert (point.seq, point.chain) == (expected.seq, expected.chain)


def test_a_failing_place_is_said(vault, tmp_path):
    said = []
    checkpoints = Checkpoints(lambda: NOW)
    checkpoints.failing.subscribe(said.append)
    vault.audit.record(NOW, b"u", "act").result()
    checkpoints.open(vault.audit, SESSION, [str(tmp_path / "gone")])
    checkpoints.close()
    ended()
    assert said == [True]


def ended():
    for thread in threading.enumerate():
        if thread.name == "checkpoints":
            thread.join(30)


def test_a_checkpoint_changed_anywhere_is_refused():
    point = Checkpoint.make(b"h" * 32, (7, b"c" * 32), NOW, KEY.sign)
    Checkpoint.parse(point.line).verify(KEY.public)
    for old, new in (
        ('"seq": 7', '"seq": 6'),
        ('"chain": "63', '"chain": "64'),
        ('"time_ms": 179', '"time_ms": 178'),
    ):
        assert old in point.line
        with pytest.raises(TrustError):
            Checkpoint.parse(point.line.replace(old, new)).verify(KEY.public)


@given(st.binary(max_size=2000) | st.text(max_size=500).map(str.encode))
def test_any_line_is_a_checkpoint_or_refused(line):
    with pytest.raises(ProtocolError):
        Checkpoint.parse(line)


json_things = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=70) | st.lists(st.integers(), max_size=3)
)


@given(st.sampled_from(["device", "seq", "chain", "time_ms", "signature"]), json_things)
def test_a_field_of_another_kind_is_refused(field, thing):
    import json

    point = Checkpoint.make(b"h" * 32, (7, b"c" * 32), NOW, KEY.sign)
    row = json.loads(point.line) | {field: thing}
    try:
        found = Checkpoint.parse(json.dumps(row))
    except ProtocolError:
        return
    assert found != point
    with pytest.raises(TrustError):
        found.verify(KEY.public)
