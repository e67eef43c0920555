from __future__ import annotations

import io
import os
import struct
import threading

import pytest

from media.engine import messages as m
from media.engine import pipe
from media.errors import ProtocolError


def anchor(certificates: int) -> m.TrustAnchor:
    return m.TrustAnchor(
        org=bytes(16),
        roots=[(bytes(32), bytes(1952))],
        issuers=[bytes(7000)],
        certificates=[os.urandom(7000)] * certificates,
        revoked=[],
    )


def join(certificates: int = 1) -> m.Join:
    return m.Join(
        relay_host="127.0.0.1", relay_port=1, tag=bytes(16), secret=bytes(16), invite_hash=bytes(32),
        certificate=bytes(7000), trust=anchor(certificates),
    )  # fmt: skip


def test_what_is_said_is_what_is_heard():
    said = [
        join(),
        m.Tiles(tiles=[m.Tile(index=1, slot=2, stream=3, width=240, height=136, fit=True)]),
        m.Camera(on=True, device="file:/x y.mp4"),
        m.Ceiling(up_kbps=300),
        m.AskCode(),
        m.Point(sharer=1, x=0, y=9),
    ]
    stream = io.BytesIO(b"".join(pipe.pack(message, pipe.MOST_FROM_WINDOW) for message in said))
    assert list(pipe.read_from_window(stream)) == said


def test_every_message_of_the_engine_is_understood_by_the_window():
    device = m.Device(id="a", name="Caméra")
    said = [
        m.Ready(version="CSL1"),
        m.SignPlease(request=1, body=b"x"),
        m.Phase(phase="in-call", is_host=True),
        m.Lobby(waiting=[m.Knocker(knock=1, name="N", role="doctor", specialty="", trust="guest", since_ms=1)]),
        m.Roster(
            n=3,
            people=[
                m.Person(
                    member=b"m", slot=1, name="N", role="r", specialty="s", trust="verified", state=3, live=True,
                    host=False, me=True,
                )
            ],
        ),
        m.Speaking(slots=[1], level=0.5),
        m.Code(state="ready", digits="12345678"),
        m.ChatLine(slot=1, name="N", text="é", at_ms=5),
        m.Pointed(slot=1, sharer=2, x=3, y=65_535),
        m.Fresh(boxes=[1, 2]),
        m.Trouble(code="fork"),
        m.Devices(cameras=[device], microphones=[], speakers=[], screens=[], windows=[]),
        m.HostAsked(what="mute", name="Dr Iris Vanel"),
        m.Admitted(user=bytes(16)),
        m.DeviceState(kind="camera", on=False, code="busy"),
        m.Figures(streams=[], rekeys=0, rtt_ms=1.0, up_kbps=1, down_kbps=1),
    ]  # fmt: skip
    assert {type(message) for message in said} == set(m.ToWindow.__args__)
    stream = io.BytesIO(b"".join(pipe.pack(message, pipe.MOST_FROM_ENGINE) for message in said))
    assert list(pipe.read_from_engine(stream)) == said


def test_a_trust_anchor_with_four_hundred_certificates_passes_from_the_window_only():
    large = join(400)
    stream = io.BytesIO(pipe.pack(large, pipe.MOST_FROM_WINDOW))
    assert list(pipe.read_from_window(stream)) == [large]
    with pytest.raises(ProtocolError):
        pipe.pack(large, pipe.MOST_FROM_ENGINE)


@pytest.mark.parametrize("read", [pipe.read_from_window, pipe.read_from_engine])
def test_a_length_above_the_limit_is_refused_before_it_is_read(read):
    stream = io.BytesIO(struct.pack("<I", 0xFFFF_FFFF) + bytes(100))
    with pytest.raises(ProtocolError):
        next(read(stream))
    assert stream.tell() == 4


def test_a_message_cut_by_death_is_the_end_not_an_error():
    whole = pipe.pack(m.AskCode(), 100)
    for cut in range(len(whole)):
        assert list(pipe.read_from_window(io.BytesIO(whole[:cut]))) == []


def test_the_engine_cannot_say_what_only_the_window_says():
    with pytest.raises(ProtocolError):
        next(pipe.read_from_engine(io.BytesIO(pipe.pack(join(), pipe.MOST_FROM_WINDOW)[:60_000])))
    with pytest.raises(ProtocolError):
        next(pipe.read_from_engine(io.BytesIO(pipe.pack(m.Leave(end=True), 100))))


def test_wrong_types_are_refused():
    body = b"\x82\xa4type\xa5Leave\xa3end\xa3yes"
    with pytest.raises(ProtocolError):
        next(pipe.read_from_window(io.BytesIO(struct.pack("<I", len(body)) + body)))


def test_sending_never_waits_for_a_reader_that_does_not_read():
    read, write = os.pipe()
    broken = threading.Event()
    outbox = pipe.Outbox(os.fdopen(write, "wb"), 4096, broken.set)
    for _ in range(pipe.MOST_WAITING * 2):
        outbox.put(m.Chat(text="x" * 1000))
    assert broken.is_set()
    os.close(read)
    outbox.close()


def test_a_dead_reader_is_noticed():
    read, write = os.pipe()
    os.close(read)
    broken = threading.Event()
    outbox = pipe.Outbox(os.fdopen(write, "wb"), 4096, broken.set)
    outbox.put(m.AskCode())
    assert broken.wait(30)


def test_secrets_do_not_show_in_the_error_of_a_bad_message():
    body = b"\x82\xa4type\xa4Join\xa6secret\xa9hunter2!!"
    with pytest.raises(ProtocolError) as refused:
        next(pipe.read_from_window(io.BytesIO(struct.pack("<I", len(body)) + body)))
    assert "hunter2" not in str(refused.value)
