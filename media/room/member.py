"""What a member hears in a call (docs/protocol.md §5-§7), and what it makes of it.

Longer than most: every kind of message that a lying relay or member may send is met here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from media import wire
from media.errors import ProtocolError, TrustError
from media.keys import frames
from media.keys.sign import Signer
from media.room import controls as say
from media.room import effects as fx
from media.room.knocker import ANSWER, HAIL, HERE, Entry
from media.room.lobby import Lobby
from media.room.messages import HANDOVER, REMOVE, REPLACE, Op, digest
from media.room.pen import Pen
from media.room.rivals import INSIDE
from media.room.roster import Missing
from media.room.senderkeys import PeerKey, Step, key_info
from media.room.shown import ChatLine, HostAsked, MediaFrame, Pointed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.room.ground import Ground
    from media.room.roster import Change, Seat

from media.room.speaker import ASK_MS, FRAME_HEAD, LETTER_HEAD, Speaker

HOST_LOST_MS = 10_000
AHEAD_MS = 3_000
ACK_MS = 50
KEY_LATE_MS = 1_000
LATE_FRAMES_MS = 5_000
SHOW_MS = 500
MAX_LETTERS = 128
KEPT_STEPS = 64
SCREEN = 4
"""State bit of who shares."""


class Member(Speaker):
    """Takes links, keys, frames and beats; nothing that was not verified has an effect."""

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

    # --- hearing ---

    def control(self, now_ms: int, slot: int, data: bytes) -> None:
        """Take control bytes that the relay says come from *slot*."""
        if slot == self.slot or not data or self._late(now_ms, slot):
            return
        if data[0] == say.DOOR:
            self._door(now_ms, slot, data[1:])
        elif slot not in self._peers:
            self._strangers.hold(now_ms, slot, data, len(data))
        elif data[0] == say.FRAME and len(data) > FRAME_HEAD.size:
            _, flags, frame = FRAME_HEAD.unpack_from(data)
            self.frame(now_ms, slot, wire.CONTROL, flags, frame, data[FRAME_HEAD.size :], 0)
        elif data[0] == say.LETTER and len(data) > LETTER_HEAD.size:
            _, kind, n = LETTER_HEAD.unpack_from(data)
            self._open_letter(now_ms, slot, kind, n, data[LETTER_HEAD.size :])
        else:
            self._trouble(now_ms, "control-broken", slot)

    def _late(self, now_ms: int, slot: int) -> bool:
        """Whether a slot left; what comes later than 5 s after is a ghost."""
        gone_ms = self._gone_ms.get(slot)
        if gone_ms is not None and now_ms - gone_ms > LATE_FRAMES_MS:
            self._trouble(now_ms, "ghost", slot)
        return gone_ms is not None

    def frame(
        self, now_ms: int, slot: int, stream: int, flags: int, frame: int, data: bytes, arrival_us: int
    ) -> None:
        """Take a sealed frame of any stream from *slot*."""
        peer = self._peers.get(slot)
        if peer is None:
            if slot != self.slot and not self._late(now_ms, slot):
                self._strangers.hold(now_ms, slot, (stream, flags, frame, data, arrival_us), len(data))
            return
        try:
            payload = peer.open(now_ms, stream, flags, frame, data)
        except TrustError as error:
            self._unopened(now_ms, slot, peer, error.code, (stream, flags, frame, data, arrival_us))
            return
        if stream == wire.CONTROL:
            self._hear(now_ms, slot, payload)
        else:
            self._receipts.saw(slot, stream, frame)
            self.out.append(
                MediaFrame(slot, stream, flags & wire.END_TO_END_FLAGS, frame, payload, arrival_us)
            )

    def _unopened(
        self, now_ms: int, slot: int, peer: PeerKey, code: str, event: tuple[int, int, int, bytes, int]
    ) -> None:
        if code != "key-missing":
            self._trouble(now_ms, code, slot)
            return
        n = frames.kid(event[3])
        if n < self._first_n and now_ms - self._entered_ms < LATE_FRAMES_MS:
            return
        if n > self.roster.n:
            self._ahead(now_ms)
        past = n <= self.roster.n and n not in self._steps
        if past or not peer.hold(now_ms, *event):
            self._trouble(now_ms, "frame-undecryptable", slot)

    def _hear(self, now_ms: int, slot: int, payload: bytes) -> None:
        """Take an opened control message."""
        try:
            control = say.decode(payload)
            self._heard(now_ms, slot, control)
        except ProtocolError:
            self._trouble(now_ms, "control-broken", slot)
        except TrustError as error:
            self._trouble(now_ms, error.code, slot)
            self._say_code(self._code.void())

    def _heard(self, now_ms: int, slot: int, control: say.Control) -> None:  # noqa: C901 -- one line each
        match control:
            case say.Beat():
                self._beat(now_ms, slot, control)
            case say.News():
                self._news(now_ms, slot, control)
            case say.Ack(n, link_hash, slots):
                self._stands(now_ms, slot, n, link_hash)
                if self.slot in slots:
                    self.own.acked(now_ms, slot, n)
            case say.Chat(text):
                self.out.append(ChatLine(slot, self._name(slot), text, self._ground.wall_s() * 1000))
            case say.Point():
                self._pointed(now_ms, slot, control)
            case say.Commit():
                members = self.roster.members()
                self._say_code(self._code.commit(now_ms, slot, control, self.at, members))
            case say.Reveal():
                self._say_code(self._code.reveal(slot, control))
            case say.Mute() | say.Floor():
                self._ordered(now_ms, slot, control)
            case say.Leave():
                if self.pen:
                    self.pen.leave(now_ms, slot)

    def _ordered(self, now_ms: int, slot: int, order: say.Mute | say.Floor) -> None:
        """Do what the host asks for; who is not the host asks for nothing."""
        if self.roster.seats[slot].m != self.roster.host:
            self._trouble(now_ms, "not-host", slot)
        elif not self._orders.take(slot, now_ms):
            return
        elif isinstance(order, say.Floor):
            self.give(now_ms, order, self._name(slot))
        elif self.slot in order.slots or not order.slots:
            self.out.append(HostAsked("mute", self._name(slot)))

    def _pointed(self, now_ms: int, slot: int, point: say.Point) -> None:
        """Take a pointer over what is shared now; a flood of them is passed over, as it tells nothing."""
        shared = point.sharer in self.roster.seats and self._hands.get(point.sharer) & SCREEN
        if shared and self._points.take(slot, now_ms):
            self.out.append(Pointed(slot, point.sharer, point.x, point.y))

    def _stands(self, now_ms: int, slot: int, n: int, link_hash: bytes) -> None:
        """Compare where somebody stands with what is here: another hash under one number is a fork."""
        step = self._steps.get(n)
        if n > self.roster.n:
            self._ahead(now_ms)
        elif step and step.link_hash != link_hash:
            self._trouble(now_ms, "fork", slot)
            self._end("ended", "fork")

    def _beat(self, now_ms: int, slot: int, beat: say.Beat) -> None:
        self._stands(now_ms, slot, beat.n, beat.link_hash)
        self._pulse.hear(slot, beat.counter, beat.echo(self.slot))
        for stream, frame in beat.frames():
            missing = self._receipts.said(slot, stream, frame)
            if missing and (stream == wire.VOICE or self._receipts.expected(slot, stream, now_ms)):
                self._trouble(now_ms, "not-received", slot)
        if self._hands.set(slot, beat.state):
            self.show(now_ms)
        if self.pen and self._hands.overdue(slot):
            self.tell_all(say.Floor(slot, self._hands.overdue(slot)))

    # --- letters ---

    def _open_letter(self, now_ms: int, slot: int, kind: int, n: int, box: bytes) -> None:
        if kind == say.KEY and n > self.roster.n:
            self._ahead(now_ms)
            self._letters = [*self._letters, (now_ms, slot, n, box)][-MAX_LETTERS:]
            return
        try:
            self._take_letter(now_ms, self.roster.seats[slot], kind, n, box)
        except (TrustError, ProtocolError):
            self._trouble(now_ms, "key-refused" if kind == say.KEY else "control-broken", slot)

    def _take_letter(self, now_ms: int, seat: Seat, kind: int, n: int, box: bytes) -> None:
        if kind >= len(say.LETTERS):
            raise ProtocolError("an unknown letter")
        info: list[object] = [say.LETTERS[kind], self.call, seat.m, self.m]
        if kind == say.KEY:
            if n not in self._steps:
                raise TrustError("replay", "a key for a link long past")
            info = key_info(self.call, self._steps[n], seat.m, self.m)
        text = say.open_letter(self.keys.kx, seat.cs_pk, info, box)
        match kind:
            case say.KEY:
                self._key(now_ms, seat.slot, n, text)
            case say.ASK:
                self._asked(now_ms, seat, say.Ask.decode(text))
            case say.GIVE:
                self._given(now_ms, seat.slot, say.Give.decode(text))
            case say.PEN:
                self._pen(say.Pen.decode(text))

    def _key(self, now_ms: int, slot: int, n: int, base: bytes) -> None:
        peer = self._peers[slot]
        asked = now_ms - self._asked_ms.get(slot, -LATE_FRAMES_MS) < LATE_FRAMES_MS
        if asked and peer.holds(n, base):
            return
        peer.accept(n, base)
        self._ack_ms = min(self._ack_ms or now_ms + ACK_MS, now_ms + ACK_MS)
        for held in peer.release():
            self.frame(held.at_ms, slot, held.stream, held.flags, held.frame, held.data, held.arrival_us)

    def _asked(self, now_ms: int, seat: Seat, ask: say.Ask) -> None:
        """Send again what somebody lacks, ten times a second at most."""
        if not self._asks.take(seat.slot, now_ms):
            return
        here_now = {one.verdict.hash for one in self.roster.seats.values() if one.verdict}
        wanted = [self._ground.certificates[hashed] for hashed in ask.certificates if hashed in here_now]
        if wanted:
            self._letter(say.GIVE, seat, say.Give(tuple(wanted)).encode())
        if ask.key:
            self._letter(say.KEY, seat, self.own.base)
        if self.pen and ask.first_link:
            for n, payload in self.pen.news:
                if n >= ask.first_link:
                    self._letter(say.GIVE, seat, say.Give(news=payload).encode())

    def _given(self, now_ms: int, slot: int, give: say.Give) -> None:
        if give.news:
            self._news(now_ms, slot, say.News.decode(give.news))
            self._link_ms = now_ms - KEY_LATE_MS
            return
        self._asked_ms.pop(slot, None)
        for certificate in give.certificates:
            if digest(certificate) in self._wanted:
                self._wanted.discard(digest(certificate))
                self._ground.learn(certificate)
        for seat in list(self.roster.seats.values()):
            if not seat.known:
                self._meet(now_ms, seat)
        self._missing(now_ms)
        self.show(now_ms)

    def _pen(self, pen: say.Pen) -> None:
        """Take the pen that a link gave to me: open the relay's door as well."""
        if not self.is_host or self.pen or self.standing.handovers[-1][1] != self.roster.host_seat.obj:
            raise TrustError("key-refused", "a pen that nobody gave")
        self.admin_seed = pen.admin_seed
        self.roster.retired |= set(pen.retired)
        self.hold_pen(set())
        self.out.append(fx.BecomeHost(Signer(pen.admin_seed), self.slot))

    def hold_pen(self, known: set[bytes]) -> None:
        """Be the host from now on; devices *known* from the call before need no click."""
        lobby = Lobby(self._ground, self.standing, self.keys.cs, self.keys.kx)
        ground = self._ground
        self.pen = Pen(
            lobby, self.admin_seed, ground.plan.admit_certified, known, most=ground.invite.terms.most
        )

    def _open_letters(self, now_ms: int) -> None:
        letters, self._letters = self._letters, []
        for at_ms, slot, n, box in letters:
            if slot in self._peers and now_ms - at_ms < AHEAD_MS:
                self._open_letter(now_ms, slot, say.KEY, n, box)

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

    # --- time ---

    def tick(self, now_ms: int) -> None:
        """Do what is due."""
        self.own.tick(now_ms)
        self.say_held()
        if self._raise_ms is not None and now_ms >= self._raise_ms:
            self.raise_hand(now_ms, up=True)
        for slot, peer in self._peers.items():
            if peer.tick(now_ms) and (peer.keyed or now_ms - self._met_ms[slot] > LATE_FRAMES_MS):
                self._trouble(now_ms, "frame-undecryptable", slot)
        if self._ack_ms is not None and now_ms >= self._ack_ms:
            self._ack_ms = None
            self.tell(
                say.Ack(
                    *self.at, tuple(slot for slot, peer in self._peers.items() if peer.has(self.roster.n))
                )
            )
        if now_ms >= self._next_beat_ms:
            self._say_beat(now_ms)
        if now_ms >= self._next_show_ms:
            self._next_show_ms = now_ms + SHOW_MS
            self._slow_tick(now_ms)

    def _slow_tick(self, now_ms: int) -> None:
        """Twice a second: strangers, what is missing, who is silent, what is shown."""
        for slot in self._strangers.expired(now_ms, set(self.roster.seats)):
            if not self._rivals.near(now_ms):
                self._trouble(now_ms, "ghost", slot)
        self._say_code(self._code.tick(now_ms))
        self._missing(now_ms)
        self.show(now_ms)
        if self._rivals.must_yield(now_ms):
            self._end("rejoin", "second-call")
        elif self._ahead_ms is not None and now_ms - self._ahead_ms >= AHEAD_MS:
            self._trouble(now_ms, "link-missing")
            self._end("rejoin", "link-missing")
        elif not self.is_host and self._pulse.silence_ms(self.roster.host_seat.slot, now_ms) > HOST_LOST_MS:
            self._end("lost", "no-host")

    def _missing(self, now_ms: int) -> None:
        """Ask for links, certificates and keys that should be here by now."""
        host = self.roster.host_seat
        if self._ahead_ms is not None and now_ms - self._ahead_ms >= ASK_MS and not self.is_host:
            self._ask(now_ms, host, say.Ask(first_link=self.roster.n + 1))
        elif self._wanted and not self.is_host:
            wanted = tuple(sorted(self._wanted))[: say.MAX_ASKED]
            self._ask(now_ms, host if host.known else self._others()[0], say.Ask(certificates=wanted))
        if now_ms - self._link_ms >= KEY_LATE_MS:
            for slot, peer in self._peers.items():
                if not peer.has(self.roster.n) and self._pulse.live(slot, now_ms):
                    self._ask(now_ms, self.roster.seats[slot], say.Ask(key=True))
