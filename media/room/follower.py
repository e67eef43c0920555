"""How a member follows a call (docs/protocol.md §5): who comes and goes, the links that say so, and another call in the same room."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from media.errors import ProtocolError, TrustError
from media.room import controls as say
from media.room import effects as fx
from media.room.knocker import ANSWER, HAIL, HERE, Entry
from media.room.lobby import Lobby
from media.room.messages import HANDOVER, REMOVE, REPLACE, Op
from media.room.pen import Pen
from media.room.rivals import INSIDE
from media.room.roster import Missing
from media.room.senderkeys import PeerKey, Step
from media.room.speaker import ASK_MS, Speaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.room.ground import Ground
    from media.room.roster import Change, Seat

ACK_MS = 50
KEPT_STEPS = 64


class Follower(Speaker, ABC):
    """Keeps roster, keys and pen as the links say; nothing that was not verified has an effect."""

    def __init__(self, now_ms: int, ground: Ground, entry: Entry) -> None:
        super().__init__(now_ms, ground, entry)
        self._enter(now_ms)

    def _enter(self, now_ms: int) -> None:
        self.roster.fill(
            self.slot, self._ground.me, self.keys.kx.public, self.keys.cs.public, self.keys.slot.public
        )
        self.own.enter(self._steps[self.roster.n])
        for seat in list(self.roster.seats.values()):
            if seat.slot != self.slot:
                self._meet(now_ms, seat)
        self._ack_ms = now_ms + ACK_MS

    @abstractmethod
    def control(self, now_ms: int, slot: int, data: bytes) -> None:
        """Take control bytes that the relay says come from *slot*."""

    @abstractmethod
    def frame(
        self, now_ms: int, slot: int, stream: int, flags: int, frame: int, data: bytes, arrival_us: int
    ) -> None:
        """Take a sealed frame of any stream from *slot*."""

    @abstractmethod
    def _open_letters(self, now_ms: int) -> None:
        """Take the letters that came before the link that they are for."""

    # --- members come and go ---

    def _meet(self, now_ms: int, seat: Seat) -> None:
        """Verify a seat and exchange keys with it; ask for its certificate when it is not here."""
        self._pulse.enter(seat.slot, now_ms)
        try:
            self._verify(seat)
        except KeyError as unknown:
            self._wanted.add(unknown.args[0])
            return
        except (TrustError, ProtocolError) as error:
            self._trouble(now_ms, getattr(error, "code", "ghost"), seat.slot)
            return
        seat = self.roster.seats[seat.slot]
        self._met_ms[seat.slot] = now_ms
        peer = self._peers[seat.slot] = PeerKey(self.call, seat.m, seat.cs_pk)
        for step in self._steps.values():
            peer.follow(step)
        self._letter(say.KEY, seat, self.own.base)
        self._retry(now_ms, seat.slot)

    def _verify(self, seat: Seat) -> None:
        standing = self.standing
        if seat.obj == standing.obj:
            genesis = standing.genesis
            self.roster.fill(seat.slot, standing.opener, genesis.kx_pk, genesis.cs_pk, genesis.slot_pk)
            return
        verdict, join = self._ground.verify_join(self.call, seat.obj)
        if self._ground.forked(join):
            self.out += self._troubles.tell(0, "directory-fork", seat.slot, verdict.name)
        self.roster.fill(seat.slot, verdict, join.kx_pk, join.cs_pk, join.slot_pk)

    def _retry(self, now_ms: int, slot: int) -> None:
        """Take what a slot said before it was known, and its letters."""
        for strange in self._strangers.take(slot):
            if isinstance(strange.event, bytes):
                self.control(now_ms, slot, strange.event)
            else:
                stream, flags, frame, data, arrival_us = strange.event
                self.frame(now_ms, slot, stream, flags, frame, data, arrival_us)

    def _forget(self, now_ms: int, slot: int) -> None:
        self._peers.pop(slot, None)
        self._pulse.leave(slot)
        self._receipts.leave(slot)
        self._hands.leave(slot)
        self.own.gone(slot)
        self._gone_ms[slot] = now_ms

    # --- links ---

    def _news(self, now_ms: int, slot: int, news: say.News) -> None:
        """Take a link that somebody sent."""
        try:
            link = self.roster.check(news.link)
            change = self.roster.apply(news.link, link, news.joins)
        except Missing:
            self._ahead(now_ms)
        except ProtocolError:
            return
        except TrustError as error:
            self._trouble(now_ms, error.code, slot)
            if error.code == "fork":
                self._end("ended", "fork")
        else:
            self._took(now_ms, change)

    def _took(self, now_ms: int, change: Change) -> None:
        """Follow a link that was applied."""
        link, step = change.link, Step(change.link.n, self.roster.link_hash, fresh=change.link.fresh_keys)
        self._steps[step.n] = step
        self._steps.pop(step.n - KEPT_STEPS, None)
        self._ahead_ms, self._link_ms, self._ack_ms = None, now_ms, now_ms + ACK_MS
        self._keep_hands(change)
        for seat, kind in change.gone:
            self._forget(now_ms, seat.slot)
            if seat.m == self.m:
                self._end("ended", "removed" if kind == REMOVE else "replaced")
        if change.ended:
            self._end("ended", "ended")
        if self.outcome:
            return
        for peer in self._peers.values():
            peer.follow(step)
        others = [seat.slot for seat in self.roster.seats.values() if seat.slot != self.slot]
        self.own.advance(now_ms, step, others, hurry=link.hurry)
        if step.fresh:
            for seat in self._others():
                self._letter(say.KEY, seat, self.own.base)
        for seat in change.added:
            self._meet(now_ms, seat)
        self._say_code(self._code.void())
        self._pen_moved(now_ms, link.ops)
        self._open_letters(now_ms)
        self.show(now_ms)

    def _keep_hands(self, change: Change) -> None:
        """Let a device that came back keep its hand's place on its new slot."""
        old = {seat.m: seat.slot for seat, _ in change.gone}
        for op in change.link.ops:
            if op.kind == REPLACE:
                self._hands.move(old[op.m], op.slot)

    def _pen_moved(self, now_ms: int, ops: Sequence[Op]) -> None:
        """Remember how the pen went on; whoever had it puts it down."""
        for op in ops:
            if op.kind == HANDOVER:
                seat = self.roster.host_seat
                known = self._ground.certificates[seat.verdict.hash] if seat.verdict else b""
                self.standing = self.standing.handed(self.roster.link, seat, known)
                self.pen = self.pen if self.is_host else None
                self._pulse.enter(op.slot, now_ms)

    def _ahead(self, now_ms: int) -> None:
        """Others stand at a link that is not here."""
        if self._ahead_ms is None:
            self._ahead_ms = now_ms

    def hold_pen(self, known: set[bytes]) -> None:
        """Be the host from now on; devices *known* from the call before need no click."""
        lobby = Lobby(self._ground, self.standing, self.keys.cs, self.keys.kx)
        ground = self._ground
        self.pen = Pen(
            lobby, self.admin_seed, ground.plan.admit_certified, known, most=ground.invite.terms.most
        )

    # --- another call in the room ---

    def _door(self, now_ms: int, slot: int, data: bytes) -> None:
        try:
            self._rival(now_ms, slot, data)
        except TrustError as error:
            self._trouble(now_ms, "call-refused" if error.code != "fork" else error.code, slot)
        except ProtocolError:
            self._trouble(now_ms, "control-broken", slot)

    def _rival(self, now_ms: int, slot: int, data: bytes) -> None:
        kind = data[0] if data else -1
        if kind == HERE:
            hail = self._rivals.hint(now_ms, data, self.call)
            self.out += [fx.SendControl(bytes((say.DOOR,)) + hail, slot)] if hail else []
        elif kind == HAIL and self.pen and now_ms - self._vouched_ms.get(slot, -ASK_MS) >= ASK_MS:
            self._vouched_ms[slot] = now_ms
            answer = self.pen.lobby.vouch(self.at, INSIDE, data)
            self.out.append(fx.SendControl(bytes((say.DOOR,)) + answer, slot))
        elif kind == ANSWER:
            standing = self._rivals.proven(now_ms, data, self.standing)
            if standing.order > self.standing.order:
                self._trouble(now_ms, "second-call", slot)
