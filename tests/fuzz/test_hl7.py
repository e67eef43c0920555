"""Whatever the bytes of a message: an answer, in bounded time, and the bytes given back."""

from __future__ import annotations

import contextlib
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.interop.check import check
from app.interop.documents import DocumentError, document_bytes
from app.interop.er7 import Er7Error, Message
from app.interop.split import messages
from app.interop.times import day, milliseconds
from app.interop.understand import understand
from storage.monitoring.answers import fold
from storage.monitoring.records import Questionnaire
from storage.patients import facts
from storage.patients.told import Told
from tests.harness.er7 import INS, IPP, NOW_MS, message, msh, pid

SOUND = [
    message(
        msh("ADT^A01"),
        "EVN||20260301080000||||20260301080000",
        pid(f"{IPP}~{INS}", status="VALI"),
        "PV1|1|I|A^1",
        "ZBE|M1^X|20260301||INSERT|N||U|U|S",
        "AL1|1|DA|1^Lait",
    ),
    message(msh("ADT^A40"), pid(), "MRG|7^^^CHU^PI"),
    message(
        msh("ORU^R01"),
        pid(),
        "ORC|NW|1|2",
        "OBR|1|1|2|A^B",
        "OBX|1|SN|A^B||>^1",
        "NTE|1||x\\.br\\y",
        "OBX|2|ED|A||^application^pdf^Base64^QUJD||||||F",
    ),
    message(
        msh("MDM^T02"),
        pid(INS, status="VALI"),
        "TXA|1|A|TEXT|20260301||||||||D1|D0",
        "OBX|1|TX|A||texte~suite",
    ),
    message(msh("ZAM^Z01"), "OBX|1|CWE|ACK_X|1|Y"),
]
MARKS = b"|^~\\&\r\n\x0b\x1c\x00\"' AZ09\xe9\xc3\xa9"


@st.composite
def spoilt(draw):
    """A sound message with bytes changed, cut out, doubled, or put in."""
    raw = bytearray(draw(st.sampled_from(SOUND)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(0, len(raw) - 1)))
        length = draw(st.integers(0, 40))
        match draw(st.integers(0, 3)):
            case 0:
                raw[at : at + 1] = draw(st.binary(min_size=1, max_size=3))
            case 1:
                del raw[at : at + length]
            case 2:
                raw[at:at] = raw[at : at + length] * draw(st.integers(1, 50))
            case _:
                raw[at:at] = bytes(draw(st.lists(st.sampled_from(MARKS), max_size=20)))
    return bytes(raw)


ANY = st.one_of(
    spoilt(), st.binary(max_size=500), st.binary(max_size=300).map(lambda tail: b"MSH|^~\\&|" + tail)
)


def hold(raw):
    understood = understand(raw, arrived_ms=NOW_MS)
    assert understood.ack in {"AA", "AR"}
    assert bool(understood.refusal) == (understood.ack == "AR")
    assert not (understood.facts and understood.refusal)
    if understood.refusal:
        assert understood.refusal.error != "207"
    with contextlib.suppress(Er7Error):
        parsed = Message.parse(raw)
        assert bytes(parsed) == raw
        for index in range(len(parsed.segments)):
            with contextlib.suppress(DocumentError):
                document_bytes(raw, index)
    assert all(each in raw for each in messages(raw))
    assert check(raw, "f", now_ms=NOW_MS, zone="Europe/Paris")


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_every_message_gets_an_answer(raw):
    hold(raw)


@pytest.mark.long
@settings(max_examples=200_000, deadline=None)
@given(ANY)
def test_every_message_gets_an_answer_for_long(raw):
    hold(raw)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30), st.text(max_size=20))
def test_every_text_is_a_time_or_none(text, zone):
    assert milliseconds(text, zone) is None or isinstance(milliseconds(text, zone), int)
    assert day(text) is None or text.startswith(day(text))


