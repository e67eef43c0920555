"""What a member hears in a call (docs/protocol.md §5-§7), and what it makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media import wire
from media.errors import ProtocolError, TrustError
from media.keys import frames
from media.keys.sign import Signer
from media.room import controls as say
from media.room import effects as fx
from media.room.follower import ACK_MS, Follower
from media.room.messages import digest
from media.room.senderkeys import PeerKey, key_info
from media.room.shown import ChatLine, HostAsked, MediaFrame, Pointed
from media.room.speaker import ASK_MS, FRAME_HEAD, LETTER_HEAD

if TYPE_CHECKING:
    from media.room.roster import Seat

HOST_LOST_MS = 10_000
AHEAD_MS = 3_000
KEY_LATE_MS = 1_000
LATE_FRAMES_MS = 5_000
SHOW_MS = 500
MAX_LETTERS = 128
SCREEN = 4
"""State bit of who shares."""


class Member(Follower):
    """Takes letters, frames and beats; nothing that was not verified has an effect."""

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

    def _open_letters(self, now_ms: int) -> None:
        letters, self._letters = self._letters, []
        for at_ms, slot, n, box in letters:
            if slot in self._peers and now_ms - at_ms < AHEAD_MS:
                self._open_letter(now_ms, slot, say.KEY, n, box)

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
