"""The first run without Qt: a real vault, real keys, and an organisation that answers."""

from __future__ import annotations

import asyncio
import base64
import os
import stat
from pathlib import Path

import pytest

from app.admin.organisation import Organisation
from app.config import Policy
from app.signin import enrol
from app.signin.enrol import EnrolRefused, Pending
from app.signin.service import Opened, SignIn, SignInRefused
from media.keys.certs import DeviceKeys, Request
from resources.locale import po
from storage.identity import Relay
from tests.harness.cheap import CHEAP

NOW = 1_790_000_000
DAY = 86_400
PASSWORD = "girafe tambour velours cascade"
RELAY = Relay("relay.test", 443, b"p" * 32)


@pytest.fixture
def door(tmp_path):
    signin = SignIn(tmp_path / "profile", CHEAP, Policy(), lambda: NOW * 1000)
    opened = []
    for name in ("protect", "unlock", "recover"):
        real = getattr(signin, name)

        def call(*arguments, real=real):
            found = asyncio.run(real(*arguments))
            opened.append(found.vault)
            return found

        setattr(signin, f"{name}_now", call)
    yield signin
    for vault in opened:
        vault.lock()


def confirm(pending, typed=None):
    asked = enrol.ask_groups(pending.recovery_code)
    groups = pending.recovery_code.split("-")
    return asyncio.run(enrol.confirm(pending, asked, typed or [groups[index].lower() for index in asked]))


def ask(pending, name="Dr Iris Vanel"):
    return asyncio.run(enrol.request(pending, name, "doctor", "Radiologie"))


def answer(tmp_path, request, now_s=NOW, head_s=NOW, days=90):
    organisation = Organisation.create("CH d'essai", now_s)[0]
    certificate = organisation.issue(Request.parse(request), now_s, days=days)
    path = tmp_path / "answer.enrolment"
    path.write_bytes(organisation.enrolment(certificate, head_s).encode())
    return str(path)


def accept(pending, path):
    found = asyncio.run(enrol.look(pending, path, NOW))
    asyncio.run(enrol.finish(pending, found, RELAY, NOW))


def refusal(call, *arguments, **named):
    with pytest.raises(EnrolRefused) as refused:  # noqa: PT012 -- plain or awaited
        result = call(*arguments, **named)
        if asyncio.iscoroutine(result):
            asyncio.run(result)
    assert f"firstrun.refused.{refused.value.code}" in po.load("fr").forms
    return refused.value.code


def test_an_empty_folder_becomes_a_desk(door, tmp_path):
    pending = door.protect_now(PASSWORD)
    assert pending.step == "code"
    pending = confirm(pending)
    assert pending.step == "identity"
    pending = ask(pending)
    assert pending.step == "import"
    accept(pending, answer(tmp_path, pending.request))
    opened = asyncio.run(door.enter(pending))
    assert opened.session.name == "Dr Iris Vanel"
    assert opened.session.relay("relay.test", 443) == RELAY
    assert enrol.KEPT not in opened.vault.settings.all().result()
    opened.vault.lock()
    assert isinstance(door.unlock_now(PASSWORD), Opened)


def test_each_step_survives_a_restart(door, tmp_path):
    pending = door.protect_now(PASSWORD)
    first = pending.recovery_code
    pending.vault.lock()
    pending = door.unlock_now(PASSWORD)
    assert pending.step == "code"
    assert pending.recovery_code != first, "nobody can show the old code again"
    pending = confirm(pending)
    pending.vault.lock()
    pending = door.unlock_now(PASSWORD)
    assert pending.step == "identity"
    request = ask(pending).request
    pending.vault.lock()
    pending = door.unlock_now(PASSWORD)
    assert (pending.step, pending.request) == ("import", request)
    accept(pending, answer(tmp_path, request))
    assert asyncio.run(door.enter(pending)).session.name == "Dr Iris Vanel"


def test_the_recovery_code_opens_a_half_made_desk(door):
    pending = door.protect_now(PASSWORD)
    code = pending.recovery_code
    confirm(pending).vault.lock()
    pending = door.recover_now(code, "une autre phrase tres longue")
    assert pending.step == "code"
    assert pending.recovery_code != code
    assert confirm(pending).step == "identity"


def test_a_corrected_name_keeps_the_keys(door):
    pending = ask(confirm(door.protect_now(PASSWORD)))
    again = ask(pending, "Dr Iris Vanel-Petit")
    before, after = Request.parse(pending.request), Request.parse(again.request)
    assert (before.public, before.device_id) == (after.public, after.device_id)
    assert after.name == "Dr Iris Vanel-Petit"


def test_wrong_groups_are_refused(door):
    pending = door.protect_now(PASSWORD)
    assert refusal(confirm, pending, ["00000", "00000"]) == "code-differs"
    assert refusal(confirm, pending, ["", ""]) == "code-differs"


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "Dr \u202eVanel", "a\nb"])
def test_a_name_that_nobody_should_read_is_refused(door, name):
    pending = confirm(door.protect_now(PASSWORD))
    assert refusal(ask, pending, name) == "name"


