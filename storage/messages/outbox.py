"""The outbox: signed letters, and a parcel for each device that is to get one. Survives everything, in order for each device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.messages.messages import Messages
from storage.messages.posting import Letter, Parcel
from storage.messages.records import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from sqlite3 import Connection

    from storage.messages.posting import NewLetter, Target

_LETTER = "msg_id, type, conv, header, box, blob, message, wants_receipt, about, id, made_ms"
_PARCEL = (
    "id, letter, user, device, own, state, held, block, queue, card, attempts, next_ms, made_ms, first_ms"
)
_DUE = f"""
    SELECT {_PARCEL} FROM parcel p WHERE state = {State.QUEUED:d} AND next_ms <= ?1 AND NOT EXISTS (
        SELECT 1 FROM parcel e WHERE e.device = p.device AND e.state = {State.QUEUED:d} AND e.id < p.id AND e.next_ms > ?1
    ) ORDER BY id LIMIT ?2
"""  # noqa: S608 -- constants
_DONE = f"""
    DELETE FROM letter WHERE id = ?1 AND NOT EXISTS (
        SELECT 1 FROM parcel WHERE letter = ?1 AND (
            state = {State.QUEUED:d} OR NOT EXISTS (SELECT 1 FROM message WHERE id = letter.message AND gone_ms > 0)
        )
    )
