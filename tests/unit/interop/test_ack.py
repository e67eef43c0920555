"""What a sender reads in an answer: its own id byte for byte, in its own delimiters, and why; never a patient."""

from __future__ import annotations

from pathlib import Path

import pytest
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from app.interop.ack import ACCEPTED, Code, Header, Verdict, answers
from app.interop.split import messages

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
NOW_MS = 1_775_000_000_000
REFUSED = Verdict(Code.REJECT, "101", "PID-3", "Identifiant absent")
LATER = Verdict(Code.ERROR, "207")


def header(
    accept: str = "",
    application: str = "",
    msh: str = "MSH|^~\\&|GAM|CH|CONS|DESK|20260401||ADT^A01^ADT_A01|é|T|2.5^FRA^2.11",
) -> bytes:
    return f"{msh}|||{accept}|{application}|FRA|UNICODE UTF-8\rPID|||SECRET\r".encode()


def answered(raw: bytes, verdict: Verdict = ACCEPTED) -> list[bytes]:
    return answers(Header.read(raw), verdict, NOW_MS)


def codes(raw: bytes, verdict: Verdict) -> list[str]:
    return [one.split(b"\rMSA|")[1].split(b"|")[0].decode() for one in answered(raw, verdict)]


def test_the_original_mode_answers_once_and_mirrors_the_sender():
    (one,) = answered(header())
    lines = one.split(b"\r")
    fields = lines[0].split(b"|")
    assert fields[1:6] == [b"^~\\&", b"CONS", b"DESK", b"GAM", b"CH"]
    assert fields[6] == b"20260331233320+0000"
    assert (fields[8], fields[10], fields[11]) == (b"ACK^A01^ACK", b"T", b"2.5^FRA^2.11")
    assert fields[16:18] == [b"FRA", b"UNICODE UTF-8"]
    assert lines[1:] == ["MSA|AA|é".encode(), b""]


def test_each_answer_has_an_id_of_its_own():
    ids = {answered(header())[0].split(b"|")[9] for _ in range(1000)}
    assert len(ids) == 1000
    assert max(map(len, ids)) <= 20


@pytest.mark.parametrize(
    ("accept", "application", "verdict", "expected"),
    [
        ("AL", "AL", ACCEPTED, ["CA", "AA"]),
        ("AL", "AL", REFUSED, ["CR"]),
        ("AL", "AL", LATER, ["CE"]),
        ("AL", "NE", ACCEPTED, ["CA"]),
        ("AL", "", ACCEPTED, ["CA"]),
        ("NE", "AL", ACCEPTED, ["AA"]),
        ("NE", "AL", REFUSED, ["AR"]),
        ("ER", "AL", ACCEPTED, ["AA"]),
        ("ER", "AL", REFUSED, ["CR"]),
        ("SU", "SU", ACCEPTED, ["CA", "AA"]),
        ("AL", "ER", ACCEPTED, ["CA"]),
        ("NE", "NE", ACCEPTED, ["AA"]),
        ("SU", "NE", REFUSED, ["AR"]),
        ("", "", LATER, ["AE"]),
        ("al", "ne", ACCEPTED, ["CA"]),
    ],
)
def test_the_enhanced_mode_answers_what_was_asked_for(accept, application, verdict, expected):
    assert codes(header(accept, application), verdict) == expected


def test_a_refusal_says_why_and_where_and_nothing_of_the_patient():
    (one,) = answered(header(), REFUSED)
    assert one.split(b"\r")[2] == b"ERR||PID^1^3|101^Required field missing^HL70357^^Identifiant absent|E"
    assert b"SECRET" not in one


def test_words_with_accents_fit_in_any_charset():
    (one,) = answered(header(), Verdict(Code.REJECT, "207", "", "Déjà reçu, œuvre"))
    assert one.split(b"\r")[2].endswith(b"^Deja recu, uvre|E")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"MSH!$~\\&!GAM!CH!C!D!2026!!ADT$A01!ID 7!T!2.5\r", b"MSA!AA!ID 7"),
        (b"\xef\xbb\xbf\r\n\x00MSH|^~\\&|GAM|CH|C|D|2026||ADT^A01|B|T\n", b"MSA|AA|B"),
        (b"msh|^~\\&|GAM|CH|C|D|2026||ADT^A01|low|T\r", b"MSA|AA|low"),
        (b"MSH|^~\\&|GAM|CH|C|D|2026||ADT^A01|last", b"MSA|AA|last"),
        (b"MSH|^\xcb\x9c\\&|GAM|CH|C|D|2026||ADT^A01|\xff\xfe|T\r", b"MSA|AA|\xff\xfe"),
        (b"MSH|^~\\&|GAM|CH|C|D|2026||ADT^A01|frame\x1c\r", b"MSA|AA|frame"),
        (b"GET / HTTP/1.1\r\n", b"MSA|AA"),
        (b"", b"MSA|AA"),
        (b"MSHa^~\\&aGAM\r", b"MSA|AA"),
        (b"MSH|", b"MSA|AA"),
    ],
)
def test_the_id_comes_back_byte_for_byte_or_empty(raw, expected):
    (one,) = answered(raw)
    assert one.split(b"\r")[1] == expected
    assert one[:3] + one[-1:] == b"MSH\r"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_hl7apy_reads_every_answer_to_the_corpus():
    read = 0
    for file in sorted(CORPUS.glob("hl7_fr/*")) + sorted(CORPUS.glob("made_fr/0*.hl7")):
        for raw in messages(file.read_bytes()):
            for one in answered(raw, REFUSED):
                ack = parse_message(one.decode(), find_groups=False)
                assert ack.msa.msa_2.to_er7().encode() == Header.read(raw)[10]
                assert ack.err.err_3.cwe_1.to_er7() == "101"
                read += 1
    assert read > 30


@given(
    st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: b"MSH|" + tail),
    st.sampled_from([ACCEPTED, REFUSED]),
)
def test_whatever_the_bytes_there_is_an_answer(raw, verdict):
    for one in answered(raw, verdict):
        assert one.startswith(b"MSH")
        assert b"\x1c\r" not in one[:-1]
