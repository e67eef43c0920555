"""Letters on their way into the outbox: what is said, sealed once; the header, numbered and signed in the vault's own transaction."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from media.keys import cbor
from media.keys.envelope import MSG, BlobRef, Content, Header, fits, sign_act, sign_header
from media.keys.issuers import ID_BYTES
from media.mail import convs, sending
from media.mail.types import rule
from storage.messages.posting import Link, NewLetter, Target
from storage.messages.records import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from app.post.desk import Desk
    from media.keys.certs import Verdict
    from media.mail.types import Type
    from storage.messages.store import Mailbag

GIVEN_UP = frozenset((State.FAILED, State.UNDELIVERED))
NO_KEY = bytes(32)
"""Kept as the verified key of somebody whose number differed."""


@dataclass(frozen=True)
class Draft:
    """What is said, encrypted and not yet numbered; `post` puts it into the outbox."""

    type: Type
    conv: bytes
    recipients: tuple[bytes, ...]
    content: Content = field(repr=False)
    expires_s: int = 0
    sent_ms: int = 0
    targets: tuple[Target, ...] = ()
    msg_id: bytes = field(default_factory=lambda: os.urandom(ID_BYTES))

    def named(self, msg_id: bytes) -> Draft:
        """Return the draft under an id that its message has already."""
        return replace(self, msg_id=msg_id)


class Writer:
    """Makes letters of this desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def draft(
        self,
        type_: Type,
        conv: bytes,
        recipients: Iterable[bytes],
        body: bytes,
        *,
        expires_s: int = 0,
        devices: Collection[bytes] = (),
    ) -> Draft:
        """Encrypt *body* for *recipients* (user ids; the own one counts only where it is alone), or for some *devices* of theirs."""
        own = self._desk.session.user
        people = tuple(sorted(set(recipients) - {own})) or (own,)
        targets = tuple(self.targets(people, devices, compared=rule(type_).compared))
        return Draft(type_, conv, people, Content.seal(body), expires_s, self._desk.dated_ms, targets)

    def post(self, rows: Mailbag, draft: Draft, message: int = 0, about: int = 0) -> bytes:
        """Put *draft*, numbered and signed, into the outbox, on the vault's thread; return the hash of its header's body.

        It is the letter of *message*, or says something *about* one.
        """
        return self._post(rows, draft, (message, about))[1]

    def post_once(self, rows: Mailbag, draft: Draft) -> None:
        """Put *draft* into the outbox unless its message is on the way to the same devices; what was given up begins again."""
        known = rows.outbox.find(draft.msg_id)
        if known is not None:
            going = {one.device for one in rows.outbox.parcels(known.id) if one.state not in GIVEN_UP}
            if going >= {one.device for one in draft.targets}:
                return
            rows.outbox.drop(known.id)
        self.post(rows, draft)

    def act(self, rows: Mailbag, draft: Draft) -> bytes:
        """Put an act into the outbox as `post` does; return the signed header object, its proof."""
        return self._post(rows, draft)[0]

    def apart(self, draft: Draft) -> NewLetter:
        """Return an act signed in a chain of its own: whether it is ever sent or not, no chain lacks a number."""
        (letter, _digest), _head = self._letter(draft, (0, 0), Link(os.urandom(ID_BYTES), 0, b""))
        return letter

    def _post(self, rows: Mailbag, draft: Draft, of: tuple[int, int] = (0, 0)) -> tuple[bytes, bytes]:
        """Return the signed header object and the hash of its body; *of*: the message, and the one that it is about."""
        targets = draft.targets or self.targets(draft.recipients, compared=rule(draft.type).compared)
        audience = (one.device for one in targets)
        key = convs.chain_key(draft.conv, draft.recipients, audience, receipted=rule(draft.type).receipted)
        letter, digest = rows.chains.next(key, lambda link: self._letter(draft, of, link))
        rows.outbox.add(letter, targets, self._desk.now_ms())
        return letter.header, digest

    def _letter(self, draft: Draft, of: tuple[int, int], link: Link) -> tuple[tuple[NewLetter, bytes], bytes]:
        session, (height, head_hash) = self._desk.session, self._desk.book.head
        header = Header(
            type=draft.type,
            conv=draft.conv,
            msg_id=draft.msg_id,
            cert_hash=session.cert_hash,
            recipients=draft.recipients,
            chain=link.chain,
            seq=link.seq,
            prev_hash=link.prev_hash,
            sent_ms=draft.sent_ms,
            expires_s=draft.expires_s,
            head_height=height,
            head_hash=head_hash,
            content_key=draft.content.key,
            content_hash=draft.content.digest,
        )
        about = rule(draft.type)
        signed = self._act(header) if about.act else sign_header(header, session.sign)
        box = draft.content.box
        blob = b"" if fits(signed, box) else pack(BlobRef(os.urandom(ID_BYTES), len(box)))
        letter = NewLetter(
            draft.msg_id, int(draft.type), draft.conv, signed, box, blob, of[0], about.receipted, of[1]
        )
        digest = header.hash
        return (letter, digest), digest

    def _act(self, header: Header) -> bytes:
        if self._desk.session.act is None:
            raise PermissionError(MSG)
        return sign_act(header, self._desk.session.act)

    def targets(
        self, recipients: Iterable[bytes], devices: Collection[bytes] = (), *, compared: bool = False
    ) -> list[Target]:
        """Return the devices that get a block: the living ones of each recipient and the own others, or of them *devices* alone.

        Those whose key was not *compared* are held, where that is called for.
        """
        desk = self._desk
        people = tuple(sorted(set(recipients)))
        known = [
            self.standing(one) for user in {*people, desk.session.user} for one in desk.book.living(user)
        ]
        found = sending.targets(
            people, desk.session.user, desk.device, known, restored=desk.restored, compared=compared
        )
        stop = "revoked" if desk.book.revoked else "certificate-over" if desk.book.over else ""
        return [
            Target(one.user, one.device_id, one.own, self._held(one, stop))
            for one in found
            if not devices or one.device_id in devices
        ]

    def _held(self, target: sending.Target, stop: str) -> str:
        """Return the code; somebody without a device is waited for in the outbox, not held."""
        return stop or ("" if target.held == "no-device" else target.held)

    def standing(self, device: Verdict) -> sending.Device:
        """Return how a living device stands with this user; an own other one is known once its key was compared or vouched for."""
        trust = self._desk.session.trust
        return sending.Device(
            device.user,
            device.device_id,
            device.level,
            different=(device.user, NO_KEY) in trust.verified,
            blocked=device.user in trust.blocked,
            asked=device.level == "verified",
        )

    def held(self, device: Verdict, *, compared: bool = False) -> str:
        """Return why nothing, or nothing for which its key must be *compared*, may go to *device* now, "" where it may."""
        found = self.targets([device.user], (device.device_id,), compared=compared)
        return found[0].held if found else "blocked"


def pack(ref: BlobRef) -> bytes:
    """Return how the vault keeps where a box lies."""
    return cbor.encode([ref.id, ref.length])


def unpack(data: bytes) -> BlobRef:
    """Return what `pack` made."""
    return BlobRef(*cbor.decode(data))