"""  # noqa: S608 -- constants
"""Nothing waits for it any more; of an effaced message only what is still on its way, as its number is in the chain."""


class Outbox:
    """Queries over letters and parcels, on the connection of one transaction; each says the message's state anew."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._messages = Messages(db)

    # --- reading -------------------------------------------------------------------------------------------

    def due(self, now_ms: int, limit: int = 64) -> tuple[Parcel, ...]:
        """Return what is to be sealed or sent now, in order; a device's later parcels wait behind one that is tried again later."""
        return tuple(map(_parcel, self._db.execute(_DUE, (now_ms, limit))))

    def next_ms(self) -> int:
        """Return when something is due next, sending or sealing again; 0 for never."""
        sql = f"SELECT coalesce(min(next_ms), 0) FROM parcel WHERE state IN ({State.QUEUED:d}, {State.AT_RELAY:d})"  # noqa: S608
        return int(self._db.execute(sql).fetchone()[0])

    def silent(self, now_ms: int, limit: int = 64) -> tuple[Parcel, ...]:
        """Return what lies at the relay and got no receipt by the time that `sent` named."""
        return self._select(
            f"WHERE state = {State.AT_RELAY:d} AND next_ms <= ? ORDER BY id LIMIT ?", now_ms, limit
        )

    def parcel(self, parcel: int) -> Parcel | None:
        """Return one parcel; None once it is done."""
        return next(iter(self._select("WHERE id = ?", parcel)), None)

    def parcels(self, letter: int) -> tuple[Parcel, ...]:
        """Return what a letter still waits for."""
        return self._select("WHERE letter = ? ORDER BY id", letter)

    def held(self, user: bytes = b"") -> tuple[Parcel, ...]:
        """Return what is held, for *user* or for everybody, in order."""
        return self._select(f"WHERE state = {State.HELD:d} AND ? IN (x'', user) ORDER BY id", user)

    def letter(self, letter: int) -> Letter | None:
        """Return a letter; None once every parcel of it is done."""
        return self._letter("id = ?", letter)

    def find(self, msg_id: bytes) -> Letter | None:
        """Return the letter with this id, while it is here."""
        return self._letter("msg_id = ?", msg_id)

    def of_message(self, message: int) -> tuple[Letter, ...]:
        """Return the letters that were written for a message and are here still."""
        sql = f"SELECT {_LETTER} FROM letter WHERE message = ? AND message > 0 ORDER BY id"  # noqa: S608 -- constants
        return tuple(map(_letter, self._db.execute(sql, (message,))))

    def waiting(self) -> int:
        """Count the letters that wait for the relay."""
        sql = f"SELECT count(DISTINCT letter) FROM parcel WHERE state = {State.QUEUED:d}"  # noqa: S608 -- constants
        return int(self._db.execute(sql).fetchone()[0])

    # --- writing -------------------------------------------------------------------------------------------

    def add(self, letter: NewLetter, targets: Iterable[Target], now_ms: int) -> int:
        """Put a letter into the outbox, a parcel for each target; return its id. Nobody to write to: it is done at once."""
        row = (
            *(
                letter.msg_id,
                letter.type,
                letter.conv,
                letter.message,
                letter.header,
                letter.box,
                letter.blob,
            ),
            *(int(letter.wants_receipt), letter.about, now_ms),
        )
        sql = "INSERT INTO letter (msg_id, type, conv, message, header, box, blob, wants_receipt, about, made_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        number = int(self._db.execute(sql, row).lastrowid or 0)
        self.aim(number, targets, now_ms)
        self._end({number})
        return number

    def aim(self, letter: int, targets: Iterable[Target], now_ms: int) -> None:
        """Add parcels for *targets* that a letter has none for; those without a device give way to their person's devices."""
        found = self.letter(letter)
        if found is None:
            return
        for target in targets:
            self._aim(found, target, now_ms)
        self._messages.fold(found.message)

    def sealed(self, parcel: int, block: bytes, queue: bytes, card: int) -> None:
        """Keep the block that was sealed for a parcel, and where it goes: sent again it is the same."""
        self._db.execute(
            "UPDATE parcel SET block = ?, queue = ?, card = ? WHERE id = ?", (block, queue, card, parcel)
        )

    def sent(self, parcels: Iterable[int], now_ms: int, again_ms: int) -> None:
        """Say that the relay has these on its disk; without a receipt by *again_ms* they are `silent`."""
        for parcel in self._each(parcels):
            self._at_device(parcel, State.AT_RELAY, relay_ms=now_ms)
            if self._wants_receipt(parcel.letter):
                sql = (
                    "UPDATE parcel SET state = ?, held = '', block = x'', next_ms = ?, first_ms = iif(first_ms = 0, ?, first_ms)"
                    " WHERE id = ?"
                )
                self._db.execute(sql, (int(State.AT_RELAY), again_ms, now_ms, parcel.id))
            else:
                self._db.execute("DELETE FROM parcel WHERE id = ?", (parcel.id,))
            self._settle(parcel)

    def later(self, parcel: int, next_ms: int) -> None:
        """Count an attempt that failed; the next one is at *next_ms*."""
        self._db.execute(
            "UPDATE parcel SET attempts = attempts + 1, next_ms = ? WHERE id = ?", (next_ms, parcel)
        )

    def reseal(self, parcels: Iterable[int], now_ms: int) -> None:
        """Seal and send once more: to the newest pre-key, under the same message id."""
        self._turn(parcels, State.QUEUED, "", now_ms)

    def hold(self, parcels: Iterable[int], code: str) -> None:
        """Send no more until `release`; *code* says why."""
        self._turn(parcels, State.HELD, code, 0)

    def release(self, user: bytes, now_ms: int) -> int:
        """Let go what is held for *user*; return how many parcels that were."""
        held = [parcel.id for parcel in self.held(user)]
        self._turn(held, State.QUEUED, "", now_ms)
        return len(held)

    def fail(self, parcels: Iterable[int], code: str) -> None:
        """Give these up for good; *code* says why. They stay until `again` or `drop`."""
        self._turn(parcels, State.FAILED, code, 0)

    def undelivered(self, parcels: Iterable[int]) -> None:
        """Say that no receipt came in time: "non remis"; a receipt may come still."""
        self._turn(parcels, State.UNDELIVERED, "undelivered", 0)

    def again(self, message: int, now_ms: int) -> int:
        """Send once more what of a message failed or was not delivered; return how many parcels that were."""
        stuck = [
            parcel.id
            for letter in self.of_message(message)
            for parcel in self.parcels(letter.id)
            if parcel.state in (State.FAILED, State.UNDELIVERED)
        ]
        self._turn(stuck, State.QUEUED, "", now_ms)
        self._db.executemany("UPDATE parcel SET first_ms = 0 WHERE id = ?", [(one,) for one in stuck])
        return len(stuck)

    def drop(self, letter: int) -> None:
        """Forget a letter and its parcels (a message was withdrawn before it was sent, a newer one makes it worthless)."""
        self._db.execute("DELETE FROM letter WHERE id = ?", (letter,))

    def effaced(self, message: int) -> None:
        """Forget the letters of a message that was effaced, as far as they were sent."""
        self._end([letter.id for letter in self.of_message(message)])

    def delivered(
        self, msg_id: bytes, user: bytes, device: bytes, delivered_ms: int, read_ms: int = 0
    ) -> bool:
        """Take a device's receipt: its parcel is done. False where *device* got no letter with this id from here."""
        sql = f"SELECT {_PARCEL} FROM parcel WHERE letter = (SELECT id FROM letter WHERE msg_id = ?) AND device = ? AND user = ?"  # noqa: S608
        row = self._db.execute(sql, (msg_id, device, user)).fetchone()
        known = self._told(msg_id, user, device, delivered_ms, read_ms)
        if row is None:
            return known
        parcel = _parcel(row)
        self._db.execute("DELETE FROM parcel WHERE id = ?", (parcel.id,))
        self._settle(parcel)
        return True

    # --- inside --------------------------------------------------------------------------------------------

    def _aim(self, letter: Letter, target: Target, now_ms: int) -> None:
        state = State.HELD if target.held else State.QUEUED
        if target.device:
            for table, key, value in (
                ("parcel", "letter", letter.id),
                ("receipt", "message", letter.message),
            ):
                sql = f"DELETE FROM {table} WHERE {key} = ? AND user = ? AND device = x''"  # noqa: S608 -- constants
                self._db.execute(sql, (value, target.user))
        row = (
            letter.id,
            target.user,
            target.device,
            int(target.own),
            int(state),
            target.held,
            now_ms,
            now_ms,
        )
        self._db.execute(
            "INSERT OR IGNORE INTO parcel (letter, user, device, own, state, held, block, queue, card, attempts, next_ms, made_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, x'', x'', 0, 0, ?, ?)",
            row,
        )
        if letter.message and not target.own:
            sql = "INSERT OR IGNORE INTO receipt VALUES (?, ?, ?, ?, 0, 0, 0, ?)"
            self._db.execute(sql, (letter.message, target.user, target.device, int(state), target.held))

    def _turn(self, parcels: Iterable[int], state: State, code: str, next_ms: int) -> None:
        for parcel in self._each(parcels):
            sql = "UPDATE parcel SET state = ?, held = ?, block = x'', next_ms = ? WHERE id = ?"
            self._db.execute(sql, (int(state), code, next_ms, parcel.id))
            self._at_device(parcel, state, code)
            self._settle(parcel)

    def _at_device(self, parcel: Parcel, state: State, code: str = "", relay_ms: int = 0) -> None:
        """Say of a device how far the message came there, and why no further; what was delivered stays so."""
        self._db.execute(
            "UPDATE receipt SET state = ?, held = ?, relay_ms = iif(relay_ms = 0, ?, relay_ms)"
            " WHERE delivered_ms = 0 AND user = ? AND device = ?"
            " AND message = (SELECT message FROM letter WHERE id = ?)",
            (int(state), code, relay_ms, parcel.user, parcel.device, parcel.letter),
        )

    def _told(self, msg_id: bytes, user: bytes, device: bytes, delivered_ms: int, read_ms: int) -> bool:
        sql = (
            "UPDATE receipt SET state = max(?1, iif(read_ms > 0, ?2, 0)), delivered_ms = iif(delivered_ms = 0, ?3, delivered_ms), held = '',"
            " read_ms = iif(read_ms = 0, ?4, read_ms) WHERE user = ?5 AND device = ?6"
            " AND message IN (SELECT id FROM message WHERE msg_id = ?7 AND own = 1) RETURNING message"
        )
        state = State.READ if read_ms else State.DELIVERED
        values = (int(state), int(State.READ), delivered_ms, read_ms, user, device, msg_id)
        found = self._db.execute(sql, values).fetchall()
        for (message,) in found:
            self._messages.fold(message)
        return bool(found)

    def _settle(self, parcel: Parcel) -> None:
        """Say the message's state anew; a letter without parcels is done."""
        row = self._db.execute("SELECT message FROM letter WHERE id = ?", (parcel.letter,)).fetchone()
        if row:
            self._messages.fold(row[0])
        self._end({parcel.letter})

    def _end(self, letters: Iterable[int]) -> None:
        self._db.executemany(_DONE, [(letter,) for letter in letters])

    def _each(self, parcels: Iterable[int]) -> Iterable[Parcel]:
        return [found for parcel in parcels if (found := self.parcel(parcel)) is not None]

    def _wants_receipt(self, letter: int) -> bool:
        return bool(
            self._db.execute("SELECT wants_receipt FROM letter WHERE id = ?", (letter,)).fetchone()[0]
        )

    def _letter(self, where: str, value: object) -> Letter | None:
        row = self._db.execute(f"SELECT {_LETTER} FROM letter WHERE {where}", (value,)).fetchone()  # noqa: S608 -- constants
        return _letter(row) if row else None

    def _select(self, where: str, *values: object) -> tuple[Parcel, ...]:
        return tuple(map(_parcel, self._db.execute(f"SELECT {_PARCEL} FROM parcel {where}", values)))  # noqa: S608 -- constants


def _letter(row: Sequence[Any]) -> Letter:
    msg_id, kind, conv, header, box, blob, message, wants_receipt, *rest = row
    return Letter(msg_id, kind, conv, header, box, blob, message, bool(wants_receipt), *rest)


def _parcel(row: Sequence[Any]) -> Parcel:
    number, letter, user, device, own, state, *rest = row
    return Parcel(number, letter, user, device, bool(own), State(state), *rest)
