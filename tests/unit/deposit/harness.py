"""A deposit as its owner makes it, and a visitor who speaks as the page does."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from media import depositwire as dw
from media import wire
from media.errors import LinkRefused
from media.keys import deposit as keys
from media.keys.sign import Signer
from media.link import deposit as link
from media.link.control import Control
from tests.unit.relay.harness import ORGANISATION, proof, public

HOUR_S = 3600


@dataclass
class Deposited:
    """All that its owner knows."""

    secret: keys.Secret
    keys: keys.Keys
    owner: Signer
    sealed: bytes
    digest: bytes
    single: int = 1
    life_s: int = HOUR_S

    @property
    def draft(self) -> dw.Leave:
        named = (self.secret.id, self.keys.verifier, self.owner.public, public(ORGANISATION))
        return dw.Leave(*named, b"", len(self.sealed), self.life_s, self.single)

    async def leave(self, relay, **changes) -> None:
        source = io.BytesIO(self.sealed)
        await link.leave(
            relay.address(), changes.pop("proof", proof()), self.draft, source, self.digest, **changes
        )

    async def standing(self, relay) -> dw.Stands:
        return await link.standing(relay.address(), self.secret.id, self.owner.sign)


def sealed(name: str = "compte rendu.pdf", data: bytes = b"%PDF-", **changes) -> Deposited:
    secret, into = keys.Secret.fresh(), io.BytesIO()
    opened = secret.unlock()
    digest = keys.seal_file(opened, name, io.BytesIO(data), len(data), into)
    return Deposited(secret, opened, Signer.generate(), into.getvalue(), digest, **changes)


def opened_file(opened: keys.Keys, whole: bytes) -> tuple[str, bytes]:
    """Return name and content, as the page does; InvalidTag or AssertionError where a byte of it is not the sender's."""
    cipher, step = AESGCM(opened.file), keys.CHUNK + keys.TAG_BYTES
    chunks = [whole[at : at + step] for at in range(0, len(whole), step)]
    assert chunks
    plain = b"".join(
        cipher.decrypt(number.to_bytes(11, "big") + bytes((number == len(chunks) - 1,)), chunk, None)
        for number, chunk in enumerate(chunks)
    )
    ends = 2 + int.from_bytes(plain[:2], "big")
    size = int.from_bytes(plain[ends : ends + 8], "big")
    assert ends + 8 + size <= len(plain)
    return plain[2:ends].decode(), plain[ends + 8 : ends + 8 + size]


class Visitor:
    """Speaks as the page does, over one connection."""

    def __init__(self, relay) -> None:
        self._relay = relay

    async def __aenter__(self) -> Self:
        self._control = await Control.connect(self._relay.address(), path=dw.PATH)
        return self

    async def __aexit__(self, *_) -> None:
        await self._control.close()

    async def say(self, message) -> wire.Message:
        self._control.send(message)
        answer = dw.decode_down(await asyncio.wait_for(self._control.receive(), 20))
        if isinstance(answer, wire.Refused):
            raise LinkRefused(answer.code)
        return answer

    async def fetch(self, size: int) -> bytes:
        whole = b""
        while len(whole) < size:
            whole += (await self.say(dw.Want(len(whole), dw.MAX_PIECE))).data
        return whole


async def attempt(relay, deposit: bytes, proved: bytes, token: bytes = bytes(16)) -> wire.Message:
    async with Visitor(relay) as visitor:
        return await visitor.say(dw.Try(deposit, proved, token))