def test_a_second_profile_is_never_made_in_the_same_folder(door):
    door.protect_now(PASSWORD).vault.lock()
    with pytest.raises(SignInRefused):
        door.protect_now(PASSWORD)


# --- answers that do not fit --------------------------------------------------------------------------------


@pytest.fixture
def pending(door):
    return ask(confirm(door.protect_now(PASSWORD)))


def finish(pending, path, now_s=NOW):
    return refusal(enrol.look, pending, str(path), now_s)


def test_an_answer_to_another_desk(pending, tmp_path):
    other = DeviceKeys.generate().request("Dr Iris Vanel", "doctor", "Radiologie")
    assert finish(pending, answer(tmp_path, other)) == "certificate-foreign"
    assert not asyncio.run(enrol.enrolled(pending.vault)), "nothing of it was kept"
    assert pending.vault.identity.organisations().result() == []


def test_an_answer_that_came_too_late(pending, tmp_path):
    path = answer(tmp_path, pending.request, days=2, head_s=NOW + 5 * DAY)
    assert finish(pending, path, NOW + 5 * DAY) == "certificate-expired"


def test_an_answer_with_an_old_directory(pending, tmp_path):
    assert finish(pending, answer(tmp_path, pending.request), NOW + 8 * DAY) == "directory-old"


def test_an_answer_from_the_future(pending, tmp_path):
    assert finish(pending, answer(tmp_path, pending.request), NOW - 2 * DAY) == "clock"


def test_an_answer_that_was_changed(pending, tmp_path):
    path = tmp_path / "changed"
    data = bytearray(Path(answer(tmp_path, pending.request)).read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)
    assert finish(pending, path) in {"untrusted", "file-wrong"}


def test_files_that_are_none(pending, tmp_path):
    (tmp_path / "junk").write_bytes(os.urandom(5000))
    assert finish(pending, tmp_path / "junk") == "file-wrong"
    assert finish(pending, tmp_path / "nowhere") == "file-unreadable"
    assert finish(pending, tmp_path) == "file-unreadable"
    assert finish(pending, "a\0b") == "file-unreadable"


def test_nothing_is_kept_of_an_answer_that_was_only_looked_at(pending, tmp_path):
    found = asyncio.run(enrol.look(pending, answer(tmp_path, pending.request), NOW))
    assert (found.organisation, found.name, found.role) == ("CH d'essai", "Dr Iris Vanel", "doctor")
    assert found.fingerprint == enrol.in_groups(found.enrolment.bundle.org)
    assert len(found.fingerprint.split()) == 8
    assert not asyncio.run(enrol.enrolled(pending.vault))
    assert pending.vault.identity.organisations().result() == []


def test_an_answer_accepted_too_late_is_judged_again(pending, tmp_path):
    found = asyncio.run(enrol.look(pending, answer(tmp_path, pending.request), NOW))
    assert refusal(enrol.finish, pending, found, RELAY, NOW + 8 * DAY) == "directory-old"


# --- relay, text, files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["", "relay.test", "relay.test:0", "relay.test:70000", ":443", "a b:443", "http://x:443"]
)
def test_a_malformed_relay_address(address):
    assert refusal(enrol.read_relay, address, "ab" * 32, authority=False) == "relay-address"


@pytest.mark.parametrize("fingerprint", ["", "ab", "zz" * 32, "ab" * 33])
def test_a_malformed_fingerprint(fingerprint):
    assert refusal(enrol.read_relay, "relay.test:443", fingerprint, authority=False) == "relay-fingerprint"


def test_a_relay_as_people_type_it():
    spaced = ":".join(["AB"] * 32)
    assert enrol.read_relay(" Relay.Test:443 ", spaced, authority=False) == Relay(
        "relay.test", 443, b"\xab" * 32
    )
    assert enrol.read_relay("relay.test:443", "", authority=True) == Relay("relay.test", 443)


def test_a_request_is_copied_in_short_lines():
    text = enrol.as_text(bytes(range(256)) * 20)
    assert base64.b64decode(text) == bytes(range(256)) * 20
    assert max(map(len, text.splitlines())) == 64


def test_a_saved_file_is_its_owners_alone_and_replaces_none(tmp_path):
    path = tmp_path / "code.txt"
    asyncio.run(enrol.save(str(path), b"x"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert refusal(enrol.save, str(path), b"y") == "file-exists"
    assert refusal(enrol.save, str(tmp_path / "no" / "where"), b"y") == "not-written"
    assert path.read_bytes() == b"x"


def test_no_secret_is_in_the_words_of_a_pending_desk(door):
    pending = door.protect_now(PASSWORD)
    assert isinstance(pending, Pending)
    assert pending.recovery_code not in repr(pending)
