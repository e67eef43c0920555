"""Frames against relay and insiders: every field, every swap, every replay."""

from __future__ import annotations

import copy
import hashlib
import os
import pickle

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from media.errors import MediaError, TrustError
from media.keys import cbor, frames, seal, sframe
from media.keys.frames import CounterReused, Opener, Sealer
from media.keys.sign import Signer
from media.wire import CAMERA, CONTROL, FLAG_KEY, FLAG_RETRANSMIT, FLAG_VOICE, SCREEN, THUMBNAIL, VOICE

CALL, M, OTHER_M = b"c" * 16, b"m" * 32, b"o" * 32
BASE = b"b" * 32
N = 300


class Member:
    """One sender and one who hears it."""

    def __init__(self, m: bytes = M, call: bytes = CALL, base: bytes = BASE, n: int = N) -> None:
        self.key = Signer.generate()
        self.sealer = Sealer(call, m, self.key)
        self.sealer.set_base(n, base)
        self.opener = self.heard_as(m, call, base, n)

    def heard_as(self, m: bytes = M, call: bytes = CALL, base: bytes = BASE, n: int = N) -> Opener:
        opener = Opener(call, m, self.key.public)
        opener.set_base(n, base)
        return opener


@pytest.fixture
def member() -> Member:
    return Member()


def refused(code, opener, stream, flags, frame, data, **checked):
    with pytest.raises(TrustError) as error:
        opener.open(stream, flags, frame, data, **checked)
    assert error.value.code == code


def always(monkeypatch, byte):
    monkeypatch.setattr(frames.os, "urandom", lambda size: bytes((byte,)) * size)


NEVER_SAMPLED, SAMPLED = 1, 0


# --- what is said arrives ---------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [CONTROL, VOICE, THUMBNAIL, CAMERA, SCREEN])
def test_a_frame_arrives_and_numbers_run_from_zero(member, stream):
    for number in range(30):
        payload = bytes((number,)) * number
        frame, data = member.sealer.seal(stream, FLAG_VOICE, payload)
        assert frame == number
        assert member.opener.open(stream, FLAG_VOICE, frame, data, check=True) == payload


def test_the_signed_text_is_the_array_of_the_protocol(member):
    frame, data = member.sealer.seal(VOICE, FLAG_VOICE, b"payload")
    key = sframe.Key(seal.hkdf(BASE, ["CSL1/stream", CALL, M, VOICE]), N)
    kid, counter, start = sframe.parse_header(data)
    assert (kid, counter) == (N, frame) == (frames.kid(data), 0)
    text = key.decrypt(counter, data, start, CALL + M + bytes((VOICE, FLAG_VOICE)))
    fields = ["CSL1/frame", CALL, M, VOICE, N, frame, FLAG_VOICE, hashlib.sha256(b"payload").digest()]
    assert text == b"payload" + member.key.sign(cbor.encode(fields))


def test_hop_flags_do_not_matter(member):
    frame, data = member.sealer.seal(VOICE, FLAG_VOICE | FLAG_RETRANSMIT, b"x")
    assert member.opener.open(VOICE, FLAG_VOICE | FLAG_RETRANSMIT | 0x80, frame, data) == b"x"


def test_numbers_go_on_after_a_rekey(member):
    member.sealer.seal(VOICE, 0, b"before")
    member.sealer.set_base(N + 1, b"r" * 32)
    frame, data = member.sealer.seal(VOICE, 0, b"after")
    assert frame == 1
    refused("key-missing", member.opener, VOICE, 0, frame, data)
    member.opener.set_base(N + 1, b"r" * 32)
    assert member.opener.open(VOICE, 0, frame, data) == b"after"


# --- bits, flags, streams, senders ------------------------------------------------------------------------


def test_every_flipped_bit_of_a_frame_is_refused(member):
    frame, data = member.sealer.seal(THUMBNAIL, 0, b"picture")
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(TrustError):
            member.opener.open(THUMBNAIL, 0, frame, bytes(flipped))
    assert member.opener.open(THUMBNAIL, 0, frame, data) == b"picture"


