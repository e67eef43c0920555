"""What can be said: each body comes out as it went in, and nothing else is taken."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from media.errors import ProtocolError, TrustError
from media.keys import cbor, files
from media.mail import again, bodies, calls, desks, say
from media.mail.bodies import Attachment, Patient, Text
from media.mail.types import RULES, Type, check_role

ID = b"i" * 16
MARIE = Patient("CHU", "8000012", "MARTIN Marie, 14/03/1954")


def attachment(**changed) -> Attachment:
    size = changed.get("size", 1000)
    blobs = tuple(os.urandom(16) for _ in files.parts(size))
    whole = Attachment("scanner.pdf", "application/pdf", size, bytes(32), bytes(32), blobs)
    return replace(whole, **changed)


ONCE = attachment(key=b"", open_within_s=10, shown_for_s=10)
BODIES = [
    Text("Bonjour"),
    Text("", ID, MARIE, (attachment(), ONCE, attachment(size=10**8))),
    bodies.Correct(ID, "Bonsoir"),
    bodies.Withdraw(ID),
    bodies.Receipt(bodies.Reached.READ, (b"a" * 16, b"b" * 16), 5),
    bodies.Taken(ID, bytes(32)),
    bodies.Team("RCP sein", (b"a" * 16, b"b" * 16), 3600, MARIE),
    bodies.Team("", (b"a" * 16,)),
    bodies.Ask(ID, 3, bytes(1216)),
    bodies.Grant(bytes(32), bodies.Answer.GRANTED, b"box"),
    bodies.Grant(bytes(32), bodies.Answer.EXPIRED),
    desks.Presence(b"w" * 32, b"k" * 32),
    desks.Newer(7, attachment()),
    desks.Vouched(b"vouch"),
    desks.History(3, True, b"records"),
    bodies.Sheet("rcp", b"record"),
    calls.Convened(ID, 3, True, ID, ID, b"invite", (0, 2)),
    calls.Hosting(ID, 0, False, ID, ID, b"invite", (), bytes(32)),
    calls.Attending(ID, 1, calls.Coming.NO),
    again.Wanted(ID, 31),
    again.Laid(ID, 0, True),
    again.Laid(ID, 1, False),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda one: type(one).__name__)
def test_a_body_comes_out_as_it_went_in(body) -> None:
    assert say.parse(int(body.TYPE), body.encode()) == body


@pytest.mark.parametrize("body", BODIES, ids=lambda one: type(one).__name__)
def test_a_body_is_not_one_of_another_type(body) -> None:
    for number in set(Type) - {body.TYPE}:
        with pytest.raises(ProtocolError):
            say.parse(number, body.encode())


def test_every_type_has_a_rule_and_a_body() -> None:
    assert set(say.CLASSES) == set(RULES) == set(Type)


@pytest.mark.parametrize("number", [0, 7, 99, 2**40])
def test_a_type_of_a_later_version_is_refused(number) -> None:
    for ask in (lambda: say.parse(number, b"\x80"), lambda: check_role(number, "doctor")):
        with pytest.raises(TrustError, match="type-unknown"):
            ask()


@pytest.mark.parametrize(
    "body",
    [
        Text(""),
        Text("  \n"),
        Text("a" * 20_001),
        Text("\u202ecaché"),
        Text("x", b"short"),
        Text("x", files=(attachment(),) * 33),
        Text("x", patient=Patient("", "1", "")),
        Text("x", patient=Patient("CHU", "1\u202e", "")),
        Text("", files=(attachment(name="../x"),)),
        Text("", files=(attachment(name="CON"),)),
        Text("", files=(attachment(name="a\u202eb.pdf"),)),
        Text("", files=(attachment(size=2**31 + 1),)),
        Text("", files=(attachment(blobs=()),)),
        Text("", files=(attachment(kind="pdf"),)),
        Text("", files=(attachment(kind="a/" + "b" * 100),)),
        Text("", files=(attachment(key=b""),)),
        Text("", files=(attachment(shown_for_s=10),)),
        Text("", files=(replace(ONCE, key=bytes(32)),)),
        Text("", files=(replace(ONCE, open_within_s=86_401),)),
        Text("", files=(replace(ONCE, shown_for_s=301),)),
        bodies.Team("x" * 101, (ID,)),
        bodies.Team("x", ()),
        bodies.Team("x", (b"b" * 16, b"a" * 16)),
        bodies.Team("x", tuple(bytes((n,)) * 16 for n in range(66))),
        bodies.Sheet("", b""),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_may_not_be_said_is_not_sent(body) -> None:
    with pytest.raises(ProtocolError):
        body.encode()


@pytest.mark.parametrize(
    ("number", "fields"),
    [
        (Type.TEXT, ["CSL1/text", "", b"", [], []]),
        (Type.TEXT, ["CSL1/text", "x", b"", ["CHU"], []]),
        (Type.TEXT, ["CSL1/text", "x", b"", [], [1]]),
        (Type.TEXT, ["CSL1/text", "\u202e", b"", [], []]),
        (Type.TEXT, ["CSL1/text", "x", b"", [], [["n", "a/b", 1, bytes(32), bytes(32), bytes(17), 0, 0]]]),
        (
            Type.TEXT,
            ["CSL1/text", "x", b"", [], [["n", "a/b", 2**60, bytes(32), bytes(32), bytes(16), 0, 0]]],
        ),
        (Type.RECEIPT, ["CSL1/receipt", 3, [ID], 1]),
        (Type.RECEIPT, ["CSL1/receipt", 1, [], 1]),
        (Type.RECEIPT, ["CSL1/receipt", 1, [ID, ID], 1]),
        (Type.RECEIPT, ["CSL1/receipt", 1, [ID], 2**48]),
        (Type.RECEIPT, ["CSL1/receipt", 1, [n.to_bytes(16, "big") for n in range(257)], 1]),
        (Type.ASK, ["CSL1/ask-once", ID, 32, bytes(1216)]),
        (Type.GRANT, ["CSL1/grant-once", bytes(32), 0, b""]),
        (Type.GRANT, ["CSL1/grant-once", bytes(32), 1, b"key"]),
        (Type.GRANT, ["CSL1/grant-once", bytes(32), 9, b""]),
        (Type.PRESENCE, ["CSL1/presence", bytes(32), bytes(31)]),
        (Type.HISTORY, ["CSL1/history", 0, 2, b""]),
        (Type.CONVENED, ["CSL1/convened", ID, 0, 2, ID, ID, b"", []]),
        (Type.CONVENED, ["CSL1/convened", ID, 2**32, 0, ID, ID, b"", []]),
        (Type.CONVENED, ["CSL1/convened", ID, 0, 0, ID, ID, b"", [1, 1]]),
        (Type.CONVENED, ["CSL1/convened", ID, 0, 0, ID, ID, b"", [64]]),
        (Type.HOSTING, ["CSL1/hosting", ID, 0, 0, ID, ID, b"", []]),
        (Type.HOSTING, ["CSL1/hosting", ID, 0, 0, ID, ID, b"", [], bytes(31)]),
        (Type.ATTENDING, ["CSL1/attending", ID, 0, 3]),
        (Type.DIRECTORY, ["CSL1/newer", 2**48, []]),
    ],
)
def test_what_may_not_be_said_is_not_taken(number, fields) -> None:
    with pytest.raises(ProtocolError):
        say.parse(number, cbor.encode(fields))


def test_hostile_names_of_others_are_renamed() -> None:
    row = ["../x\u202efdp.exe", "application/pdf", 1, bytes(32), bytes(32), bytes(16), 0, 0]
    (found,) = say.parse(Type.TEXT, cbor.encode(["CSL1/text", "", b"", [], [row]])).files
    assert found.name == "_xfdp.exe_"


def test_a_body_over_its_limit_is_refused_before_it_is_read() -> None:
    for number, rule in RULES.items():
        with pytest.raises(ProtocolError, match="too long"):
            say.parse(number, bytes(rule.limit + 1))


def test_bodies_do_not_print_what_they_say() -> None:
    shown = repr(
        [Text("secret", patient=MARIE, files=(attachment(name="secret"),)), bodies.Correct(ID, "secret")]
    )
    assert "secret" not in shown
    assert "MARTIN" not in shown


# --- type and role ----------------------------------------------------------------------------------------


GATEWAYS = {
    Type.RECEIPT,
    Type.BATCH,
    Type.ALIVE,
    Type.SNAPSHOT,
    Type.OUTGOING_ACK,
    Type.REQUEST,
}
ISSUERS = {Type.RECEIPT, Type.DIRECTORY, Type.ANSWER}


def says(role: str) -> set[Type]:
    return {number for number, rule in RULES.items() if role in rule.roles}


def test_a_gateway_says_its_own_types_and_never_an_act() -> None:
    assert says("gateway") == GATEWAYS
    assert not {number for number in says("gateway") if RULES[number].act}


def test_an_issuer_answers_and_says_that_the_directory_is_another_and_nothing_else() -> None:
    assert says("issuer") == ISSUERS


@pytest.mark.parametrize("role", ["doctor", "nurse", "secretary", "other", "room", "gateway", "guest", ""])
def test_nobody_else_says_what_an_issuer_says(role) -> None:
    assert not says(role) & {Type.DIRECTORY, Type.ANSWER}


@pytest.mark.parametrize("role", ["doctor", "nurse", "secretary", "other", "room", "issuer", "guest", ""])
def test_nobody_else_says_what_gateways_say(role) -> None:
    assert not says(role) & {Type.BATCH, Type.ALIVE, Type.SNAPSHOT, Type.OUTGOING_ACK}


def test_a_room_signs_no_act() -> None:
    assert not {number for number in says("room") if RULES[number].act}
    assert {number for number, rule in RULES.items() if rule.act} == {Type.TAKEN, Type.RECORD}
