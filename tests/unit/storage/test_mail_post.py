"""Outbox, chains, timers and the life of a desk, as the post office relies on them."""

from __future__ import annotations

import random
import shutil

import pytest

from storage import backup
from storage.database import connect
from storage.errors import DiskTrouble, ReadOnly
from storage.messages.posting import Arrival, Blob, Gap, NewFile, NewLetter, NewMessage, Queue, Target
from storage.messages.progress import folded
from storage.messages.records import FileState, State
from storage.vault import Terms, Vault
from tests.harness.disk import small_disk
from tests.unit.storage.test_mail import ANNE, NOW, PAUL, begin, page, say

ZOE = b"z" * 16
CONV = b"c" * 16


def post(mail, number, targets, message=0, now_ms=NOW, **more):
    """Sign and queue letter *number*; return the place that it took in the chain."""
    seqs = []

    def write(link):
        seqs.append((link.chain, link.seq, link.prev_hash))
        return b"header", b"%32d" % link.seq

    def act(m):
        header = m.chains.next(CONV, write)
        letter = NewLetter(number.to_bytes(16, "big"), 1, CONV, header, b"box", message=message, **more)
        return m.outbox.add(letter, targets, now_ms)

    mail.write(act).result()
    return seqs[0]


def due(mail, now_ms=NOW):
    return mail.read(lambda m: m.outbox.due(now_ms)).result()


def arrival(seq, device=b"d1", prev=b"", **more):
    fields = {"msg_id": b"m%15d" % seq, "hash": b"h%d" % seq, "at_ms": NOW} | more
    return Arrival(PAUL, device, CONV, chain=b"x" * 16, seq=seq, prev_hash=prev, **fields)


def test_parcels_of_a_device_keep_their_order_and_those_of_others_go_on(vault):
    mail = vault.mail
    for number in range(3):
        post(mail, number, [Target(PAUL, b"d1"), Target(ZOE, b"d2")])
    first = due(mail)[0]
    mail.write(lambda m: m.outbox.later(first.id, NOW + 60_000)).result()
    assert [one.device for one in due(mail)] == [b"d2"] * 3
    assert [one.device for one in due(mail, NOW + 60_000)] == [b"d1", b"d2"] * 3
    assert mail.read(lambda m: m.outbox.next_ms()).result() == NOW


def test_a_held_letter_goes_after_the_release_in_order(vault):
    mail = vault.mail
    thread = begin(mail)
    one = say(mail, thread, "un", 1, state=State.DRAWN)
    post(mail, 1, [Target(PAUL, b"d1", held="key-changed")], one)
    assert (page(mail, thread)[0].state, page(mail, thread)[0].held) == (State.HELD, "key-changed")
    assert mail.read(lambda m: m.threads.get(thread)).result().held == 1
    assert due(mail) == ()
    assert mail.write(lambda m: m.outbox.release(PAUL, NOW + 5)).result() == 1
    assert [parcel.device for parcel in due(mail, NOW + 5)] == [b"d1"]
    assert (page(mail, thread)[0].state, page(mail, thread)[0].held) == (State.QUEUED, "")
    assert mail.read(lambda m: m.threads.get(thread)).result().held == 0


def test_somebody_without_a_device_gets_the_letter_once_there_is_one(vault):
    mail = vault.mail
    message = say(mail, begin(mail), "un", 1, state=State.DRAWN)
    post(mail, 1, [Target(PAUL, held="no-device")], message)
    (held,) = mail.read(lambda m: m.outbox.held(PAUL)).result()
    mail.write(lambda m: m.outbox.aim(held.letter, [Target(PAUL, b"d1")], NOW)).result()
    assert [one.device for one in due(mail)] == [b"d1"]
    assert page(mail, 1)[0].state is State.QUEUED
    assert [one.user for one in mail.read(lambda m: m.messages.receipts(message)).result()] == [PAUL]


