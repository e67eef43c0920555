"""A call from the inside: a member, who may hold the pen (docs/protocol.md §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.errors import ProtocolError, TrustError
from media.keys import seal
from media.keys.sign import signed
from media.room import controls as say
from media.room import effects as fx
from media.room.knocker import HAIL, WELCOME, welcome_info
from media.room.messages import END, HANDOVER, LOCK, MAX_HANDOVERS, REKEY, REMOVE, UNLOCK, Op, Welcome
from media.room.pen import SILENT_MS, Pen
from media.room.people import turn_of
from media.room.shown import Admitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.keys.certs import Verdict
    from media.room.lobby import Visitor
    from media.room.roster import Seat

from media.room.member import Member


class Meeting(Member):
    """Methods add to `out` what the caller shall do; `outcome` ends it."""

    def take(self, now_ms: int, event: fx.CallEvent) -> None:  # noqa: C901, PLR0912 -- one line each
        """Do what an event asks for."""
        match event:
            case fx.Control(slot, data):
                self.control(now_ms, slot, data)
            case fx.Knocked():
                self.knocked(now_ms, event)
            case fx.KnockGone(knock):
                self.knock_gone(knock)
            case fx.Admit(knock):
                self.admit(now_ms, knock)
            case fx.Refuse(knock):
                self.refuse(knock)
            case fx.Remove(member):
                self.remove(now_ms, member)
            case fx.Handover(member):
                self.hand_over(now_ms, member)
            case fx.Lock(locked):
                self.lock(now_ms, locked=locked)
            case fx.Rekey():
                self.rekey(now_ms)
            case fx.Say(text):
                self.chat(text)
            case fx.Point(sharer, x, y):
                self.point(now_ms, say.Point(sharer, x, y))
            case fx.AskCode():
                self.ask_code(now_ms)
            case fx.AskMute(member):
                self.ask_mute(member)
            case fx.GiveFloor(member):
                self.give_floor(now_ms, member)

    # --- links ---

    def write(self, now_ms: int, ops: list[Op], visitors: Sequence[Visitor] = ()) -> None:
        """Write, sign and broadcast the next link (host), and welcome those whom it adds."""
        pen = self.pen
        if pen is None or self.outcome:
            return
        joins = [visitor.obj for visitor in visitors]
        link = self.roster.draft(ops, joins)
        body = link.encode()
        data = signed(body, self.keys.cs.sign(body))
        payload = say.News(data, tuple(joins)).encode()
        self._say_payload(payload)
        pen.news.append((link.n, payload))
        change = self.roster.apply(data, link, joins)
        for visitor, seat in zip(visitors, change.added, strict=True):
            self._welcome(pen, visitor, seat)
        self.out += [fx.Evict(seat.slot) for seat, _ in change.gone]
        self._took(now_ms, change)

    def _welcome(self, pen: Pen, visitor: Visitor, seat: Seat) -> None:
        rows = tuple((one.slot, one.obj) for one in self.roster.seats.values())
        seed = pen.admin_seed if self._may_open(visitor.verdict) else b""
        welcome = Welcome(
            self.roster.link, rows, seed, tuple(sorted(self.roster.retired)), self.roster.locked
        )
        text = seal.seal(visitor.join.kx_pk, welcome_info(self.call, visitor.obj), welcome.encode())
        self.out += [
            fx.AnswerKnock(visitor.knock, bytes((WELCOME,)) + text),
            fx.AdmitKnock(visitor.knock, seat.slot),
        ]

    def _may_open(self, who: Verdict) -> bool:
        names = (*self._ground.invite.hosts, *self.standing.genesis.succession)
        return who.org == self._ground.invite.org and who.user in names

    # --- the door ---

    def knocked(self, now_ms: int, event: fx.Knocked) -> None:
        """Take what somebody says at the door (host)."""
        if self.pen is None or not event.data:
            return
        try:
            if event.data[0] == HAIL:
                lobby = self.pen.lobby
                answer = lobby.answer(now_ms, event.knock, event.slot_pk, event.data, self.at)
                self.out.append(fx.AnswerKnock(event.knock, answer))
            elif self.pen.lobby.concerns(event.data):
                self._visit(now_ms, self.pen, event)
        except TrustError as error:
            self._deny(now_ms, self.pen, event.knock, error.code)
        except ProtocolError:
            self._turn_away(self.pen, event.knock, "not-allowed")

    def _visit(self, now_ms: int, pen: Pen, event: fx.Knocked) -> None:
        visitor = pen.lobby.ask_in(now_ms, event.knock, event.slot_pk, event.data, self.roster.retired)
        if self._ground.forked(visitor.join):
            self.out += self._troubles.tell(now_ms, "directory-fork", -1, visitor.verdict.name)
        verdict = pen.judge(visitor, self.roster)
        if verdict == "in":
            if pen.needs_nobody(visitor, self.roster):
                self.out.append(Admitted(visitor.verdict.user))
            pen.add(now_ms, visitor)
        elif verdict != "wait" or not pen.lobby.wait(visitor):
            self._turn_away(pen, event.knock, "full" if verdict == "wait" else verdict)
        else:
            self.show_lobby()

    def _deny(self, now_ms: int, pen: Pen, knock: int, code: str) -> None:
        """Turn away whoever has no right to ask; the host hears of it, but for a guest where the invitation has none."""
        if code == "no-guests":
            self._turn_away(pen, knock, code)
            return
        self._trouble(now_ms, "knock-refused" if code == "join-forged" else code)
        self._turn_away(pen, knock, "not-allowed")

    def _turn_away(self, pen: Pen, knock: int, reason: str) -> None:
        self.out += [fx.AnswerKnock(knock, pen.lobby.refusal(reason)), fx.RefuseKnock(knock)]

    def knock_gone(self, knock: int) -> None:
        """Somebody left the door (host)."""
        if self.pen and self.pen.gone(knock):
            self.show_lobby()

    def admit(self, now_ms: int, knock: int) -> None:
        """Let a visitor in: the host's click. Who finds no room goes on waiting."""
        visitor = self.pen.lobby.waiting.get(knock) if self.pen else None
        if not self.pen or not visitor:
            return
        if not self.pen.has_room(visitor, self.roster):
            self._trouble(now_ms, "room-full")
            return
        del self.pen.lobby.waiting[knock]
        self.pen.add(now_ms, visitor)
        self.show_lobby()

    def refuse(self, knock: int) -> None:
        """Turn a visitor away: the host's other click."""
        if self.pen and self.pen.lobby.waiting.pop(knock, None):
            self._turn_away(self.pen, knock, "refused")
            self.show_lobby()

    # --- what the host does ---

    def remove(self, now_ms: int, m: bytes) -> None:
        """Remove a member at once (host)."""
        seat = self.roster.find(m)
        if self.pen and seat and m != self.m:
            if seat.verdict:
                self.pen.banned.add(seat.verdict.ed25519_pk)
            self.write(now_ms, [Op(REMOVE, m, seat.slot)])

    def hand_over(self, now_ms: int, m: bytes) -> None:
        """Give the pen to a certified member (host)."""
        seat = self.roster.find(m)
        fits = seat and m != self.m and seat.verdict and seat.verdict.level in ("certified", "verified")
        if not self.pen or not seat or not fits or len(self.standing.handovers) >= MAX_HANDOVERS:
            return
        letter = say.Pen(self.pen.admin_seed, tuple(sorted(self.roster.retired)))
        self.write(now_ms, [Op(HANDOVER, m, seat.slot)])
        self._letter(say.PEN, seat, letter.encode())

    def lock(self, now_ms: int, *, locked: bool) -> None:
        """Accept no more newcomers, or again (host)."""
        if locked != self.roster.locked:
            self.write(now_ms, [Op(LOCK if locked else UNLOCK)])

    def ask_mute(self, m: bytes) -> None:
        """Ask a member, all others where *m* is empty, to switch the microphone off (host)."""
        seat = self.roster.find(m)
        if self.pen and (seat or not m) and m != self.m:
            self.tell_all(say.Mute((seat.slot,) if seat else ()))

    def give_floor(self, now_ms: int, m: bytes) -> None:
        """Take the raised hand of a member down: it is its turn (host)."""
        seat = self.roster.find(m)
        order = say.Floor(seat.slot, turn_of(self._hands.get(seat.slot))) if seat else None
        if self.pen and order and order.turn:
            self.tell_all(order)
            self.give(now_ms, order, "")

    def rekey(self, now_ms: int) -> None:
        """Draw every key anew (host)."""
        self.write(now_ms, [Op(REKEY)])

    def leave(self, now_ms: int, *, end: bool) -> None:
        """Go; a host gives the pen to the best successor present, and ends the call where `end` or nobody is left."""
        if self.pen and (end or len(self.roster.seats) == 1):
            self.write(now_ms, [Op(END)])
            self.out.append(fx.CloseRoom())
        elif self.pen:
            heirs = [seat for seat in self._others() if seat.verdict and self._may_open(seat.verdict)]
            order = self._ground.order
            heirs.sort(
                key=lambda seat: (
                    order.index(seat.verdict.user) if seat.verdict and seat.verdict.user in order else 99,
                    seat.slot,
                )
            )
            if heirs:
                self.hand_over(now_ms, heirs[0].m)
        self.tell(say.Leave())
        self._end("ended", "ended" if end else "left")

    # --- time ---

    def tick(self, now_ms: int) -> None:
        """Do what is due, the host's batches as well."""
        super().tick(now_ms)
        if self.pen and self.up_ms is not None and self.outcome is None:
            self._pen_tick(now_ms, self.pen, self.up_ms)

    def _pen_tick(self, now_ms: int, pen: Pen, up_ms: int) -> None:
        for slot in self.roster.seats.keys() - pen.leaves - {self.slot}:
            if min(self._pulse.silence_ms(slot, now_ms), now_ms - up_ms) > SILENT_MS:
                pen.leave(now_ms, slot)
        ops, visitors = pen.due(now_ms, self.roster)
        if ops:
            self.write(now_ms, ops, visitors)
