"""Media and control frames (docs/protocol.md §6): SFrame with the sender's signature inside the AEAD.

`Sealer` is the one sender of a member id, `Opener` one per heard member. Both live in one thread's hands, but numbers
are taken under a lock: a number used twice would give the key away.
"""

from __future__ import annotations

import os
import threading
from hashlib import sha256
from typing import TYPE_CHECKING

from media.errors import MediaError, TrustError
from media.keys import cbor, seal, sframe
from media.keys.sign import ED25519_SIGNATURE, verify
from media.wire import CAMERA, END_TO_END_FLAGS, FLAG_KEY, SCREEN, THUMBNAIL

if TYPE_CHECKING:
    from media.keys.sign import Signer

SAMPLED = frozenset((THUMBNAIL, CAMERA))
SAMPLE = 8
WINDOW = 1024
MAX_BASES = 16
MAX_FRAMES = 2**32
BASE_BYTES = 32

_HASH_HEAD = cbor.head(cbor.BYTES, 32)
_FLAGS = tuple(cbor.encode(flags) for flags in range(END_TO_END_FLAGS + 1))
_FLAG_BYTES = tuple(bytes((flags,)) for flags in range(END_TO_END_FLAGS + 1))


class CounterReused(MediaError):  # noqa: N818 -- says what would have happened
    """A frame number would be used a second time; leave the call and join again."""


class _Process:
    """Counts forks: a sealer that was forked may not seal, as its twin has the same counters."""

    forks = 0

    @classmethod
    def forked(cls) -> None:
        cls.forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_Process.forked)


class _Stream:
    """One sender's stream under one KID: its SFrame key and what of signed text and metadata stays the same."""

    def __init__(self, call: bytes, m: bytes, n: int, stream: int, base: bytes) -> None:
        self.key = sframe.Key(seal.hkdf(base, ["CSL1/stream", call, m, stream]), n)
        fields = ("CSL1/frame", call, m, stream, n)
        self._signed = cbor.head(cbor.ARRAY, 8) + b"".join(map(cbor.encode, fields))
        self._metadata = call + m + bytes((stream,))

    def text(self, counter: int, flags: int, payload: bytes) -> bytes:
        """Return what the sender signs; the same bytes as encoding the whole array."""
        number = cbor.head(cbor.UINT, counter)
        return self._signed + number + _FLAGS[flags] + _HASH_HEAD + sha256(payload).digest()

    def metadata(self, flags: int) -> bytes:
        return self._metadata + _FLAG_BYTES[flags]


class Sealer:
    """Seals the frames of member *m* (32 bytes) in *call* (16 bytes), signed by the per-call key *signer*.

    `set_base` before the first frame. Frame numbers run from 0 per stream over all bases and are never taken twice:
    `CounterReused` is raised instead, also in a forked child.
    """

    def __init__(self, call: bytes, m: bytes, signer: Signer) -> None:
        self._call, self._m, self._signer = call, m, signer
        self._n = -1
        self._base = b""
        self._streams: dict[int, _Stream] = {}
        self._next: dict[int, int] = {}
        self._lock = threading.Lock()
        self._forks = _Process.forks

    def __reduce__(self) -> str:
        raise CounterReused("a sealer is never copied")

    def set_base(self, n: int, base: bytes) -> None:
        """Seal under KID *n* and its 32-byte *base* from now on; *n* only grows."""
        if n <= self._n:
            raise CounterReused("KIDs only grow")
        if len(base) != BASE_BYTES:
            raise MediaError("a base has 32 bytes")
        self._n, self._base = n, base
        self._streams = {}

    def seal(self, stream: int, flags: int, payload: bytes) -> tuple[int, bytes]:
        """Return the frame number and the SFrame bytes; hop flags are left out of what is signed."""
        flags &= END_TO_END_FLAGS
        frame = self._take(stream)
        out = self._streams.get(stream) or self._stream(stream)
        text = payload + self._signer.sign(out.text(frame, flags, payload))
        return frame, out.key.encrypt(frame, text, out.metadata(flags))

    def _take(self, stream: int) -> int:
        with self._lock:
            frame = self._next.get(stream, 0)
            if frame >= MAX_FRAMES or self._forks != _Process.forks:
                raise CounterReused("frame numbers are used up or were copied")
            self._next[stream] = frame + 1
        return frame

    def _stream(self, stream: int) -> _Stream:
        if self._n < 0:
            raise MediaError("no base yet")
        made = self._streams[stream] = _Stream(self._call, self._m, self._n, stream, self._base)
        return made