def test_without_a_receipt_a_letter_is_sealed_again_then_said_undelivered_and_may_come_still(vault):
    mail = vault.mail
    message = say(mail, begin(mail), "un", 1, state=State.DRAWN)
    post(mail, 1, [Target(PAUL, b"d1")], message)
    (parcel,) = due(mail)
    mail.write(lambda m: m.outbox.sealed(parcel.id, b"block", b"q" * 16, 7)).result()
    assert due(mail)[0].block == b"block"
    mail.write(lambda m: m.outbox.sent([parcel.id], NOW, NOW + 10)).result()
    assert mail.read(lambda m: m.outbox.silent(NOW + 9)).result() == ()
    mail.write(lambda m: m.outbox.reseal([parcel.id], NOW + 10)).result()
    assert [one.block for one in due(mail, NOW + 10)] == [b""]
    mail.write(lambda m: m.outbox.undelivered([parcel.id])).result()
    assert page(mail, 1)[0].state is State.UNDELIVERED
    assert mail.write(lambda m: m.outbox.delivered((1).to_bytes(16, "big"), PAUL, b"d1", NOW + 99)).result()
    assert page(mail, 1)[0].state is State.DELIVERED
    assert mail.read(lambda m: m.outbox.letter(parcel.letter)).result() is None


def test_it_is_said_why_each_device_does_not_get_a_message(vault):
    mail = vault.mail
    message = say(mail, begin(mail), "en route", 1, state=State.DRAWN)
    devices = [Target(PAUL, b"d1"), Target(PAUL, b"d2"), Target(ZOE, b"d3", held="key-changed")]
    post(mail, 1, devices, message)
    one, two = (parcel.id for parcel in due(mail))
    mail.write(lambda m: (m.outbox.fail([one], "key-bad"), m.outbox.fail([two], "card-rollback"))).result()
    found = mail.read(lambda m: m.messages.receipts(message)).result()
    assert [(row.user, row.held) for row in found] == [
        (PAUL, ("card-rollback", "key-bad")),
        (ZOE, ("key-changed",)),
    ]
    mail.write(lambda m: m.outbox.again(message, NOW)).result()
    mail.write(lambda m: m.outbox.delivered((1).to_bytes(16, "big"), PAUL, b"d1", NOW)).result()
    found = mail.read(lambda m: m.messages.receipts(message)).result()
    assert [row.held for row in found] == [(), ("key-changed",)]


def test_the_days_of_a_parcel_are_counted_from_when_the_relay_first_had_it(vault):
    mail = vault.mail
    message = say(mail, begin(mail), "en route", 1, state=State.DRAWN)
    post(mail, 1, [Target(PAUL, b"d1")], message)
    day = 86_400_000
    for at_ms in (NOW + 5 * day, NOW + 6 * day):
        mail.write(lambda m, at=at_ms: m.outbox.sent([due(mail, at)[0].id], at, at + day)).result()
        (parcel,) = mail.read(lambda m, at=at_ms: m.outbox.silent(at + day)).result()
        assert parcel.first_ms == NOW + 5 * day
        mail.write(lambda m, at=at_ms, one=parcel.id: m.outbox.reseal([one], at)).result()
    mail.write(lambda m: m.outbox.undelivered([parcel.id])).result()
    mail.write(lambda m: m.outbox.again(message, NOW)).result()
    assert due(mail)[0].first_ms == 0


def test_of_two_offers_of_a_queue_the_later_one_counts_in_whichever_order_they_come(vault):
    mail = vault.mail
    offers = [(b"new", 7), (b"old", 6), (b"forged twin", 7)]
    took = [
        mail.write(lambda m, one=one: m.peers.offered(b"d1", PAUL, "", one[0], b"s", one[1])).result()
        for one in offers
    ]
    assert took == [True, False, False]
    assert mail.read(lambda m: m.peers.get(b"d1").queue).result() == b"new"
    mail.write(lambda m: m.peers.lost(b"d1")).result()
    assert not mail.write(lambda m: m.peers.offered(b"d1", PAUL, "", b"old", b"s", 6)).result()
    assert mail.write(lambda m: m.peers.offered(b"d1", PAUL, "", b"new", b"s", 7)).result()


def test_a_receipt_of_a_stranger_says_nothing(vault):
    mail = vault.mail
    message = say(mail, begin(mail), "un", 1, state=State.DRAWN)
    post(mail, 1, [Target(PAUL, b"d1")], message)
    for user, device in ((ZOE, b"d1"), (PAUL, b"d9")):
        told = mail.write(
            lambda m, u=user, d=device: m.outbox.delivered((1).to_bytes(16, "big"), u, d, NOW, NOW)
        )
        assert not told.result()
    assert page(mail, 1)[0].state is State.QUEUED