@pytest.mark.parametrize("size", [0, 1, 2, 5, 6, 20, -1])
def test_a_cut_frame_is_refused(member, size):
    frame, data = member.sealer.seal(VOICE, 0, b"speech")
    refused("frame-undecryptable", member.opener, VOICE, 0, frame, data[:size])


@pytest.mark.parametrize("flags", [0, FLAG_VOICE, FLAG_KEY | FLAG_VOICE])
def test_a_changed_flag_is_refused(member, flags):
    frame, data = member.sealer.seal(CAMERA, FLAG_KEY, b"picture")
    refused("frame-undecryptable", member.opener, CAMERA, flags, frame, data)


@pytest.mark.parametrize("stream", [CONTROL, THUMBNAIL, SCREEN, 5, 255, 256])
def test_a_swapped_stream_is_refused(member, stream):
    frame, data = member.sealer.seal(CAMERA, 0, b"picture")
    refused("frame-undecryptable", member.opener, stream, 0, frame, data)


def test_a_swapped_sender_is_refused_even_with_the_same_base(member):
    frame, data = member.sealer.seal(VOICE, 0, b"speech")
    refused("frame-undecryptable", member.heard_as(m=OTHER_M), VOICE, 0, frame, data)


def test_a_frame_of_a_past_call_is_refused(member):
    frame, data = member.sealer.seal(VOICE, 0, b"speech")
    refused("frame-undecryptable", member.heard_as(call=b"C" * 16), VOICE, 0, frame, data)


def test_a_relay_that_renumbers_is_refused(member):
    _, data = member.sealer.seal(VOICE, 0, b"speech")
    refused("frame-undecryptable", member.opener, VOICE, 0, 1, data)


@pytest.mark.parametrize("n", [0, 7, 8, N - 1, N + 1, 2**40])
def test_a_false_kid_is_refused(member, n):
    frame, data = member.sealer.seal(VOICE, 0, b"speech")
    _, _, start = sframe.parse_header(data)
    refused("key-missing", member.opener, VOICE, 0, frame, sframe.header(n, frame) + data[start:])


def test_a_false_kid_that_exists_is_refused_too(member):
    member.opener.set_base(N + 1, b"r" * 32)
    frame, data = member.sealer.seal(VOICE, 0, b"speech")
    _, _, start = sframe.parse_header(data)
    refused("frame-undecryptable", member.opener, VOICE, 0, frame, sframe.header(N + 1, frame) + data[start:])


@pytest.mark.parametrize(
    "header", ["80 01 00", "08 01", "88 0000 01", "90 0001 00", "90 0009", "f0", "ff" + "01" * 15]
)
def test_a_longer_spelling_of_a_header_is_refused(member, header):
    refused("frame-undecryptable", member.opener, VOICE, 0, 0, bytes.fromhex(header) + bytes(100))


# --- replay -----------------------------------------------------------------------------------------------


def test_a_replay_is_refused(member):
    sent = [member.sealer.seal(VOICE, 0, b"x") for _ in range(3)]
    for frame, data in sent:
        member.opener.open(VOICE, 0, frame, data)
    for frame, data in sent:
        refused("replay", member.opener, VOICE, 0, frame, data)


def test_late_frames_pass_within_the_window_and_once(member):
    sent = [member.sealer.seal(VOICE, 0, b"x") for _ in range(frames.WINDOW + 1)]
    member.opener.open(VOICE, 0, *sent[-1])
    refused("replay", member.opener, VOICE, 0, *sent[0])
    for late in (sent[1], sent[500], sent[-2]):
        assert member.opener.open(VOICE, 0, *late) == b"x"
        refused("replay", member.opener, VOICE, 0, *late)


def test_a_jump_beyond_the_window_forgets_nothing_new(member):
    sent = [member.sealer.seal(VOICE, 0, b"x") for _ in range(3 * frames.WINDOW)]
    member.opener.open(VOICE, 0, *sent[0])
    member.opener.open(VOICE, 0, *sent[-1])
    refused("replay", member.opener, VOICE, 0, *sent[0])
    refused("replay", member.opener, VOICE, 0, *sent[2 * frames.WINDOW - 1])
    assert member.opener.open(VOICE, 0, *sent[2 * frames.WINDOW]) == b"x"