class _Window:
    """Replay window of one stream under one KID: bit i of `_seen` is frame `_top - i`."""

    def __init__(self) -> None:
        self._top = -1
        self._seen = 0

    def refuse(self, frame: int) -> None:
        """Raise TrustError("replay") when *frame* was opened before or is too old to tell."""
        age = self._top - frame
        if age >= WINDOW or (age >= 0 and self._seen >> age & 1):
            raise TrustError("replay")

    def mark(self, frame: int) -> None:
        ahead = frame - self._top
        if ahead > 0:
            kept = self._seen << ahead if ahead < WINDOW else 0
            self._seen = (kept | 1) & ((1 << WINDOW) - 1)
            self._top = frame
        else:
            self._seen |= 1 << -ahead


class Opener:
    """Opens the frames of member *m* in *call*, whose per-call key is *verify_key* (Ed25519, 32 bytes)."""

    def __init__(self, call: bytes, m: bytes, verify_key: bytes) -> None:
        self._call, self._m, self._verify_key = call, m, verify_key
        self._bases: dict[int, bytes] = {}
        self._floor = -1
        self._streams: dict[tuple[int, int], tuple[_Stream, _Window]] = {}
        self.failing = False
        """True once a signature was wrong: the member is shown as failing and every frame is verified."""

    def set_base(self, n: int, base: bytes) -> None:
        """Accept KID *n*. Raises TrustError("replay") for a second base of *n*, or an *n* already dropped."""
        if n <= self._floor or n in self._bases:
            raise TrustError("replay", "key")
        if len(base) != BASE_BYTES:
            raise TrustError("key-bad", "a base has 32 bytes")
        self._bases[n] = base
        if len(self._bases) > MAX_BASES:
            self.drop(min(self._bases))

    def drop(self, n: int) -> None:
        """Forget KID *n* and all before it, for good."""
        self._floor = max(self._floor, n)
        self._bases = {kid: base for kid, base in self._bases.items() if kid > self._floor}
        self._streams = {key: kept for key, kept in self._streams.items() if key[0] > self._floor}

    def open(self, stream: int, flags: int, frame: int, data: bytes, *, check: bool = False) -> bytes:
        """Return the payload of a frame.

        The signature is verified as §6 says: control, voice and screen always, thumbnail and camera on key frames and
        1 in 8 at random, all after one failure, and always when *check*. Raises TrustError: "key-missing" (no base for
        its KID yet: see `kid`), "replay", "frame-undecryptable", "frame-forged".
        """
        flags &= END_TO_END_FLAGS
        n, counter, start = sframe.parse_header(data)
        if counter != frame:
            raise TrustError("frame-undecryptable", "frame number")
        heard, window = self._streams.get((n, stream)) or self._stream(n, stream)
        window.refuse(frame)
        text = heard.key.decrypt(counter, data, start, heard.metadata(flags))
        payload, signature = text[:-ED25519_SIGNATURE], text[-ED25519_SIGNATURE:]
        if check or len(signature) < ED25519_SIGNATURE or self._must_check(stream, flags):
            self._verify(heard.text(counter, flags, payload), signature)
        window.mark(frame)
        return payload

    def _stream(self, n: int, stream: int) -> tuple[_Stream, _Window]:
        if stream > SCREEN:
            raise TrustError("frame-undecryptable", "stream")
        if n <= self._floor:
            raise TrustError("replay", "key")
        if n not in self._bases:
            raise TrustError("key-missing")
        made = _Stream(self._call, self._m, n, stream, self._bases[n]), _Window()
        self._streams[n, stream] = made
        return made

    def _must_check(self, stream: int, flags: int) -> bool:
        if stream not in SAMPLED or flags & FLAG_KEY or self.failing:
            return True
        return os.urandom(1)[0] % SAMPLE == 0

    def _verify(self, text: bytes, signature: bytes) -> None:
        try:
            verify(self._verify_key, text, signature)
        except TrustError as error:
            self.failing = True
            raise TrustError("frame-forged") from error


def kid(data: bytes) -> int:
    """Return the KID that sealed frame *data* names; raises TrustError("frame-undecryptable")."""
    return sframe.parse_header(data)[0]
