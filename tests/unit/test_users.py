"""Several people at one PC, without Qt: their folders, their names at the lock, their wrong passwords, their trails."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit import Trail
from app.config import Policy
from app.signin import users
from app.signin.service import SignIn, SignInRefused
from app.signin.tries import Tries
from app.signin.users import CARD, MAX_NAME, Users, read_card, said, write_card
from storage.slots import KdfCost
from storage.vault import Terms, Vault
from tests.harness.cheap import CHEAP

PASSWORD = "girafe tambour velours cascade"


def make(folder, password=PASSWORD):
    Vault.create(folder, password, CHEAP)[0].lock()
    return folder


def test_a_single_profile_is_found_where_it_always_was(tmp_path):
    make(tmp_path)
    assert [user.folder for user in Users(tmp_path).all()] == [tmp_path]
    assert SignIn(tmp_path).folder == tmp_path


def test_a_newcomer_gets_a_folder_beside_and_both_open_with_their_own_password_only(tmp_path):
    first = Users(tmp_path).fresh()
    assert first == tmp_path, "the first person needs no other place than before"
    make(first, "la phrase de la premiere")
    second = Users(tmp_path).fresh()
    assert second.parent == tmp_path / "users"
    make(second)
    assert {user.folder for user in Users(tmp_path).all()} == {first, second}
    door = SignIn(tmp_path, CHEAP, Policy(), lambda: 0)
    door.choose(second)
    with pytest.raises(SignInRefused) as refused:
        asyncio.run(door.unlock("la phrase de la premiere"))
    assert refused.value.code == "wrong-password"
    assert second.stat().st_mode & 0o077 == 0


def test_an_abandoned_newcomer_leaves_nobody(tmp_path):
    make(tmp_path)
    (tmp_path / "users" / "0011").mkdir(parents=True)
    (tmp_path / "users" / "note.txt").write_text("x")
    assert len(Users(tmp_path).all()) == 1


def test_the_lock_says_of_a_name_what_its_owner_wants(tmp_path):
    assert said("Dr Hélène Marchetti", "name") == "Dr Hélène Marchetti"
    assert said("Dr Hélène Marchetti", "initials") == "H.M."
    assert said("Dr Hélène Marchetti", "none") == ""
    make(tmp_path)
    write_card(tmp_path, "Dr Hélène Marchetti", "name")
    assert [user.name for user in Users(tmp_path).all()] == ["Dr Hélène Marchetti"]
    write_card(tmp_path, "Dr Hélène Marchetti", "none")
    assert not any(b"Marchetti" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_name_cannot_turn_or_break_what_stands_beside_it(tmp_path):
    (tmp_path / CARD).write_text(json.dumps({"name": "Dr \u202eitteh\ncraM" + "x" * 500}))
    name = read_card(tmp_path)
    assert "\u202e" not in name
    assert "\n" not in name
    assert len(name) <= MAX_NAME


@given(st.binary(max_size=3000))
def test_any_card_is_read_or_passed_over(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("card")
    (folder / CARD).write_bytes(data)
    assert len(read_card(folder)) <= MAX_NAME


def test_a_data_folder_that_cannot_be_looked_into_holds_nobody(tmp_path, monkeypatch):
    def denied(_folder):
        raise PermissionError

    monkeypatch.setattr(users.Profile, "exists", denied)
    assert Users(tmp_path).all() == ()


# --- wrong passwords ----------------------------------------------------------------------------------------


def test_each_wrong_password_after_the_third_makes_the_next_wait_longer():
    now = [0.0]
    tries = Tries(lambda: now[0])
    waits = []
    for _ in range(9):
        tries.failed()
        waits.append(tries.wait_s)
        now[0] += tries.wait_s
    assert waits == [0, 0, 2, 4, 8, 16, 32, 60, 60]
    assert tries.wait_s == 0
    assert tries.came_in() == 9
    assert tries.came_in() == 0


def test_a_try_in_the_waiting_time_is_not_even_made_and_the_right_one_tells_how_many_failed(
    tmp_path, monkeypatch
):
    now = [0.0]
    monkeypatch.setattr("app.signin.service.Tries", lambda: Tries(lambda: now[0]))
    make(tmp_path)
    door = SignIn(tmp_path, CHEAP, Policy(), lambda: 0)
    codes = []
    for _ in range(4):
        with pytest.raises(SignInRefused) as refused:
            asyncio.run(door.unlock("not this one"))
        codes.append((refused.value.code, refused.value.wait_s))
    assert codes == [("wrong-password", 0), ("wrong-password", 0), ("wrong-password", 2), ("wait", 2)]
    with pytest.raises(SignInRefused):
        asyncio.run(door.unlock(PASSWORD))
    now[0] = 2.0
    asyncio.run(door.unlock(PASSWORD)).vault.lock()
    assert door.tries.wrong == 0


def test_the_wrong_tries_of_one_do_not_hold_up_another(tmp_path):
    door = SignIn(tmp_path, CHEAP, Policy(), lambda: 0)
    for _ in range(5):
        door.tries.failed()
    assert door.tries.wait_s
    door.choose(tmp_path / "users" / "b")
    assert not door.tries.wait_s
    door.choose(tmp_path)
    assert door.tries.wait_s, "going away and coming back does not help"


def test_who_stops_waiting_leaves_no_open_vault_behind(tmp_path, monkeypatch):
    make(tmp_path)
    door = SignIn(tmp_path, CHEAP, Policy(), lambda: 0)

    async def give_up():
        opening = asyncio.create_task(door.unlock(PASSWORD))
        await asyncio.to_thread(held.wait, 10)
        opening.cancel()
        go.set_result(None)
        await asyncio.gather(opening, return_exceptions=True)
        return await door.unlock(PASSWORD)

    held, go = threading.Event(), Future()
    real = Vault.unlock

    def slowly(*arguments):
        held.set()
        go.result(30)
        return real(*arguments)

    monkeypatch.setattr(Vault, "unlock", slowly)
    asyncio.run(give_up()).vault.lock()


# --- the system's keyring -----------------------------------------------------------------------------------


class Ring:
    """A keyring in memory."""

    def __init__(self):
        self.kept = {}

    def usable(self):
        return True

    def read(self, name):
        return self.kept.get(name, b"")

    def write(self, name, secret):
        self.kept[name] = secret
        return True

    def forget(self, name):
        self.kept.pop(name, None)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_keyring_that_was_declined_is_never_used_later(tmp_path, wanted):
    ring = Ring()
    terms = Terms(keyring="allowed", store=ring, cost=KdfCost(ops=1, mem_kib=1024))
    door = SignIn(tmp_path, terms, Policy(), lambda: 0)
    pending = asyncio.run(door.protect(PASSWORD, keyring=wanted))
    pending.vault.lock()
    assert bool(ring.kept) == wanted
    again = asyncio.run(door.recover(pending.recovery_code, "une autre phrase tres longue"))
    again.vault.lock()
    assert bool(ring.kept) == wanted
    asyncio.run(door.unlock("une autre phrase tres longue")).vault.lock()
    assert Vault.uses_keyring(tmp_path) == wanted


def test_a_folder_that_cannot_be_made_is_said_as_such(tmp_path):
    (tmp_path / "file").write_text("")
    door = SignIn(tmp_path / "file" / "data", CHEAP, Policy(), lambda: 0)
    with pytest.raises(SignInRefused) as refused:
        asyncio.run(door.protect(PASSWORD))
    assert refused.value.code == "folder"


# --- the trail ----------------------------------------------------------------------------------------------


class Rows:
    def __init__(self):
        self.acts = []

    def record(self, _time_ms, who, action, *, subject, reason):
        del subject, reason
        self.acts.append((who, action))
        done = Future()
        done.set_result(None)
        return done


def test_what_one_did_behind_the_lock_waits_for_that_ones_own_trail():
    trail, first, second = Trail(lambda: 0), Rows(), Rows()
    trail.open(first, b"a", "A")
    trail.record("unlock")
    trail.close()
    trail.record("meeting-leave")
    trail.open(second, b"b", "B")
    trail.record("unlock")
    trail.close()
    assert second.acts == [(b"b", "unlock")]
    trail.open(first, b"a", "A")
    assert first.acts == [(b"a", "unlock"), (b"a", "meeting-leave")]


def test_two_desks_of_one_user_have_two_trails():
    trail, first, second = Trail(lambda: 0), Rows(), Rows()
    trail.open(first, b"a", "A")
    trail.close()
    trail.record("meeting-leave")
    trail.open(second, b"a", "B")
    assert second.acts == []


def test_locking_a_half_made_desk_writes_in_nobodys_trail(tmp_path):
    door = SignIn(tmp_path, CHEAP, Policy(), lambda: 0)
    rows = Rows()
    door.trail.open(rows, b"a", "A")
    door.trail.close()
    pending = asyncio.run(door.protect(PASSWORD))
    door.close(pending.vault, lambda call: call(), "idle")
    door.trail.open(rows, b"a", "A")
    assert rows.acts == []