def test_a_forged_frame_does_not_move_the_window(member):
    frame, data = member.sealer.seal(VOICE, 0, b"x")
    refused("frame-undecryptable", member.opener, VOICE, 0, frame, data[:-1] + bytes((data[-1] ^ 1,)))
    assert member.opener.open(VOICE, 0, frame, data) == b"x"


def test_a_dropped_key_never_comes_back(member):
    """The relay holds a frame back until its key is dropped, then replays the key message too."""
    frame, data = member.sealer.seal(VOICE, 0, b"x")
    member.opener.drop(N)
    refused("replay", member.opener, VOICE, 0, frame, data)
    with pytest.raises(TrustError, match="replay"):
        member.opener.set_base(N, BASE)
    with pytest.raises(TrustError, match="replay"):
        member.opener.set_base(N - 1, BASE)


def test_a_second_base_for_a_roster_is_refused(member):
    with pytest.raises(TrustError, match="replay"):
        member.opener.set_base(N, b"r" * 32)


def test_bases_are_bounded(member):
    for n in range(N + 1, N + 1 + frames.MAX_BASES):
        member.opener.set_base(n, BASE)
    refused("replay", member.opener, VOICE, 0, *member.sealer.seal(VOICE, 0, b"x"))


# --- counters ---------------------------------------------------------------------------------------------


def test_a_counter_is_never_used_twice(member):
    numbers = [member.sealer.seal(VOICE, 0, b"x")[0] for _ in range(100)]
    assert numbers == list(range(100))
    member.sealer._next[VOICE] = frames.MAX_FRAMES
    with pytest.raises(CounterReused):
        member.sealer.seal(VOICE, 0, b"x")


def test_going_back_to_a_base_raises(member):
    for n in (N, N - 1):
        with pytest.raises(CounterReused):
            member.sealer.set_base(n, b"r" * 32)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_sealer_is_never_copied(member, copied):
    with pytest.raises(CounterReused):
        copied(member.sealer)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_twin_cannot_seal(member):
    member.sealer.seal(VOICE, 0, b"x")
    child = os.fork()
    if child == 0:
        try:
            member.sealer.seal(VOICE, 0, b"y")
        except CounterReused:
            os._exit(42)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
    assert member.sealer.seal(VOICE, 0, b"y")[0] == 1


def test_a_sealer_without_a_base_seals_nothing():
    with pytest.raises(MediaError):
        Sealer(CALL, M, Signer.generate()).seal(VOICE, 0, b"x")


# --- insiders ---------------------------------------------------------------------------------------------


def forged_by_insider(
    payload: bytes, stream: int, flags: int = 0, frame: int = 0, signature: bytes = bytes(64)
) -> bytes:
    """Any member holds every base: it can encrypt as another, yet not sign as another."""
    key = sframe.Key(seal.hkdf(BASE, ["CSL1/stream", CALL, M, stream]), N)
    return key.encrypt(frame, payload + signature, CALL + M + bytes((stream, flags)))


@pytest.mark.parametrize("stream", [CONTROL, VOICE, SCREEN])
def test_an_insiders_frame_is_refused_where_it_counts(member, monkeypatch, stream):
    always(monkeypatch, NEVER_SAMPLED)
    refused("frame-forged", member.opener, stream, 0, 0, forged_by_insider(b"pT1N0", stream))
    assert member.opener.failing


@pytest.mark.parametrize("stream", [THUMBNAIL, CAMERA])
def test_an_insiders_key_frame_is_refused(member, monkeypatch, stream):
    always(monkeypatch, NEVER_SAMPLED)
    refused("frame-forged", member.opener, stream, FLAG_KEY, 0, forged_by_insider(b"face", stream, FLAG_KEY))


def test_other_pictures_are_sampled_and_all_verified_after_one_failure(member, monkeypatch):
    always(monkeypatch, NEVER_SAMPLED)
    assert member.opener.open(CAMERA, 0, 0, forged_by_insider(b"face", CAMERA)) == b"face"
    refused(
        "frame-forged", member.opener, CAMERA, 0, 1, forged_by_insider(b"face", CAMERA, frame=1), check=True
    )
    refused("frame-forged", member.opener, CAMERA, 0, 2, forged_by_insider(b"face", CAMERA, frame=2))


