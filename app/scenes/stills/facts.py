"""When and where the scenes are set: a Tuesday of the demo hospital, its relay, a meeting's link; who is known to whom."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future
from typing import TypeVar

from media.keys.invite import Link
from media.keys.sign import HybridSigner
from storage.identity import Relay

T = TypeVar("T")
NOW_MS = 1_795_522_320_000
"""Tuesday 24 November 2026, 13:12 in Paris."""
NOW_S = NOW_MS // 1000
DAY_S = 86_400
RELAY = Relay("relais.chu-champagne.example", 443)
LINK = Link(f"{RELAY.host}:{RELAY.port}", bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48)))
VERIFIED = ("tran", "delcourt", "belkacem", "okafor")
FAVOURED, TEAM = ("delcourt", "tran"), ("delcourt", "tran", "okafor", "roussel", "vasseur", "belkacem")
"""Whom the doctor keeps among the favourites, and in the list of her thoracic board."""


def at_once(value: T) -> Future[T]:
    """Return a future that is done."""
    future: Future[T] = Future()
    future.set_result(value)
    return future


def seeded(label: str) -> HybridSigner:
    """Return the same key for the same label, on every machine."""
    seeds = (hashlib.sha256(f"{kind} {label}".encode()).digest() for kind in ("ed25519", "mldsa"))
    return HybridSigner.from_seeds(*seeds)


def id_of(label: str) -> bytes:
    """Return the same id for the same label."""
    return hashlib.sha256(label.encode()).digest()[:16]
