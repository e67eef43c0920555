"""Still life for the screenshots: an engine that says what it is told, an arena drawn from the demo hospital's portraits."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeVar

from PyQt6.QtCore import QByteArray, QRectF, Qt
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtSvg import QSvgRenderer

from app.meeting.view import OWN_PREVIEW, SCREEN_STREAM
from app.session import Session
from app.signin.service import Opened, SignIn, SignInRefused
from media.engine import messages as m
from media.errors import MediaError
from media.events import Event
from media.keys import people as listed
from media.keys.certs import DeviceCert, Issuer
from media.keys.invite import Invite, Link
from media.keys.sign import HybridSigner
from media.link.probe import Seen
from resources.demo.patients import PROFESSIONALS
from resources.demo.people import CAST, HOSPITAL, ME, TITLE
from resources.demo.portraits import ct_image, portrait_svg
from storage.directory import Circle, TrustNote, Verified
from storage.errors import DiskTrouble
from storage.identity import Relay
from storage.meetings import Meeting, MeetingsRepository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.line import Look

Kept = TypeVar("Kept")
NOW_MS = 1_795_522_320_000
"""Tuesday 24 November 2026, 13:12 in Paris."""
RELAY = Relay("relais.chu-champagne.example", 443)
LINK = Link(f"{RELAY.host}:{RELAY.port}", bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48)))
DEVICES = m.Devices(
    cameras=[m.Device(id="/dev/video0", name="Logitech Brio 500", default=True)],
    microphones=[m.Device(id="jabra", name="Casque Jabra Evolve2 (USB)", default=True)],
    speakers=[m.Device(id="jabra", name="Casque Jabra Evolve2 (USB)", default=True)],
    screens=[
        m.Device(id=":0", name="Écran 1, 1920 x 1080"),
        m.Device(id=":0+1920", name="Écran 2, 2560 x 1440"),
    ],
    windows=[m.Device(id="1", name="Console d'imagerie"), m.Device(id="2", name="Référentiel thorax 2026")],
)
TODAY = ("RCP Thorax", "RCP Hématologie", "RCP Urologie")
WEEK = (("RCP moléculaire régionale", 4, 60), ("RCP Digestif", 19, 90), ("RCP Sein", 49, 120))
"""Later in the week: title, in how many hours after the full one, minutes."""
CROWD = (
    "Dr Ariane Vidal",
    "Pr Marc-Aurèle de La Tour du Pin-Chambly",
    "Dr Sacha Perrin",
    "Dr Leïla Cherif",
    "Niko Kovač",
    "Salle Lavoisier",
    "Dr Bastien Fontaine",
    "Dr Iris Amrani",
    "Lou Garnier",
    "Dr Zoé Lemaire",
    "CH de Sedan, staff",
    "Dr Ingmar Sørensen",
    "Théo Masson",
    "Dr Alma Ricci",
    "Dr Nathan Weil",
)
"""Names for more people than there are portraits."""
VERIFIED = ("tran", "delcourt", "belkacem", "okafor")
FAVOURED, TEAM = ("delcourt", "tran"), ("delcourt", "tran", "okafor", "roussel", "vasseur", "belkacem")
"""Whom the doctor keeps among the favourites, and in the list of her thoracic board."""


@dataclass(frozen=True)
class Still:
    """One picture."""

    view: memoryview
    width: int
    height: int
    stride: int
    source: tuple[int, int]
    number: int = 2


class StillArena:
    """Draws the portrait of whoever was asked for."""

    def __init__(self) -> None:
        self._pictures: dict[int, Still] = {}

    def read(self, index: int, /) -> Still | None:
        """Return the picture of a box."""
        return self._pictures.get(index)

    def still_valid(self, _picture: object, /) -> bool:
        """Nothing is ever overwritten."""
        return True

    def wipe(self) -> None:
        """Forget what was drawn."""
        self._pictures = {}

    def draw(self, tiles: Sequence[m.Tile]) -> None:
        """Draw what the wall asks for, as the engine would scale it."""
        self._pictures = {t.index: _draw(_subject(t), t.width, t.height, t.fit, t.whole) for t in tiles}


def _subject(tile: m.Tile) -> str:
    person = ME if tile.slot in {OWN_PREVIEW, 0} else CAST[(tile.slot - 1) % len(CAST)]
    return "" if tile.stream == SCREEN_STREAM else person.key


@lru_cache(maxsize=400)
def _draw(key: str, wide: int, high: int, fit: bool, whole: bool) -> Still:
    svg = portrait_svg(key) if key else ct_image()
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    natural = renderer.defaultSize()
    if whole:
        natural = natural.scaled(1920, 1080, Qt.AspectRatioMode.KeepAspectRatio)
    scales = wide / natural.width(), high / natural.height()
    scale = min(*scales, 1.0) if whole else min(scales) if fit else max(scales)
    width, height = natural.width() * scale, natural.height() * scale
    size = (round(width), round(height)) if fit or whole else (wide, high)
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter, QRectF((size[0] - width) / 2, (size[1] - height) / 2, width, height))
    painter.end()
    bits = image.constBits()
    assert bits is not None
    data = bits.asstring(image.sizeInBytes())
    source = natural.width(), natural.height()
    return Still(memoryview(data), image.width(), image.height(), image.bytesPerLine(), source)


class StillEngine:
    """Says what a scene tells it to say; draws what the window asks for."""

    def __init__(self, arena: StillArena) -> None:
        self.messages: Event[m.Message] = Event()
        self.died: Event[int] = Event()
        self._arena = arena

    def start(self, _arena: object, /) -> None:
        """Nothing to start."""

    def send(self, message: m.Message, /) -> None:
        """Answer what a scene needs answered."""
        if isinstance(message, m.ListDevices):
            self.messages.fire(DEVICES)
        elif isinstance(message, m.Tiles):
            self._arena.draw(message.tiles)
            self.messages.fire(m.Fresh(boxes=[tile.index for tile in message.tiles]))

    def say(self, messages: Sequence[m.Message]) -> None:
        """Say these to the window."""
        for message in messages:
            self.messages.fire(message)

    def stop(self) -> None:
        """Nothing to stop."""


class StillSignIn(SignIn):
    """A door that never opens: the wrong password."""

    station = "ONCO-14"

    async def keyring_usable(self) -> bool:
        """Show the choice."""
        return True

    def enrolled(self) -> bool:
        """Show the form."""
        return True

    async def unlock(self, password: str) -> Opened:
        """Refuse."""
        del password
        raise SignInRefused("wrong-password")


class StillAgenda(MeetingsRepository):
    """Keeps meetings for as long as a scene lasts."""

    def __init__(self, *meetings: Meeting) -> None:
        self._kept = {one.tag: one for one in meetings}

    def save(self, meeting: Meeting) -> Future[None]:
        """Keep a meeting."""
        self._kept[meeting.tag] = meeting
        return _at_once(None)

    def forget(self, tag: bytes) -> Future[None]:
        """Forget a meeting."""
        self._kept.pop(tag, None)
        return _at_once(None)

    def unreadable(self) -> Future[int]:
        """Everything can be read."""
        return _at_once(0)

    def upcoming(self, _since_s: int) -> Future[list[Meeting]]:
        """Return all."""
        return _at_once(list(self._kept.values()))


class BrokenAgenda(StillAgenda):
    """A disk that answers no more."""

    def upcoming(self, _since_s: int) -> Future[list[Meeting]]:
        """Fail."""
        future: Future[list[Meeting]] = Future()
        future.set_exception(DiskTrouble("still"))
        return future


def _at_once(value: Kept) -> Future[Kept]:
    future: Future[Kept] = Future()
    future.set_result(value)
    return future


def answering(answer: Seen | MediaError) -> Look:
    """Return a look at a relay that always answers so."""

    async def look(_address: object, _now_s: object, *, thorough: bool = False) -> Seen:
        del thorough
        if isinstance(answer, MediaError):
            raise answer
        return answer

    return look


look = answering(
    Seen(rtt_ms=23.0, transport="udp", up_kbps=3_100, sent=20, lost=1, jitter_ms=9, medium="wifi")
)


def _call(**what: object) -> Invite:
    """Sign as the doctor at the desk would, with a key that nobody knows."""
    return Invite.create(HybridSigner.generate(), org=bytes(16), organiser=bytes(16), **what)  # type: ignore[arg-type]


def session() -> Session:
    """Return the doctor at the desk."""
    meeting = Meeting(
        TITLE, RELAY.host, RELAY.port, LINK.tag, LINK.secret, LINK.invite_hash, starts_s=NOW_MS // 1000 - 2520
    )
    return Session(
        name=ME.name,
        user=bytes(16),
        role=ME.role,
        specialty=ME.specialty,
        certificate=b"",
        cert_hash=b"",
        sign=bytes,
        trust=m.TrustAnchor(org=HOSPITAL.encode(), roots=[], issuers=[], certificates=[], revoked=[]),
        relays=(RELAY,),
        meetings=(meeting,),
        call=_call,
        agenda=StillAgenda(meeting),
    )


def week(*minutes: int) -> tuple[Meeting, ...]:
    """Return the RCP of the doctor's week; *minutes*: in how many the ones of today begin, a negative number has begun."""
    today = [(title, at * 60, 90) for title, at in zip(TODAY, minutes, strict=False)]
    listed = [*today, *((title, hours * 3600 - 720, length) for title, hours, length in WEEK)]
    return tuple(
        Meeting(
            title,
            RELAY.host,
            RELAY.port,
            hashlib.sha256(title.encode()).digest()[:16],
            LINK.secret,
            LINK.invite_hash,
            starts_s=NOW_MS // 1000 + at_s,
            ends_s=NOW_MS // 1000 + at_s + length * 60,
            host="Thorax" in title,
        )
        for title, at_s, length in listed
    )


