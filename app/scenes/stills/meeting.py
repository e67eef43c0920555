"""The doctor's session, her week, and the people of a running meeting."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from app.scenes.stills.desk import StillAgenda
from app.scenes.stills.facts import LINK, NOW_MS, RELAY, VERIFIED
from app.session import Session
from media.engine import messages as m
from media.keys.invite import Invite
from media.keys.sign import HybridSigner
from resources.demo.people import CAST, HOSPITAL, ME, TITLE
from storage.meetings import Meeting

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