def test_a_receipt_that_comes_late_takes_nothing_back(vault):
    mail = vault.mail
    message = say(mail, begin(mail), "un", 1, state=State.DRAWN)
    post(mail, 1, [Target(PAUL, b"d1"), Target(PAUL, b"d2")], message)

    def tell(device, read_ms):
        return mail.write(lambda m: m.outbox.delivered((1).to_bytes(16, "big"), PAUL, device, NOW, read_ms))

    tell(b"d1", NOW).result()
    tell(b"d1", 0).result()
    tell(b"d2", 0).result()
    mail.write(lambda m: m.outbox.sent([one.id for one in m.outbox.due(NOW)], NOW, NOW)).result()
    assert page(mail, 1)[0].state is State.READ


@pytest.mark.parametrize(
    ("devices", "state"),
    [
        ([(PAUL, State.READ), (ZOE, State.QUEUED)], State.QUEUED),
        ([(PAUL, State.READ), (PAUL, State.QUEUED)], State.READ),
        ([(PAUL, State.HELD), (ZOE, State.READ)], State.HELD),
        ([(PAUL, State.AT_RELAY), (PAUL, State.HELD)], State.HELD),
        ([], None),
    ],
)
def test_a_message_is_as_far_as_the_person_it_is_least_far_with(devices, state):
    assert folded(devices) is state


def test_a_number_of_the_own_chain_is_never_used_twice(vault, folder, terms):
    taken = [post(vault.mail, number, [Target(PAUL, b"d1")]) for number in range(3)]

    def fails(m):
        m.chains.next(CONV, lambda link: (b"", b"x" * 32))
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 -- the act's own
        vault.mail.write(fails).result()
    vault.lock()
    again = Vault.unlock(folder, "mot de passe", terms)
    taken.append(post(again.mail, 9, [Target(PAUL, b"d1")]))
    again.lock()
    assert [seq for _chain, seq, _prev in taken] == [0, 1, 2, 3]
    assert len({chain for chain, _seq, _prev in taken}) == 1
    assert taken[3][2] == b"%32d" % 2


def test_gaps_are_seen_and_heal_when_what_was_missing_comes(vault):
    mail = vault.mail
    take = lambda seq, prev=b"": mail.write(lambda m: m.inflow.take(arrival(seq, prev=prev))).result()  # noqa: E731
    assert all(take(seq) for seq in (0, 5))
    known = mail.read(lambda m: m.chains.known(b"d1", b"x" * 16)).result()
    assert (known.seq, [(gap.first, gap.last) for gap in known.gaps]) == (6, [(1, 4)])
    assert take(3, prev=b"h2")
    gaps = mail.read(lambda m: m.chains.gaps(CONV)).result()
    assert [(gap.first, gap.last, gap.hash) for gap in gaps] == [(1, 2, b"h2"), (4, 4, b"")]
    assert all(take(seq) for seq in (1, 2, 4))
    assert mail.read(lambda m: m.chains.gaps(CONV)).result() == ()
    assert not take(5)


def test_a_chain_full_of_holes_costs_no_more_than_a_few_rows(vault):
    def act(m):
        for seq in range(0, 2_000, 2):
            m.inflow.take(arrival(seq))
        m.inflow.take(arrival(1 << 60))
        return m.chains.known(b"d1", b"x" * 16)

    known = vault.mail.write(act).result()
    assert len(known.gaps) <= 256
    assert isinstance(known.gaps[-1], Gap)


# --- what goes, goes --------------------------------------------------------------------------------------


def words_on_disk(vault, word):
    with connect(vault._databases["mail"].path, vault._keys["mail"]) as db:
        tables = ("message_words_data", "message_words_idx", "version", "message", "file")
        return [
            table
            for table in tables
            if any(word in repr(row).encode() for row in db.execute(f"SELECT * FROM {table}"))
        ]