def people(n: int, *, sharing: bool = False) -> list[m.Person]:
    """Return the first *n* of the hospital, the doctor first, as a running RCP shows them."""
    states = {3: 2, 4: 3, 6: 2, 8: 2, 11: 2, 12: 3, 15: 2, 16: 0, 19: 2, 22: 0}
    hands = {4: 1, 14: 2}
    roster = [_person(0, ME, 2, me=True, host=True)]
    crowd = [*CAST, *(replace(who, name=name) for who, name in zip(CAST, CROWD, strict=False))]
    for slot, who in enumerate(crowd[: n - 1], 1):
        state = states.get(slot, 3) | (4 if sharing and slot == 1 else 0)
        roster.append(_person(slot, who, state, hand=hands.get(slot, 0), live=slot != 22))
    return roster


def _person(slot: int, who: object, state: int, **more: object) -> m.Person:
    key, name = getattr(who, "key", ""), getattr(who, "name", "")
    trust = "verified" if key in VERIFIED or key == ME.key else "guest" if slot == 7 else "certified"
    fields = {"live": True, "host": False, "me": False, **more}
    return m.Person(
        member=bytes([slot]) * 16,
        slot=slot,
        name=name,
        role="" if trust == "guest" else getattr(who, "role", ""),
        specialty="" if trust == "guest" else getattr(who, "specialty", ""),
        trust=trust,
        state=state,
        **fields,  # type: ignore[arg-type]
    )


