"""What the device key may sign for the engine: only the opening of a call and a request to join one, and only as ourselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.errors import ProtocolError
from media.keys import cbor

if TYPE_CHECKING:
    from app.meeting.linkcheck import Invitation
    from app.session import Session

_GENESIS, _JOIN = "CSL1/genesis", "CSL1/join"
_FIELDS = 9
_INVITE_HASH, _CERT_HASH = 1, 5


def answer(body: bytes, session: Session | None, invitation: Invitation | None) -> bytes:
    """Return the signature over *body*, or nothing when it is not what this meeting needs (docs/protocol.md §5)."""
    if session is None or invitation is None:
        return b""
    try:
        use = cbor.label(body)
        if use not in {_GENESIS, _JOIN}:
            return b""
        fields = cbor.use(body, use, _FIELDS)
    except ProtocolError:
        return b""
    ours = fields[_CERT_HASH] == session.cert_hash
    here = use == _JOIN or bytes(fields[_INVITE_HASH])[:16] == invitation.link.invite_hash
    return session.sign(body) if ours and here else b""
