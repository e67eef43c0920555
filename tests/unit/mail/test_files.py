"""Files sealed in chunks and cut into padded blobs."""

from __future__ import annotations

import hashlib
import os

import pytest

from media.errors import ProtocolError, TrustError
from media.keys import files
from media.keys.envelope import CLASSES
from media.keys.files import CHUNK, HEADER_BYTES, SEALED_CHUNK, FileOpener, FileSealer

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17]


def sealed(data: bytes, step: int = 10_000) -> tuple[bytes, bytes, bytes]:
    """Return the key, the sealed bytes and their hash."""
    key = files.new_key()
    sealer = FileSealer(key)
    pieces = [sealer.header, *(sealer.push(data[at : at + step]) for at in range(0, len(data), step))]
    pieces.append(sealer.finish())
    return key, b"".join(pieces), sealer.digest


def opened(key: bytes, data: bytes, size: int, digest: bytes, step: int = 7_000) -> bytes:
    opener = FileOpener(key, size, digest)
    text = b"".join(opener.push(data[at : at + step]) for at in range(0, len(data), step))
    opener.finish()
    return text


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1_000, CHUNK, 1 << 20])
def test_a_file_comes_out_as_it_went_in_whatever_the_pieces(size, step) -> None:
    data = os.urandom(size)
    key, box, digest = sealed(data, step)
    assert len(box) == files.sealed_size(size)
    assert opened(key, box, size, digest, step) == data


@pytest.mark.parametrize("size", SIZES)
def test_what_fills_the_last_blob_is_passed_over(size) -> None:
    data = os.urandom(size)
    key, box, digest = sealed(data)
    assert opened(key, box + bytes(200_000), size, digest) == data


@pytest.mark.parametrize("size", [*SIZES, 10**6, 65 * 2**20, 10**9, 2 * 2**30])
def test_blobs_hold_the_file_and_little_more(size) -> None:
    spans = files.spans(size)
    total = spans[-1][1]
    assert spans[0][0] == 0
    assert [end - start for start, end in spans] == [CLASSES[one] for one in files.parts(size)]
    assert files.sealed_size(size) <= total <= 1.12 * files.sealed_size(size) + CLASSES[0]
    assert len(spans) <= 64


def test_sizes_near_each_other_look_alike() -> None:
    assert len({files.parts(size) for size in range(10_000_000, 10_100_000, 997)}) <= 2


def test_the_same_file_is_another_one_for_another_message() -> None:
    data = bytes(CHUNK)
    assert sealed(data)[1] != sealed(data)[1]


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ProtocolError):
        FileOpener(b"short", 1, bytes(32))


# --- what a relay, or who knows the key, may change --------------------------------------------------------


def chunk(box: bytes, index: int) -> bytes:
    at = HEADER_BYTES + index * SEALED_CHUNK
    return box[at : at + SEALED_CHUNK]


DATA = os.urandom(3 * CHUNK + 17)
KEY, BOX, DIGEST = sealed(DATA)
FIRST, SECOND, THIRD, LAST = (chunk(BOX, index) for index in range(4))
HEAD = BOX[:HEADER_BYTES]
SPOILT = {
    "cut": BOX[:-1],
    "last chunk gone": HEAD + FIRST + SECOND + THIRD,
    "empty": b"",
    "header only": HEAD,
    "swapped": HEAD + SECOND + FIRST + THIRD + LAST,
    "twice": HEAD + FIRST + FIRST + THIRD + LAST,
    "left out": HEAD + FIRST + THIRD + LAST + bytes(SEALED_CHUNK),
    "last first": HEAD + LAST + FIRST + SECOND + THIRD,
    "changed": BOX[:70_000] + bytes((BOX[70_000] ^ 1,)) + BOX[70_001:],
    "changed header": bytes((BOX[0] ^ 1,)) + BOX[1:],
    "changed tag": BOX[:-1] + bytes((BOX[-1] ^ 1,)),
    "zeros": bytes(len(BOX)),
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT.keys())
def test_spoilt_bytes_are_refused(spoilt) -> None:
    with pytest.raises(TrustError, match="file-forged"):
        opened(KEY, spoilt, len(DATA), DIGEST)


def test_a_wrong_key_opens_nothing() -> None:
    with pytest.raises(TrustError, match="file-forged"):
        opened(files.new_key(), BOX, len(DATA), DIGEST)


def test_another_file_under_the_same_key_is_refused() -> None:
    """The author knows the key, and could seal something else for one of the recipients."""
    sealer = FileSealer(KEY)
    other = sealer.header + sealer.push(bytes(len(DATA))) + sealer.finish()
    assert len(other) == len(BOX)
    with pytest.raises(TrustError, match="file-forged"):
        opened(KEY, other, len(DATA), DIGEST)


@pytest.mark.parametrize("size", [0, len(DATA) - 1, len(DATA) + 1, len(DATA) - CHUNK, 2**31])
def test_a_file_of_another_size_than_announced_is_refused(size) -> None:
    with pytest.raises(TrustError, match="file-forged"):
        opened(KEY, BOX, size, DIGEST)


def test_no_byte_comes_out_that_was_not_verified() -> None:
    opener = FileOpener(KEY, len(DATA), DIGEST)
    got = opener.push(HEAD + FIRST)
    with pytest.raises(TrustError, match="file-forged"):
        opener.push(THIRD)
    assert got == DATA[:CHUNK]


@pytest.mark.parametrize(
    ("short", "size"), [(HEAD + FIRST + SECOND, 2 * CHUNK), (HEAD + FIRST, CHUNK)], ids=["two", "one"]
)
def test_a_file_that_ends_early_has_no_end(short, size) -> None:
    """Whoever cuts a file at a chunk may announce its size and hash, but cannot make the last chunk the last."""
    with pytest.raises(TrustError, match="last chunk"):
        opened(KEY, short, size, hashlib.sha256(short).digest())


def test_memory_does_not_grow_with_what_comes_behind_the_end() -> None:
    opener = FileOpener(KEY, len(DATA), DIGEST)
    assert opener.push(BOX + bytes(1 << 20)) == DATA
    assert opener.push(bytes(1 << 20)) == b""
    opener.finish()
    assert not opener._rest