@pytest.mark.parametrize("together", [False, True])
def test_an_effaced_message_leaves_no_word(vault, together):
    mail = vault.mail
    thread = begin(mail)
    for number in range(40):
        say(mail, thread, f"autre mot {number}", number)
    new = NewMessage(thread, b"e" * 16, ANNE, own=True, sent_ms=NOW, at_ms=NOW, text="xylophone secret", expires_ms=NOW + 5,
                     files=(NewFile("xylophone.pdf", "application/pdf", 1, FileState.HERE, b"k" * 32),))  # fmt: skip

    def add(m):
        number = m.messages.add(new)
        return number, m.files.place(m.messages.get(number).files[0].id)

    def act(m):
        number, shelf = add(m)
        m.messages.correct(number, "xylophone encore", NOW + 1)
        return m.timers.efface([number], NOW + 5), shelf

    if together:
        gone, shelf = mail.write(act).result()
    else:
        number, shelf = mail.write(add).result()
        mail.write(lambda m: m.messages.correct(number, "xylophone encore", NOW + 1)).result()
        assert mail.read(lambda m: m.timers.due(NOW + 5)).result() == (number,)
        gone = mail.write(lambda m: m.timers.efface([number], NOW + 5)).result()
    assert gone == (shelf,)
    assert mail.read(lambda m: m.search.find("xylo")).result() == ()
    assert words_on_disk(vault, b"xylo") == []
    assert words_on_disk(vault, b"autre")
    last = next(one for one in page(mail, thread, limit=99) if one.msg_id == b"e" * 16)
    assert (last.text, last.files, last.gone_ms) == ("", (), NOW + 5)
    assert mail.read(lambda m: m.timers.due(NOW + 99)).result() == ()


def test_an_effaced_message_leaves_no_letter_once_it_was_sent(vault):
    mail = vault.mail
    message = say(mail, begin(mail), "un", 1, state=State.DRAWN)
    post(mail, 1, [Target(PAUL, b"d1")], message)
    mail.write(lambda m: m.timers.efface([message], NOW)).result()
    (parcel,) = due(mail)
    mail.write(lambda m: m.outbox.sent([parcel.id], NOW, NOW + 10)).result()
    assert mail.read(lambda m: m.outbox.letter(parcel.letter)).result() is None


def test_a_clock_set_back_lets_nothing_stay_longer(vault):
    see = lambda now_ms: vault.mail.write(lambda m: m.timers.see(now_ms)).result()  # noqa: E731
    assert (see(NOW), see(NOW - 10**9), see(NOW + 1)) == (NOW, NOW, NOW + 1)


DAY = 86_400_000


def retire(mail, keep_days, at_ms):
    """What the desk does each half minute while somebody looks: says what goes, and lets go of what was said."""

    def act(rows):
        rows.timers.announce(keep_days, at_ms)
        return rows.timers.retire(keep_days, at_ms)[0]

    return mail.write(act).result()


def test_retention_is_said_before_and_never_takes_what_is_unread_or_unsent(vault):
    mail = vault.mail
    thread = begin(mail)
    say(mail, thread, "lu", 1, state=State.READ)
    say(mail, thread, "pas lu", 2, own=False, author=PAUL, read=False)
    say(mail, thread, "retenu", 3, state=State.HELD, held="key-changed")
    later = NOW + 24 * DAY
    assert mail.read(lambda m: m.timers.due_soon(30, later)).result() == {thread: 1}
    assert mail.read(lambda m: m.timers.due_soon(0, later)).result() == {}
    assert [retire(mail, 30, later + day * DAY) for day in (0, 4, 6, 7, 8)] == [0, 0, 0, 1, 0]
    assert [one.text for one in page(mail, thread)] == ["pas lu", "retenu"]


def test_a_retention_that_begins_late_or_after_a_long_absence_says_so_a_week_before_as_well(vault):
    mail = vault.mail
    say(mail, begin(mail), "lu", 1, state=State.READ)
    assert retire(mail, 0, NOW + 400 * DAY) == 0
    assert [retire(mail, 90, NOW + day * DAY) for day in (400, 401, 406, 407)] == [0, 0, 0, 1]


