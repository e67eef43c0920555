"""What a message does to the vault, whatever the order in which a relay delivers: corrections before their message, words of a team."""

from __future__ import annotations

import os

import pytest

from app.post.taking import Taking
from app.post.told import Told
from media.keys.certs import Verdict
from media.mail import bodies, convs
from media.mail.types import Type
from storage.messages.records import ThreadKind
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault
from tests.harness.letters import NOW_MS, Desk

ME = os.urandom(16)
ANNE, BRUNO = Desk(), Desk()
TEAM = convs.fresh()


@pytest.fixture
def mail(tmp_path):
    vault, _ = Vault.create(
        tmp_path / "profile", "mot de passe", Terms("off", OsKeyring(), KdfCost(ops=1, mem_kib=8))
    )
    yield vault.mail
    vault.lock()


def told(body, by: Desk = ANNE, to=(ME,), conv=b"", sent=NOW_MS, warning="") -> Told:
    header, _ = by.head(body, to, conv=conv, now_ms=sent)
    who = Verdict("certified", "Dr", by.cert.hash, bytes(32), user=by.user, role="doctor", device_id=by.id)
    return Told(Type(header.type), header, who, body, by.user == ME, sent + 1000, warning, b"proof")


def take(mail, *found: Told) -> None:
    for one in found:
        mail.write(lambda rows, one=one: Taking(ME).take(rows, one)).result()


def message(mail, by: Told):
    return mail.read(lambda rows: rows.messages.find(by.msg_id, by.by.user)).result()


def thread(mail, conv: bytes):
    return mail.read(lambda rows: rows.threads.find(conv)).result()


# --- acts about a message that is not here yet -------------------------------------------------------------


def test_a_withdrawal_that_overtakes_its_message_counts(mail) -> None:
    """A relay that keeps a message back until it was withdrawn gets nobody to read it."""
    said = told(bodies.Text("50 mg"))
    take(mail, told(bodies.Withdraw(said.msg_id)), said)
    found = message(mail, said)
    assert found.withdrawn_ms
    assert found.text == ""


def test_a_correction_that_overtakes_its_message_counts(mail) -> None:
    said = told(bodies.Text("50 mg"))
    late = told(bodies.Correct(said.msg_id, "5 mg"), sent=NOW_MS + 9)
    take(mail, late, told(bodies.Correct(said.msg_id, "15 mg"), sent=NOW_MS + 5), said)
    found = message(mail, said)
    assert found.text == "5 mg"
    assert found.edited_ms == NOW_MS + 9


def test_of_two_corrections_the_later_one_counts(mail) -> None:
    said = told(bodies.Text("50 mg"))
    second = told(bodies.Correct(said.msg_id, "5 mg"), sent=NOW_MS + 9)
    take(mail, said, second, told(bodies.Correct(said.msg_id, "15 mg"), sent=NOW_MS + 5))
    assert message(mail, said).text == "5 mg"


def test_an_act_that_overtakes_its_message_counts(mail) -> None:
    conv = convs.fresh()
    said = told(bodies.Text("choc"), to=(ME, BRUNO.user), conv=conv)
    act = bodies.Taken(said.msg_id, said.header.hash)
    take(mail, told(act, BRUNO, (ME, ANNE.user), conv, NOW_MS + 7), said)
    (found,) = message(mail, said).taken
    assert (found.user, found.at_ms) == (BRUNO.user, NOW_MS + 7)


def test_an_act_about_other_words_counts_for_nothing(mail) -> None:
    conv = convs.fresh()
    said = told(bodies.Text("choc"), to=(ME, BRUNO.user), conv=conv)
    act = told(bodies.Taken(said.msg_id, bytes(32)), BRUNO, (ME, ANNE.user), conv)
    take(mail, act, said, act)
    assert message(mail, said).taken == ()


def test_nobody_changes_the_words_of_another_beforehand_or_after(mail) -> None:
    said = told(bodies.Text("50 mg"))
    lures = [told(bodies.Correct(said.msg_id, "faux"), BRUNO), told(bodies.Withdraw(said.msg_id), BRUNO)]
    take(mail, *lures, said, *lures)
    found = message(mail, said)
    assert (found.text, found.withdrawn_ms, found.edited_ms) == ("50 mg", 0, 0)


def test_what_waits_for_its_message_is_bounded_and_forgotten(mail) -> None:
    said = told(bodies.Text("x"))
    first = told(bodies.Withdraw(said.msg_id))
    take(mail, first)

    def flood(rows):
        for number in range(1005):
            Taking(ME).take(rows, told(bodies.Withdraw(number.to_bytes(16, "big"))))

    mail.write(flood).result()
    take(mail, said)
    assert not message(mail, said).withdrawn_ms


# --- teams ------------------------------------------------------------------------------------------------


ALL = tuple(sorted((ME, ANNE.user, BRUNO.user)))


def word(title: str, by: Desk = ANNE, members=ALL, sent=NOW_MS, warning="") -> Told:
    return told(
        bodies.Team(title, tuple(sorted(members))), by, (ME, ANNE.user, BRUNO.user), TEAM, sent, warning
    )


def test_two_words_in_any_order_end_alike(mail) -> None:
    take(mail, word("RCP"), word("deux", BRUNO, sent=NOW_MS + 20), word("un", sent=NOW_MS + 10))
    assert thread(mail, TEAM).title == "deux"


def test_a_removal_that_comes_late_counts(mail) -> None:
    """It was lost, something later was said, and it was sent again."""
    removal = word("RCP", members=(ME, ANNE.user), sent=NOW_MS + 5, warning="late")
    text = told(bodies.Text("après"), to=(ME,), conv=TEAM, sent=NOW_MS + 9)
    take(mail, word("RCP"), text, removal)
    assert thread(mail, TEAM).members == (ANNE.user,)


def test_whoever_was_removed_changes_nothing(mail) -> None:
    removal = word("RCP", members=(ME, ANNE.user), sent=NOW_MS + 5)
    take(mail, word("RCP"), removal, word("à moi", BRUNO, sent=NOW_MS + 9))
    found = thread(mail, TEAM)
    assert (found.title, found.members) == ("RCP", (ANNE.user,))


def test_what_somebody_who_was_removed_writes_into_the_knownis_marked(mail) -> None:
    take(mail, word("RCP"), before := told(bodies.Text("dedans"), BRUNO, conv=TEAM, sent=NOW_MS + 2))
    take(mail, word("RCP", members=(ME, ANNE.user), sent=NOW_MS + 5))
    take(mail, after := told(bodies.Text("dehors"), BRUNO, conv=TEAM, sent=NOW_MS + 9))
    take(mail, inside := told(bodies.Text("ici"), conv=TEAM, sent=NOW_MS + 9))
    marks = [message(mail, one).warning for one in (before, after, inside)]
    assert marks == ["", "outsider", ""]


def test_two_people_who_write_to_each_other_are_no_team(mail) -> None:
    """The first word about a direct thread says what it is about, and not that somebody made a team."""
    conv, odile = convs.direct(ANNE.user, ME), bodies.Patient("1.2.3", "8001", "TESSIER Odile")
    said = told(bodies.Team("", tuple(sorted((ANNE.user, ME))), 3600, odile), conv=conv)
    take(mail, said)
    found = thread(mail, conv)
    events = mail.read(lambda rows: [one.event for one in rows.messages.page(found.id)]).result()
    assert (found.kind, found.expire_s, found.patient.ipp) == (ThreadKind.DIRECT, 3600, "8001")
    assert events == ["linked"]  # the timer stands beside the field