# --- the directory --------------------------------------------------------------------------------------------

T = TypeVar("T")
NOW_S = NOW_MS // 1000
DAY_S = 86_400
ODD_NAMES = (
    "Dr Marie-Antoinette Charlotte Élisabeth de La Rochefoucauld-Montmorency",
    "ד״ר מרים כהן-לוי",
    "د. ليلى حسن",
    "Dr Nguyễn Thị Ánh",
)


def _seeded(label: str) -> HybridSigner:
    """Return the same key for the same label, on every machine."""
    seeds = (hashlib.sha256(f"{kind} {label}".encode()).digest() for kind in ("ed25519", "mldsa"))
    return HybridSigner.from_seeds(*seeds)


def _id(label: str) -> bytes:
    return hashlib.sha256(label.encode()).digest()[:16]


@cache
def directory_session(*, alarm: bool = False) -> Session:
    """Return the doctor in an organisation of everybody in the cast; *alarm*: with a second device in her name."""
    root, issuing = _seeded("root"), _seeded("issuer")
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
            user=_id(key),
            name=name,
            role=role,
            specialty=specialty,
            device_id=_id(f"device {key}{device}"),
            public=_seeded(f"{key}{device}").public,
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
    gone = next(one for one in all_ if one.user == _id("vasseur"))
    trust = m.TrustAnchor(
        org=issuer.org,
        roots=[(root.public.ed25519, root.public.mldsa)],
        issuers=[issuer.signed],
        certificates=[one.signed for one in all_],
        revoked=[gone.hash],
        verified=[(_id(key), _seeded(key).public.ed25519) for key in (*VERIFIED, "vasseur")],
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
            _id(one.key),
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
        listed.Entry(_id(key), name, "doctor", specialty, "", structure, numbers[key])
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
        self._circles = {1: ("", set(map(_id, FAVOURED))), 2: ("RCP thoracique", set(map(_id, TEAM)))}

    @property
    def directory(self) -> StillShelf:
        """It is its own table."""
        return self

    def verify(self, verified: Verified, /, *, alone: bool = False) -> Future[None]:
        """Keep a decision."""
        if alone:
            self.unverify(verified.user)
        self._verified.append(verified)
        return _done(None)

    def unverify(self, user: bytes, /) -> Future[None]:
        """Take one back."""
        self._verified = [one for one in self._verified if one.user != user]
        return _done(None)

    def verified(self) -> Future[list[Verified]]:
        """Return the decisions."""
        return _done(self._verified)

    def block(self, user: bytes, _time_s: int, /) -> Future[None]:
        """Keep that somebody is blocked."""
        self._blocked.append(user)
        return _done(None)

    def unblock(self, user: bytes, /) -> Future[None]:
        """Take it back."""
        self._blocked.remove(user)
        return _done(None)

    def blocked(self) -> Future[list[bytes]]:
        """Return whom nothing is sent to."""
        return _done(list(self._blocked))

    def circles(self) -> Future[list[Circle]]:
        """Return the lists."""
        kept = self._circles.items()
        return _done([Circle(number, name, frozenset(users)) for number, (name, users) in kept])

    def add_circle(self, name: str, /) -> Future[int]:
        """Begin a list."""
        number = max(self._circles) + 1
        self._circles[number] = (name, set())
        return _done(number)

    def rename_circle(self, circle: int, name: str, /) -> Future[None]:
        """Rename a list."""
        self._circles[circle] = (name, self._circles[circle][1])
        return _done(None)

    def drop_circle(self, circle: int, /) -> Future[None]:
        """Forget a list."""
        self._circles.pop(circle, None)
        return _done(None)

    def join_circle(self, circle: int, user: bytes, /) -> Future[None]:
        """Put somebody on a list."""
        self._circles[circle][1].add(user)
        return _done(None)

    def leave_circle(self, circle: int, user: bytes, /) -> Future[None]:
        """Take somebody off a list."""
        self._circles[circle][1].discard(user)
        return _done(None)

    def people(self, _org: bytes, /) -> Future[bytes]:
        """Return what the organisation says of everybody."""
        return _done(_people())

    def note(self, note: TrustNote, /) -> Future[None]:
        """Keep a note."""
        self._notes.append(note)
        return _done(None)

    def notes(self, user: bytes, /) -> Future[list[TrustNote]]:
        """Return the notes about *user*."""
        return _done([note for note in self._notes if note.user == user])


def shelf() -> StillShelf:
    """Return a shelf on which Dr Vasseur was compared in June."""
    return StillShelf(TrustNote(_id("vasseur"), NOW_S - 174 * DAY_S, "identical"))


def _done(value: T) -> Future[T]:
    future: Future[T] = Future()
    future.set_result(value)
    return future