HEAD = message(msh("ADT^A28"))
WHOLE = 4 << 20
HANGS_S = 20
"""No measure of speed: what grows with the square of such a message takes minutes."""
HOSTILE = {
    "blank lines": lambda: HEAD + b"\n" * WHOLE,
    "separators": lambda: HEAD + b"PID|1||" + b"|" * WHOLE + b"\r",
    "repetitions": lambda: HEAD + b"PID|1||" + b"~" * WHOLE + b"\r",
    "numbers": lambda: HEAD + (b"PID|1||" + b"1~" * 900 + b"\r") * 3_000,
    "components": lambda: HEAD + b"PID|1||" + b"^" * WHOLE + b"\r",
    "escapes": lambda: HEAD + message(pid(names="\\" * WHOLE)),
    "segments": lambda: HEAD + b"PV1\r" * (WHOLE // 4),
    "unknown segments": lambda: (
        HEAD + message(pid()) + b"".join(b"Z%02d|1\r" % (n % 100) for n in range(WHOLE // 8))
    ),
    "patients": lambda: message(msh("ADT^A40")) + (message(pid()) + b"MRG|7\r") * 30_000,
    "results": lambda: message(msh("ORU^R01"), pid()) + b"OBX|1|TX|A||x~x~x~x~x~x\r" * 190_000,
    "orders": lambda: message(msh("ORU^R01"), pid()) + b"OBR|1\r" * 190_000,
    "notes": lambda: (
        message(msh("ORU^R01"), pid(), "OBR|1") + b"NTE|1||" + b"\\.sp99\\" * (WHOLE // 8) + b"\r"
    ),
    "continued": lambda: HEAD + b"x\r" * (WHOLE // 2),
    "header": lambda: b"MSH|^~\\&|" + b"a" * WHOLE + b"|" * 3_000,
    "number": lambda: message(msh("ADT^A28")).replace(b"|C1|", b"|" + b"9" * WHOLE + b"|") + message(pid()),
    "text": lambda: message(msh("ORU^R01"), pid(), "OBR|1", "OBX|1|FT|A||" + "é~\\.br\\" * 100_000),
    "roles": lambda: (
        message(msh("ADT^A01"), pid(), "PV1|1|I") + b"ROL||AD|AT|1^X\r" * 490 + b"ZBE|1|2026||INSERT\r" * 90
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_message_keeps_a_thread_busy(kind):
    raw = HOSTILE[kind]()
    start = time.thread_time()
    understood = understand(raw, arrived_ms=NOW_MS)
    spent = time.thread_time() - start
    assert understood.ack in {"AA", "AR"}
    assert spent < HANGS_S, f"{kind}: {spent:.1f} s"


# --- questionnaires -----------------------------------------------------------------------------------------

QUESTIONNAIRE = message(
    msh("ORU^R01"),
    pid(),
    "PV1|1|O|ONCO1^^^CHU",
    "OBR|1||Q7^SUIVI|EPRO^Questionnaire^L|||20260301105600|||||||||||||||20260301105700|||F",
    "OBX|1|NM|DIARRHEA-F^F^PRO-CTCAE||3||||||F",
    "OBX|2|CE|DIARRHEA^D^CTCAE||3^sévère^CTCAE||||||F",
    "OBX|3|CE|ALERT^A^EPRO||Y||||||F",
    "OBX|4|TX|TEXT^^EPRO||Je me lève.||||||F",
    "OBX|5|NM|8310-5^T^LN||37.4|Cel|||||F",
    "OBX|6|TS|NEXT^^EPRO||20260308||||||F",
    "OBX|7|ST|STATUS^^EPRO||ACTIVE||||||F",
    "OBX|8|ST|X12^Moral^LOCAL||bas||||||C",
)
values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["0", "5", "6", "-1", "3.0", "3^x^Y", "~~", '""', "Y", "N", "9" * 5_000]),
)
rows = st.builds(
    lambda kind, code, system, value, status: f"OBX|1|{kind}|{code}^x^{system}||{value}||||||{status}",
    st.sampled_from(["NM", "CE", "ST", "TX", "ED", "SN", ""]),
    st.sampled_from(["DIARRHEA", "DIARRHEA-G", "PAIN-S", "ALERT", "TEXT", "PHONE", "NEXT", "STATUS", "8310-5", "?"]),
    st.sampled_from(["CTCAE", "PRO-CTCAE", "EPRO", "LN", "LOCAL", ""]),
    values,
    st.sampled_from(["F", "C", "D", "X", "W", "", "?"]),
)  # fmt: skip
built = st.lists(rows, max_size=12).map(
    lambda told: QUESTIONNAIRE + "".join(f"{row}\r" for row in told).encode("utf-8", "surrogatepass")
)


@st.composite
def dented(draw):
    """A questionnaire with some of its bytes changed, cut out or put in."""
    raw = bytearray(draw(built))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(raw)))
        raw[at : at + draw(st.integers(0, 10))] = bytes(draw(st.lists(st.sampled_from(MARKS), max_size=6)))
    return bytes(raw)


def asked_right(raw):
    """Whatever a platform says: no grade beyond the scale, no half of a message, and it folds."""
    hold(raw)
    told = understand(raw, arrived_ms=NOW_MS)
    words = [
        Told(fact.stamp.recorded_ms, fact.stamp.control_id, place, fact.key, 1, fact.content)
        for place, fact in enumerate(told.facts)
        if isinstance(fact.content, facts.Questionnaire)
    ]
    for word in words:
        assert len(word.content.items) <= 500
        assert len(word.content.said) <= 8_000
        assert word.content.alert in {"", "Y", "N"} or len(word.content.alert) == 1
        assert word.content.state in {"", "ACTIVE", "PAUSED", "ENDED"}
        assert word.content.at_ms <= NOW_MS + 86_400_000
    for one in fold(1, words):
        assert -1 <= one.grade <= 5
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=Questionnaire) == one


@settings(max_examples=300, deadline=None)
@given(dented())
def test_every_questionnaire_is_read_folded_and_kept(raw):
    asked_right(raw)


@pytest.mark.long
@settings(max_examples=100_000, deadline=None)
@given(dented())
def test_every_questionnaire_is_read_folded_and_kept_for_long(raw):
    asked_right(raw)
