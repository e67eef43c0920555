"""Who this device is and whom it was told to trust: device keys, organisations, issuers, relays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future
    from sqlite3 import Connection

    from storage.database import Database


@dataclass(frozen=True)
class Device:
    """The device's own keys (seeds, 32 bytes each) and its signed DeviceCert, empty before it was issued."""

    ed25519_seed: bytes
    mldsa_seed: bytes
    certificate: bytes = b""

    def __repr__(self) -> str:
        return "Device(…)"


@dataclass(frozen=True)
class Organisation:
    """A trust root: `org` is its 16-byte id, `own` the one that issued this device's certificate."""

    org: bytes
    name: str
    ed25519_pk: bytes
    mldsa_pk: bytes
    own: bool = False


@dataclass(frozen=True)
class RelayKey:
    """The organisation's yearly key towards relays: seed, signed certificate, end in seconds since 1970."""

    org: bytes
    seed: bytes
    certificate: bytes
    not_after: int

    def __repr__(self) -> str:
        return "RelayKey(…)"


@dataclass(frozen=True)
class Relay:
    """A relay that may be spoken to: `pin` is SHA-256 of its certificate (DER), `ca` a PEM text; one may be empty."""

    host: str
    port: int
    pin: bytes = b""
    ca: str = ""


class IdentityRepository:
    """Queries over identity; every answer is a future."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def device(self) -> Future[Device | None]:
        """Return the own keys, or None before enrolment."""

        def act(db: Connection) -> Device | None:
            row = db.execute("SELECT ed25519_seed, mldsa_seed, certificate FROM device").fetchone()
            return Device(*row) if row else None

        return self._database.read(act)

    def save_device(self, device: Device) -> Future[None]:
        """Keep the own keys and certificate, instead of earlier ones."""
        row = (device.ed25519_seed, device.mldsa_seed, device.certificate)
        return self._run("INSERT OR REPLACE INTO device VALUES (1, ?, ?, ?)", row)

    def organisations(self) -> Future[list[Organisation]]:
        """Return every trusted root, the own one first."""

        def act(db: Connection) -> list[Organisation]:
            rows = db.execute(
                "SELECT org, name, ed25519_pk, mldsa_pk, own FROM organisation ORDER BY own DESC, name"
            )
            return [Organisation(org, name, ed, mldsa, bool(own)) for org, name, ed, mldsa, own in rows]

        return self._database.read(act)

    def trust(self, organisation: Organisation) -> Future[None]:
        """Trust a root, or bring its name up to date."""
        row = (
            organisation.org,
            organisation.name,
            organisation.ed25519_pk,
            organisation.mldsa_pk,
            organisation.own,
        )
        return self._run(
            "INSERT INTO organisation VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name, "
            "ed25519_pk = excluded.ed25519_pk, mldsa_pk = excluded.mldsa_pk, own = excluded.own",
            row,
        )

    def issuers(self) -> Future[list[bytes]]:
        """Return the signed issuer certificates of all trusted roots."""

        def act(db: Connection) -> list[bytes]:
            return [row[0] for row in db.execute("SELECT certificate FROM issuer ORDER BY hash")]

        return self._database.read(act)

    def add_issuer(self, org: bytes, certificate: bytes) -> Future[None]:
        """Keep a signed issuer certificate of the trusted root *org*; the caller has verified it."""
        digest = hashlib.sha256(certificate).digest()
        return self._run("INSERT OR IGNORE INTO issuer VALUES (?, ?, ?)", (digest, org, certificate))

    def relay_key(self, org: bytes) -> Future[RelayKey | None]:
        """Return the relay key of *org*."""

        def act(db: Connection) -> RelayKey | None:
            row = db.execute("SELECT * FROM relay_key WHERE org = ?", (org,)).fetchone()
            return RelayKey(*row) if row else None

        return self._database.read(act)

    def save_relay_key(self, key: RelayKey) -> Future[None]:
        """Keep the relay key of a trusted root, instead of an earlier one."""
        row = (key.org, key.seed, key.certificate, key.not_after)
        return self._run("INSERT OR REPLACE INTO relay_key VALUES (?, ?, ?, ?)", row)

    def relays(self) -> Future[list[Relay]]:
        """Return every trusted relay."""

        def act(db: Connection) -> list[Relay]:
            return [
                Relay(*row) for row in db.execute("SELECT host, port, pin, ca FROM relay ORDER BY host, port")
            ]

        return self._database.read(act)

    def save_relay(self, relay: Relay) -> Future[None]:
        """Trust a relay, or change how it is recognised."""
        return self._run(
            "INSERT OR REPLACE INTO relay VALUES (?, ?, ?, ?)", (relay.host, relay.port, relay.pin, relay.ca)
        )

    def _run(self, sql: str, values: tuple[object, ...]) -> Future[None]:
        def act(db: Connection) -> None:
            db.execute(sql, values)

        return self._database.write(act)
