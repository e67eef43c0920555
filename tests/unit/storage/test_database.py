"""One writer, readers that cannot write, and what each asker gets when something fails."""

from __future__ import annotations

import threading
import weakref

import pytest

from storage import checkup
from storage.database import READERS, Database, connect
from storage.errors import Damaged, DiskTrouble, Locked, ReadOnly, TooNew
from storage.messages.messages import Messages
from storage.messages.records import ThreadKind
from storage.messages.search import Search
from storage.messages.threads import Threads
from storage.migrate import _scripts as migrations
from storage.migrate import migrate

KEY = b"k" * 32


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "vault.db"
    checkup.create(path, KEY)
    database = Database(path)
    database.open(KEY)
    yield database
    database.close()


def put(key, value="1"):
    return lambda db: db.execute("INSERT INTO setting VALUES (?, ?)", (key, value)) and None


def keys(db):
    return [row[0] for row in db.execute("SELECT key FROM setting ORDER BY key")]


def test_a_write_is_seen_by_readers_once_it_is_done(database):
    database.write(put("a")).result()
    assert database.read(keys).result() == ["a"]


def test_one_failing_act_in_a_batch_undoes_itself_alone(database):
    hold = threading.Event()
    database.write(lambda _: hold.wait(30))
    first, second, third = database.write(put("a")), database.write(put("a")), database.write(put("b"))

    def half(db):
        put("half")(db)
        raise RuntimeError("changed my mind")

    fourth = database.write(half)
    hold.set()
    assert first.result() is None
    assert third.result() is None
    with pytest.raises(Exception, match="UNIQUE"):
        second.result()
    with pytest.raises(RuntimeError):
        fourth.result()
    assert database.read(keys).result() == ["a", "b"]


def test_what_waits_is_committed_together(database):
    hold = threading.Event()
    commits = []
    database.write(
        lambda db: db.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    ).result()
    commits.clear()
    database.write(lambda _: hold.wait(30))
    asked = [database.write(put(str(number))) for number in range(50)]
    hold.set()
    for one in asked:
        one.result()
    assert len(commits) <= 3


def test_a_cancelled_wish_is_not_carried_out(database):
    hold = threading.Event()
    database.write(lambda _: hold.wait(30))
    wish = database.write(put("a"))
    blocked = database.write(put("b"))
    if wish.cancel():
        hold.set()
        blocked.result()
        assert database.read(keys).result() == ["b"]
    hold.set()


def test_readers_cannot_write(database):
    with pytest.raises(DiskTrouble):
        database.read(put("a")).result()
    assert database.read(keys).result() == []


def test_readers_see_one_moment_through_an_act(database):
    def count_twice(db):
        before = keys(db)
        database.write(put("between")).result()
        return before, keys(db)

    assert database.read(count_twice).result() == ([], [])


def test_more_readers_than_threads_wait_their_turn(database):
    asked = [database.read(keys) for _ in range(READERS * 10)]
    assert all(one.result(30) == [] for one in asked)


class Answer:
    """What somebody reads, or gets for a write."""


def test_what_was_read_or_written_last_is_not_held(database):
    for ask in (database.read, database.write):
        gone = threading.Event()
        weakref.finalize(ask(lambda _db: Answer()).result(), gone.set)
        assert gone.wait(30)


def test_what_was_asked_before_closing_is_done(database):
    asked = [database.write(put(str(number))) for number in range(100)]
    database.close()
    assert all(one.done() and one.exception() is None for one in asked)
    with pytest.raises(Locked):
        database.write(put("late")).result()


def test_read_only_refuses_writing_only(database):
    database.write(put("a")).result()
    database.close()
    database.open(KEY, read_only=True)
    assert database.read(keys).result() == ["a"]
    with pytest.raises(ReadOnly):
        database.write(put("b")).result()


def test_another_key_opens_nothing_and_writes_nothing(database):
    database.close()
    before = database.path.read_bytes()
    with pytest.raises(Damaged):
        Database(database.path).open(b"x" * 32)
    assert database.path.read_bytes() == before


def test_a_missing_file_is_not_made(tmp_path):
    with pytest.raises(DiskTrouble):
        Database(tmp_path / "none.db").open(KEY)
    assert not (tmp_path / "none.db").exists()


def test_the_recipe_holds_on_every_connection(database):
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 5000,
        "temp_store": 2,
    }

    def ask(db):
        return {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}

    assert database.write(ask).result() == wanted
    assert database.read(ask).result() == wanted


def test_a_failing_migration_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "vault.db"
    checkup.create(path, KEY)
    connection = connect(path, KEY)
    good = connection.execute("PRAGMA user_version").fetchone()[0]
    scripts = ["SELECT 1;"] * good + ["CREATE TABLE late (a) STRICT;\nCREATE TABLE device (a);"]
    monkeypatch.setattr("storage.migrate._scripts", lambda _: scripts)
    with pytest.raises(Exception, match=r"late|device"):
        migrate(connection, "vault")
    assert connection.execute("PRAGMA user_version").fetchone()[0] == good
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'late'").fetchall()
    monkeypatch.setattr("storage.migrate._scripts", lambda _: [])
    with pytest.raises(TooNew):
        migrate(connection, "vault")
    connection.close()


def test_a_meeting_of_the_first_layout_survives_the_newest(tmp_path, monkeypatch):
    scripts = migrations("vault")
    monkeypatch.setattr("storage.migrate._scripts", lambda _: scripts[:1])
    checkup.create(tmp_path / "vault.db", KEY)
    connection = connect(tmp_path / "vault.db", KEY)
    columns = "tag, occurrence, title, relay_host, relay_port, secret, invite_hash, inv_sk, starts_s, host, last_joined_ms"
    connection.execute(
        f"INSERT INTO meeting ({columns}) VALUES (x'01', 0, 'RCP', 'relay', 443, x'02', x'03', x'', 7, 1, 0)"
    )
    monkeypatch.setattr("storage.migrate._scripts", lambda _: scripts)
    migrate(connection, "vault")
    row = connection.execute("SELECT title, starts_s, ends_s, hosts, starts, guests FROM meeting").fetchone()
    assert tuple(row) == ("RCP", 7, 0, b"", b"", 1)
    connection.close()


def test_what_was_written_before_words_stood_in_time_is_found_and_effaced_without_a_trace(
    tmp_path, monkeypatch
):
    scripts = migrations("mail")
    monkeypatch.setattr("storage.migrate._scripts", lambda _: scripts[:11])
    checkup.create(tmp_path / "mail.db", KEY)
    connection = connect(tmp_path / "mail.db", KEY)
    thread = Threads(connection).begin(b"c" * 16, ThreadKind.DIRECT, [b"p" * 16])
    row = "500, ?, x'01', x'02', 1, 0, 4, 'gluconate', x'', '', '', '', '', x'', 1, '', '', 0, 0, 0, 0"
    columns = connection.execute(
        "SELECT group_concat(name) FROM pragma_table_info('message') WHERE name <> 'id'"
    )
    connection.execute(f"INSERT INTO message ({columns.fetchone()[0]}) VALUES ({row})", (thread,))
    connection.execute("INSERT INTO message_words (rowid, text, thread) SELECT id, text, thread FROM spoken")
    monkeypatch.setattr("storage.migrate._scripts", lambda _: scripts)
    migrate(connection, "mail")
    (hit,) = Search(connection).find("gluc")
    Messages(connection).empty(hit.message)
    words = connection.execute("SELECT * FROM message_words_data").fetchall()
    assert Search(connection).find("gluc") == ()
    assert b"gluconate" not in repr(words).encode()
    connection.close()
