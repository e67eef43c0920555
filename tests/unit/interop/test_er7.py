"""Reading HL7's notation: nothing lost, nothing guessed, nothing that takes long."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.interop.er7 import Er7Error, Limits, Message
from app.interop.split import messages

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
HEAD = b"MSH|^~\\&|GAM|CH|C|CH|20260301||ADT^A01|1|T|2.5|||||FRA|UNICODE UTF-8\r"


def names(message):
    return [each.name for each in message.segments]


def field(raw: bytes, number: int = 1):
    return Message.parse(HEAD + b"ZZZ|" + raw + b"\r").segments[1].field(number)


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\r\n", b"\n\n"])
def test_lines_may_end_as_they_like(end):
    raw = HEAD.replace(b"\r", end) + b"EVN||1" + end + b"PID|1||A"
    message = Message.parse(raw)
    assert names(message) == ["MSH", "EVN", "PID"]
    assert message.segments[2].field(3).text == "A"
    assert bytes(message) == raw


def test_a_mark_of_byte_order_blanks_and_a_frame_mark_may_stand_before():
    for before in (b"\xef\xbb\xbf", b" \r\n", b"\x0b"):
        assert names(Message.parse(before + HEAD)) == ["MSH"]


def test_names_in_small_letters_are_known_and_said():
    message = Message.parse(HEAD + b"pid|1||A\r")
    assert names(message) == ["MSH", "PID"]
    assert message.lower


def test_a_line_that_is_no_segment_belongs_to_the_one_before():
    message = Message.parse(HEAD + b"OBX|1|TX|A||first line\nsecond | line\nnon\nPV2|1\r")
    assert names(message) == ["MSH", "OBX", "PV2"]
    assert message.joined
    assert message.segments[1].field(5).text == "first line\nsecond"


def test_a_segment_may_have_no_fields():
    assert names(Message.parse(HEAD + b"PV2\rOBX|1\r")) == ["MSH", "PV2", "OBX"]


def test_fields_are_numbered_as_hl7_does():
    message = Message.parse(HEAD)
    assert message.header.field(1).text == "|"
    assert message.header.field(2).text == "^~\\&"
    assert message.header.field(9).component(2).text == "A01"
    assert message.header.field(99).text == ""


def test_repetitions_components_and_subcomponents():
    value = field(b"A^B&C~~D^E")
    assert [each.component(1).text for each in value.repetitions] == ["A", "D"]
    assert value.component(2).subcomponent(2).text == "C"
    assert value.component(2).text == "B&C"
    assert value.component(3).text == ""
    assert value.component(1).component(2).text == ""
    assert value.subcomponent(1).text == "A"
    assert [each.text for each in value.components] == ["A", "B&C"]


def test_nothing_and_take_away_are_told_apart():
    assert field(b'""').null
    assert not field(b"").null


def test_own_separators():
    raw = b"MSH!$*/%!GAM!CH!C!CH!2026!!ADT$A01!1\rPID!1!!A$$$N%U*B!/T//S/\r"
    pid = Message.parse(raw).segments[1]
    assert [each.component(1).text for each in pid.field(3).repetitions] == ["A", "B"]
    assert pid.field(3).component(4).subcomponent(2).text == "U"
    assert pid.field(4).text == "%$"


def test_a_fifth_encoding_character_divides_nothing():
    message = Message.parse(b"MSH|^~\\&#|GAM\rPID|a#b^c\r")
    assert message.segments[1].field(1).component(1).text == "a#b"


def test_a_separator_of_two_bytes():
    message = Message.parse(
        "MSH|^˜\\&|A|B|C|D|2026||ADT^A01|1|T|2.5|||||FRA|UNICODE UTF-8\rPID|é˜b\r".encode()
    )
    assert [each.text for each in message.segments[1].field(1).repetitions] == ["é", "b"]


def test_a_doubled_backslash_in_msh_2_is_one():
    message = Message.parse(b"MSH|^~\\\\&|GAM\rPID|a&b\r")
    assert message.segments[1].field(1).subcomponent(2).text == "b"


def test_missing_separators_divide_nothing():
    message = Message.parse(b"MSH|^|GAM\rPID|a~b&c\\T\\\r")
    assert message.segments[1].field(1).text == "a~b&c\\T\\"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"a \\T\\ b \\S\\ \\F\\ \\R\\ \\E\\", "a & b ^ | ~ \\"),
        (b"one\\.br\\two\\.sp2\\three", "one\ntwo\n\nthree"),
        (b"\\X41\\\\XC3A9\\", "Aé"),
        (b"\\H\\bold\\N\\ \\C2842\\ \\M242842\\.", "bold  ."),
        (b"\\.in+4\\\\.ti-2\\\\.fi\\text", "text"),
        (b"C:\\folder\\file", "C:\\folder\\file"),
        (b"\\Zown\\ \\X4\\ \\", "\\Zown\\ \\X4\\ \\"),
        (b"\\.sp999999999\\x", "x"),
        (b"nul\x00 and bell\x07", "nul and bell"),
    ],
)
def test_escapes(written, read):
    assert field(written).text == read.strip()


def test_no_name_is_turned_round_and_right_to_left_stays_readable():
    assert field("MOR\u202eUAE\u202c".encode()).text == "MORUAE"
    assert field("محمد\u200f".encode()).text == "محمد\u200f"
    assert field("un\x85deux\ttrois".encode()).text == "undeux\ttrois"


def test_escaped_separators_do_not_divide():
    assert field(b"a\\S\\b^c").component(1).text == "a^b"


@pytest.mark.parametrize(
    "raw", [b"", b"MSH", b"MSHA^~\\&|", b"PID|1\r", b"GET / HTTP/1.1\r\n\r\n", b"\xff\xfeM\x00S\x00H\x00"]
)
def test_what_is_no_message_is_said_to_be_none(raw):
    with pytest.raises(Er7Error) as error:
        Message.parse(raw)
    assert error.value.kind == "header"


@pytest.mark.parametrize("raw", [b"MSH||GAM|CH\r", b"MSH|abc|GAM\r", b"MSH|^~\\&123456|GAM\r"])
def test_separators_that_cannot_be_are_refused(raw):
    with pytest.raises(Er7Error) as error:
        Message.parse(raw)
    assert error.value.kind == "delimiters"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"x" * 300, "size"),
        (b"PID|1\r" * 11, "segments"),
        (b"\n" * 30, "segments"),
    ],
)
def test_limits_of_a_message(raw, kind):
    with pytest.raises(Er7Error) as error:
        Message.parse(HEAD + raw, Limits(message=250, segments=10))
    assert error.value.kind == kind


@pytest.mark.parametrize(("raw", "kind"), [(b"PID" + b"|1" * 21, "fields"), (b"PID|" + b"a~" * 20, "parts")])
def test_limits_of_a_segment(raw, kind):
    message = Message.parse(HEAD + raw, Limits(fields=20, parts=20))
    with pytest.raises(Er7Error) as error:
        _ = message.segments[1].field(1).repetitions
    assert error.value.kind == kind


def test_what_is_looked_at_is_limited_over_the_whole_message():
    message = Message.parse(HEAD + b"PID|1~2\r" * 30, Limits(looked_at=40))
    with pytest.raises(Er7Error) as error:
        _ = [each.field(1).repetitions for each in message.segments]
    assert error.value.kind == "parts"


def test_a_long_value_is_read_as_far_as_people_read():
    assert len(field(b"x" * 200_000).text) == 65_536


def test_no_value_is_shown_by_accident():
    assert "MOREAU" not in repr(field(b"MOREAU")) + repr(Message.parse(HEAD + b"PID|MOREAU\r").segments)


def test_a_document_of_twenty_megabytes_is_not_looked_at():
    raw = HEAD + b"OBX|1|ED|A||^application^pdf^Base64^" + b"QUJD" * 5_000_000 + b"||||||F\r"
    message = Message.parse(raw, Limits(looked_at=30))
    obx = message.segments[1]
    assert obx.field(11).text == "F"
    assert len(obx.field(5).component(5)) == 20_000_000


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_every_message_of_the_corpus_is_given_back_byte_for_byte():
    files = [
        path
        for kind in ("hl7_fr", "hl7_intl", "hl7_odd", "made_fr")
        for path in sorted((CORPUS / kind).iterdir())
    ]
    found = 0
    for path in files:
        whole = path.read_bytes()
        for raw in messages(whole):
            message = Message.parse(raw)
            assert bytes(message) == raw, path.name
            assert raw in whole
            assert b"".join(each.raw for each in message.segments).translate(None, b"\r\n") == raw.translate(
                None, b"\r\n"
            )
            found += 1
    assert found > 700