def test_nothing_goes_of_which_nobody_was_told(vault):
    mail = vault.mail
    say(mail, begin(mail), "lu", 1, state=State.READ)
    let_go = lambda day: mail.write(lambda rows: rows.timers.retire(90, NOW + day * DAY)[0]).result()  # noqa: E731
    assert [let_go(day) for day in (90, 100, 200, 400)] == [0, 0, 0, 0]
    (one,) = mail.read(lambda rows: rows.timers.leaving(90, NOW + 400 * DAY)).result()
    assert one.after == "lu"
    mail.write(lambda rows: rows.timers.announce(90, NOW + 400 * DAY)).result()
    assert [let_go(day) for day in (406, 407)] == [0, 1]


def test_what_was_said_of_a_rule_that_no_longer_holds_must_be_said_again(vault):
    mail = vault.mail
    say(mail, begin(mail), "lu", 1, state=State.READ)
    assert retire(mail, 90, NOW + 100 * DAY) == 0
    assert retire(mail, 0, NOW + 101 * DAY) == 0
    assert [retire(mail, 90, NOW + day * DAY) for day in (110, 116, 117)] == [0, 0, 1]


def test_what_was_said_is_kept_for_a_week_and_no_longer(vault):
    mail = vault.mail
    for hour in range(40 * 24):
        retire(mail, 30, NOW + hour * DAY // 24)
    count = lambda rows: rows.timers._db.execute("SELECT count(*) FROM announced").fetchone()[0]  # noqa: E731
    assert mail.read(count).result() <= 30


def test_a_withdrawn_message_is_not_found_and_its_file_goes(vault):
    mail = vault.mail
    new = NewMessage(begin(mail), b"w" * 16, ANNE, own=True, sent_ms=NOW, at_ms=NOW, text="retiré",
                     files=(NewFile("a", "b", 1, FileState.SENT, b"k" * 32),))  # fmt: skip

    def act(m):
        number = m.messages.add(new)
        name = m.files.place(m.messages.get(number).files[0].id)
        m.files.cut(m.messages.get(number).files[0].id, [Blob(0, b"i" * 16, 1, 5, b"d" * 32)])
        return number, name

    number, name = mail.write(act).result()
    assert mail.write(lambda m: m.messages.withdraw(number, NOW)).result() == (name,)
    assert (page(mail, 1)[0].text, page(mail, 1)[0].withdrawn_ms) == ("", NOW)
    assert mail.read(lambda m: m.search.find("retir")).result() == ()


# --- an older copy ----------------------------------------------------------------------------------------


def prepare(vault):
    message = say(vault.mail, begin(vault.mail), "en route", 1, state=State.DRAWN)
    post(vault.mail, 1, [Target(PAUL, b"d1")], message)
    vault.mail.write(lambda m: m.peers.keep_queue(Queue(b"q" * 16, b"o" * 32))).result()
    vault.mail.write(lambda m: m.prekeys.add(1, b"s" * 32, NOW)).result()


def test_a_profile_from_a_backup_sends_nothing_until_it_begins_anew(vault, folder, terms, tmp_path):
    prepare(vault)
    vault.back_up(tmp_path / "backup.tar", NOW)
    chain, _seq, _prev = post(vault.mail, 2, [Target(PAUL, b"d1")])
    vault.lock()
    shutil.rmtree(folder)
    backup.restore(tmp_path / "backup.tar", folder)
    for _ in range(2):  # it is known over a second unlock too
        again = Vault.unlock(folder, "mot de passe", terms)
        assert again.mail.restored().result()
        again.lock()
    again = Vault.unlock(folder, "mot de passe", terms)
    again.mail.begin_anew().result()
    assert not again.mail.restored().result()
    assert due(again.mail) == ()
    assert (page(again.mail, 1)[0].state, page(again.mail, 1)[0].held) == (State.FAILED, "restored")
    assert again.mail.read(lambda m: (m.peers.queues(), m.prekeys.all())).result() == ((), ())
    new, seq, prev = post(again.mail, 3, [Target(PAUL, b"d1")])
    assert (new != chain, seq, prev) == (True, 0, b"")
    again.lock()


def test_an_older_copy_of_the_messages_alone_is_seen(vault, folder, terms):
    prepare(vault)
    vault.lock()
    old = (folder / "mail.db").read_bytes()
    Vault.unlock(folder, "mot de passe", terms).lock()
    assert not (folder / "mail.db-wal").exists()
    (folder / "mail.db").write_bytes(old)
    again = Vault.unlock(folder, "mot de passe", terms)
    assert again.mail.restored().result()
    again.lock()


def test_a_keyring_that_knows_of_later_unlocks_holds_the_messages(tmp_path, keyring, terms):
    terms = Terms("allowed", keyring, terms.cost)
    folder = tmp_path / "profile"
    Vault.create(folder, "mot de passe", terms)[0].lock()
    Vault.unlock(folder, "mot de passe", terms).lock()
    old = shutil.copytree(folder, tmp_path / "old")
    Vault.unlock(folder, "mot de passe", terms).lock()
    Vault.unlock(folder, "mot de passe", terms).lock()
    shutil.rmtree(folder)
    shutil.copytree(old, folder)
    again = Vault.unlock(folder, "mot de passe", terms)
    assert again.restored
    assert again.mail.restored().result()
    again.lock()


# --- damage and disks -------------------------------------------------------------------------------------


def damage(folder, where=-2000):
    data = bytearray((folder / "mail.db").read_bytes())
    data[where] ^= 1
    (folder / "mail.db").write_bytes(data)
    (folder / "dirty").touch()
    return bytes(data)


def test_damaged_messages_are_kept_read_only_and_the_rest_works(vault, folder, terms):
    thread = begin(vault.mail)
    for number in range(50):
        say(vault.mail, thread, "mot " * 100, number)
    vault.lock()
    damaged = damage(folder)
    for _ in range(2):
        opened = Vault.unlock(folder, "mot de passe", terms)
        assert (opened.mail_read_only, opened.read_only, opened.mail_lost) == (True, False, False)
        with pytest.raises(ReadOnly):
            begin(opened.mail, b"n" * 16)
        with pytest.raises(ReadOnly):
            opened.change_password("mot de passe", "neu")
        opened.settings.save("theme", "1").result()
        opened.lock()
        assert (folder / "mail.db").read_bytes() == damaged
    assert len(list((folder / "set-aside").glob("mail-*/mail.db"))) == 1


def test_messages_that_do_not_open_at_all_are_left_where_they_are(vault, folder, terms):
    begin(vault.mail)
    vault.lock()
    damaged = damage(folder, 20)
    opened = Vault.unlock(folder, "mot de passe", terms)
    assert opened.mail_read_only
    opened.settings.save("theme", "1").result()
    opened.lock()
    assert (folder / "mail.db").read_bytes() == damaged


def test_files_of_lost_messages_are_put_aside(vault, folder, terms):
    vault.mail.shelf.write("ab" * 16, 0, b"sealed")
    vault.lock()
    (folder / "mail.db").unlink()
    Vault.unlock(folder, "mot de passe", terms).lock()
    assert [path.read_bytes() for path in folder.glob("set-aside/missing/files-*/*")] == [b"sealed"]


def with_file(vault, data, state=FileState.HERE):
    """Put a sealed file on the shelf of a received message; return (message, file, name)."""
    new = NewMessage(begin(vault.mail), b"f" * 16, PAUL, own=False, sent_ms=NOW, at_ms=NOW, text="CANARI-TEXTE",
                     files=(NewFile("CANARI-NOM.pdf", "application/pdf", len(data), state, b"k" * 32),))  # fmt: skip

    def act(m):
        number = m.messages.add(new)
        file = m.messages.get(number).files[0].id
        return number, file, m.files.place(file)

    made = vault.mail.write(act).result()
    vault.mail.shelf.write(made[2], 0, data)
    vault.mail.shelf.sync(made[2])
    return made


def test_a_backup_has_the_files_and_not_those_under_way(vault, folder, terms, tmp_path):
    data = random.Random(1).randbytes(200_000)
    message, _file, name = with_file(vault, data)
    coming = NewMessage(1, b"g" * 16, PAUL, own=False, sent_ms=NOW, at_ms=NOW,
                        files=(NewFile("b", "c", 9, FileState.COMING, b"k" * 32),))  # fmt: skip
    other = vault.mail.write(lambda m: m.messages.get(m.messages.add(coming)).files[0].id).result()
    half = vault.mail.write(lambda m: m.files.place(other)).result()
    vault.mail.shelf.write(half, 0, b"half")
    vault.back_up(tmp_path / "backup.tar", NOW)
    vault.lock()
    backup.restore(tmp_path / "backup.tar", tmp_path / "other")
    again = Vault.unlock(tmp_path / "other", "mot de passe", terms)
    assert again.mail.shelf.read(name, 0, 1 << 20) == data
    again.mail.tidy().result()
    assert again.mail.read(lambda m: m.messages.get(message)).result().files[0].state is FileState.HERE
    assert again.mail.read(lambda m: m.files.get(other)).result().state is FileState.OFFERED
    again.lock()


def test_what_a_crash_left_on_the_shelf_goes_and_what_is_missing_is_said(vault, folder, terms):
    message, file, name = with_file(vault, b"sealed")
    vault.mail.shelf.write("cd" * 16, 0, b"orphan")
    (folder / "files" / "note.txt").write_bytes(b"of somebody else")
    vault.mail.shelf.drop([name])
    vault.lock()
    again = Vault.unlock(folder, "mot de passe", terms)
    again.mail.tidy().result()
    assert [path.name for path in (folder / "files").iterdir()] == ["note.txt"]
    assert again.mail.read(lambda m: m.messages.get(message)).result().files[0].state is FileState.OFFERED
    assert again.mail.read(lambda m: m.files.kept(file)).result().shelf == ""
    again.lock()


def test_a_full_disk_refuses_a_piece_of_a_file_and_takes_it_once_there_is_room(tmp_path, terms):
    with small_disk(tmp_path / "disk") as disk:
        vault, _ = Vault.create(disk.folder / "profile", "mot de passe", terms)
        _message, file, name = with_file(vault, b"x" * 100_000, FileState.COMING)
        disk.fill()
        with pytest.raises(DiskTrouble):
            vault.mail.shelf.write(name, 100_000, b"y" * 400_000)
        with pytest.raises(DiskTrouble):
            say(vault.mail, 1, "z" * 20_000, 9)
        disk.free()
        vault.mail.shelf.write(name, 100_000, b"y" * 400_000)
        vault.mail.shelf.sync(name)
        vault.mail.write(lambda m: m.files.state(file, FileState.HERE, 500_000)).result()
        assert vault.mail.shelf.read(name, 99_999, 2) == b"xy"
        assert not vault.failing
        vault.lock()


def test_the_shelf_follows_no_link_and_no_path(vault, folder, tmp_path):
    shelf = vault.mail.shelf
    (tmp_path / "secret").write_bytes(b"of somebody else")
    shelf.write("ab" * 16, 0, b"sealed")
    (folder / "files" / ("cd" * 16)).symlink_to(tmp_path / "secret")
    for act in (lambda n: shelf.read(n, 0, 9), lambda n: shelf.write(n, 0, b"x")):
        with pytest.raises(DiskTrouble):
            act("cd" * 16)
        for name in ("../secret", "AB" * 16, "", "ab" * 15 + "/x"):
            with pytest.raises(ValueError):  # noqa: PT011 -- never from outside
                act(name)
    shelf.drop(["cd" * 16])
    assert (tmp_path / "secret").read_bytes() == b"of somebody else"


def test_nothing_of_a_message_stands_on_the_disk_in_clear(vault, folder):
    with_file(vault, random.Random(2).randbytes(9_000))
    vault.mail.write(lambda m: m.threads.keep_draft(1, "CANARI-BROUILLON")).result()
    vault.mail.write(lambda m: m.threads.rename(1, "CANARI-TITRE")).result()
    for path in (one for one in folder.rglob("*") if one.is_file()):
        assert b"CANARI" not in path.read_bytes(), path.name
    vault.lock()
    Vault.erase(folder)
    assert not folder.exists()


def test_figures_say_how_much_and_no_names(vault):
    with_file(vault, b"x" * 5_000)
    post(vault.mail, 1, [Target(PAUL, b"d1")])
    figures = vault.mail.figures().result()
    assert (figures.threads, figures.messages, figures.files, figures.file_bytes) == (1, 1, 1, 5_000)
    assert (figures.waiting, figures.oldest_ms) == (1, NOW)
    assert "CANARI" not in repr(figures)