def test_one_picture_in_eight_is_verified():
    member, caught = Member(), 0
    for frame in range(2000):
        opener = member.heard_as()
        try:
            opener.open(CAMERA, 0, frame, forged_by_insider(b"face", CAMERA, frame=frame))
        except TrustError:
            caught += 1
    assert 150 < caught < 350


def test_a_sampled_picture_is_verified(member, monkeypatch):
    always(monkeypatch, SAMPLED)
    refused("frame-forged", member.opener, THUMBNAIL, 0, 0, forged_by_insider(b"face", THUMBNAIL))


@pytest.mark.parametrize("size", [0, 1, 63])
def test_a_frame_too_short_for_a_signature_is_forged(member, monkeypatch, size):
    always(monkeypatch, NEVER_SAMPLED)
    refused(
        "frame-forged", member.opener, CAMERA, 0, 0, forged_by_insider(b"", CAMERA, signature=bytes(size))
    )


def test_an_insider_cannot_reuse_a_true_signature(member):
    """A signature says call, member, stream, KID, number, flags and payload: nothing of it can be moved."""
    frame, data = member.sealer.seal(VOICE, 0, b"yes")
    key = sframe.Key(seal.hkdf(BASE, ["CSL1/stream", CALL, M, VOICE]), N)
    _, _, start = sframe.parse_header(data)
    signature = key.decrypt(frame, data, start, CALL + M + bytes((VOICE, 0)))[-64:]
    for stream, flags, number, payload in (
        (SCREEN, 0, 0, b"yes"),
        (VOICE, FLAG_VOICE, 0, b"yes"),
        (VOICE, 0, 1, b"yes"),
        (VOICE, 0, 0, b"yes!"),
    ):
        forged = forged_by_insider(payload, stream, flags, number, signature)
        refused("frame-forged", member.heard_as(), stream, flags, number, forged)
    elsewhere = member.heard_as(n=N + 1)
    again = sframe.Key(seal.hkdf(BASE, ["CSL1/stream", CALL, M, VOICE]), N + 1)
    moved = again.encrypt(0, b"yes" + signature, CALL + M + bytes((VOICE, 0)))
    refused("frame-forged", elsewhere, VOICE, 0, 0, moved)


def times(x: int, y: int) -> int:
    """Multiply in GF(2^128) as GHASH does (SP 800-38D §6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product


def test_a_gcm_tag_collision_gains_an_insider_nothing(member):
    """Same tag, other text: the insider changes block 0 and mends block 1, and the AEAD does not notice."""
    frame, data = member.sealer.seal(SCREEN, 0, b"TUMEUR pT1N0: pas de chimio.....")
    _, _, start = sframe.parse_header(data)
    key = sframe.Key(seal.hkdf(BASE, ["CSL1/stream", CALL, M, SCREEN]), N)
    ecb = Cipher(algorithms.AES(key.key), modes.ECB()).encryptor()
    h = int.from_bytes(ecb.update(bytes(16)), "big")
    delta = int.from_bytes(b"TUMEUR pT1N0: pa", "big") ^ int.from_bytes(b"TUMEUR pT4N2: ch", "big")
    first, second = (int.from_bytes(data[at : at + 16], "big") for at in (start, start + 16))
    blocks = (first ^ delta).to_bytes(16, "big") + (second ^ times(delta, h)).to_bytes(16, "big")
    forged = data[:start] + blocks + data[start + 32 :]
    assert forged[-16:] == data[-16:]
    assert key.decrypt(frame, forged, start, CALL + M + bytes((SCREEN, 0))).startswith(b"TUMEUR pT4N2: ch")
    refused("frame-forged", member.opener, SCREEN, 0, frame, forged)


def test_a_key_of_small_order_lets_nobody_speak(member):
    identity = b"\x01" + bytes(31)
    opener = Opener(CALL, M, identity)
    opener.set_base(N, BASE)
    universal = b"\x58" + b"\x66" * 31 + b"\x01" + bytes(31)
    refused("frame-forged", opener, VOICE, 0, 0, forged_by_insider(b"x", VOICE, signature=universal))
