"""The organisation of everybody in the cast: their certificates, what its directory says of them, a shelf that keeps decisions."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from app.post.presence import Heard
from app.scenes.stills.facts import DAY_S, FAVOURED, NOW_S, TEAM, VERIFIED, at_once, id_of, seeded
from app.scenes.stills.meeting import session
from media.engine import messages as m
from media.keys import people as listed
from media.keys.certs import DeviceCert, Issuer
from media.keys.word import Here, Word
from resources.demo.patients import PROFESSIONALS
from resources.demo.people import CAST, HOSPITAL, ME
from storage.directory import Circle, TrustNote, Verified

if TYPE_CHECKING:
    from concurrent.futures import Future

    from app.session import Session

ODD_NAMES = (
    "Dr Marie-Antoinette Charlotte Élisabeth de La Rochefoucauld-Montmorency",
    "ד״ר מרים כהן-לוי",
    "د. ليلى حسن",
    "Dr Nguyễn Thị Ánh",
)


HERE = {"delcourt": "RCP", "tran": "RCP", "okafor": "ONLINE", "belkacem": "ONLINE", "lambert": "AWAY"}
"""Who shares their presence with the doctor."""


def here(now_ms: int) -> dict[bytes, tuple[Heard, ...]]:
    """Return what is heard of everybody who shares their presence."""
    return {id_of(key): (Heard(Word(now_ms, Here[state]), now_ms),) for key, state in HERE.items()}


@cache
def directory_session(*, alarm: bool = False) -> Session:
    """Return the doctor in an organisation of everybody in the cast; *alarm*: with a second device in her name."""
    root, issuing = seeded("root"), seeded("issuer")
    issuer = Issuer.issue(
        root, issuing.public, serial=1, not_before=NOW_S - 30 * DAY_S, not_after=NOW_S + 300 * DAY_S
    )

    def certify(
        key: str, name: str, role: str, specialty: str, device: str = "", days: int = 21
    ) -> DeviceCert:
        start = NOW_S - days * DAY_S
        return DeviceCert.issue(
            issuing,
            org=issuer.org,
            user=id_of(key),
            name=name,
            role=role,
            specialty=specialty,
            device_id=id_of(f"device {key}{device}"),
            public=seeded(f"{key}{device}").public,
            serial=1,
            not_before=start,
            not_after=start + 90 * DAY_S,
        )

    own = certify(ME.key, ME.name, ME.role, ME.specialty)
    all_ = [own, *(certify(one.key, one.name, one.role, one.specialty) for one in CAST)]
    all_ += [certify(name, name, "doctor", "Anesthésie-réanimation") for name in ODD_NAMES]
    all_.append(certify("vasseur", "Dr Paul Vasseur", "doctor", "Anatomopathologie", "2", days=1))
    if alarm:
        all_.append(certify(ME.key, ME.name, ME.role, ME.specialty, "2", days=2))
    gone = next(one for one in all_ if one.user == id_of("vasseur"))
    trust = m.TrustAnchor(
        org=issuer.org,
        roots=[(root.public.ed25519, root.public.mldsa)],
        issuers=[issuer.signed],
        certificates=[one.signed for one in all_],
        revoked=[gone.hash],
        verified=[(id_of(key), seeded(key).public.ed25519) for key in (*VERIFIED, "vasseur")],
        head_time=NOW_S - 600,
    )
    return replace(session(), user=own.user, certificate=own.signed, cert_hash=own.hash, trust=trust)


@cache
def _people() -> bytes:
    """Return what the organisation lists: everybody of the cast, and two who have no device yet."""
    elsewhere = {"belkacem": "CH de Rethel", "lambert": "CHU de Montclar"}
    numbers = {**{key: number for key, (number, _name) in PROFESSIONALS.items()}, "vasseur": "10100000081"}
    cast = [
        listed.Entry(
            id_of(one.key),
            one.name,
            one.role,
            one.specialty,
            "Oncologie thoracique" if one.key in TEAM else "",
            elsewhere.get(one.key, HOSPITAL),
            number if listed.is_rpps(number := numbers.get(one.key, "")) else "",
        )
        for one in (ME, *CAST)
    ]
    away = (
        ("lagarde", "Dr Philippe Lagarde", "Médecine générale", "Cabinet, Rethel"),
        ("noel", "Dr Claire Noël", "Médecine générale", "Maison de santé, Vouziers"),
    )
    cast += [
        listed.Entry(id_of(key), name, "doctor", specialty, "", structure, numbers[key])
        for key, name, specialty, structure in away
    ]
    return listed.encode(cast)


def unexpected() -> tuple[DeviceCert, ...]:
    """Return the alarm of `directory_session(alarm=True)`."""
    return (DeviceCert.parse(directory_session(alarm=True).trust.certificates[-1]),)


class StillShelf:
    """A vault's directory that remembers one comparison and keeps what it is told, in memory."""

    read_only = False

    def __init__(self, known: TrustNote | None = None) -> None:
        self._notes = [known] if known is not None else []
        self._verified = [Verified(user, key, NOW_S) for user, key in directory_session().trust.verified]
        self._blocked: list[bytes] = []
        self._circles = {1: ("", set(map(id_of, FAVOURED))), 2: ("RCP thoracique", set(map(id_of, TEAM)))}

    @property
    def directory(self) -> StillShelf:
        """It is its own table."""
        return self

    def verify(self, verified: Verified, /, *, alone: bool = False) -> Future[None]:
        """Keep a decision."""
        if alone:
            self.unverify(verified.user)
        self._verified.append(verified)
        return at_once(None)

    def unverify(self, user: bytes, /) -> Future[None]:
        """Take one back."""
        self._verified = [one for one in self._verified if one.user != user]
        return at_once(None)

    def verified(self) -> Future[list[Verified]]:
        """Return the decisions."""
        return at_once(self._verified)

    def block(self, user: bytes, _time_s: int, /) -> Future[None]:
        """Keep that somebody is blocked."""
        self._blocked.append(user)
        return at_once(None)

    def unblock(self, user: bytes, /) -> Future[None]:
        """Take it back."""
        self._blocked.remove(user)
        return at_once(None)

    def blocked(self) -> Future[list[bytes]]:
        """Return whom nothing is sent to."""
        return at_once(list(self._blocked))

    def circles(self) -> Future[list[Circle]]:
        """Return the lists."""
        kept = self._circles.items()
        return at_once([Circle(number, name, frozenset(users)) for number, (name, users) in kept])

    def add_circle(self, name: str, /) -> Future[int]:
        """Begin a list."""
        number = max(self._circles) + 1
        self._circles[number] = (name, set())
        return at_once(number)

    def rename_circle(self, circle: int, name: str, /) -> Future[None]:
        """Rename a list."""
        self._circles[circle] = (name, self._circles[circle][1])
        return at_once(None)

    def drop_circle(self, circle: int, /) -> Future[None]:
        """Forget a list."""
        self._circles.pop(circle, None)
        return at_once(None)

    def join_circle(self, circle: int, user: bytes, /) -> Future[None]:
        """Put somebody on a list."""
        self._circles[circle][1].add(user)
        return at_once(None)

    def leave_circle(self, circle: int, user: bytes, /) -> Future[None]:
        """Take somebody off a list."""
        self._circles[circle][1].discard(user)
        return at_once(None)

    def people(self, _org: bytes, /) -> Future[bytes]:
        """Return what the organisation says of everybody."""
        return at_once(_people())

    def note(self, note: TrustNote, /) -> Future[None]:
        """Keep a note."""
        self._notes.append(note)
        return at_once(None)

    def notes(self, user: bytes, /) -> Future[list[TrustNote]]:
        """Return the notes about *user*."""
        return at_once([note for note in self._notes if note.user == user])


def shelf() -> StillShelf:
    """Return a shelf on which Dr Vasseur was compared in June."""
    return StillShelf(TrustNote(id_of("vasseur"), NOW_S - 174 * DAY_S, "identical"))
