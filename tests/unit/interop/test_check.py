"""`consilium-admin hl7 check`: against the truth files of the corpus, and as somebody at a terminal sees it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.admin import hl7check
from app.admin.__main__ import main
from app.interop.check import check
from app.interop.er7 import Message
from app.interop.split import messages
from app.interop.understand import understand
from tests.harness.er7 import INS, IPP, NOW_MS, message, msh, pid

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
KEYS = {
    "file", "control_id", "event", "charset", "ipp", "ins", "ins_oid", "ins_usable", "birth", "sex", "status", "used_name", "merge_ipp",
    "segments", "ack", "warnings",
}  # fmt: skip
with_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


def rows(*raw):
    return check(b"".join(raw), "file", now_ms=NOW_MS, zone="Europe/Paris")


def test_a_row_whole():
    names = "MOREAU^Odile^^^^^L~LE GOFF^Odile^^^^^D"
    raw = message(
        msh("ADT^A40", charset="8859/15"),
        pid(f"{IPP}~{INS}", names, status="VALI"),
        "MRG|7^^^CHU^PI",
        codec="iso8859-15",
    )
    assert rows(raw) == [
        {
            "file": "file",
            "control_id": "C1",
            "event": "A40",
            "charset": "8859/15",
            "ipp": "09000011",
            "ins": "279035121518989",
            "ins_oid": "1.2.250.1.213.1.4.10",
            "ins_usable": True,
            "birth": "19540314",
            "sex": "F",
            "status": "VALI",
            "used_name": "LE GOFF",
            "merge_ipp": "7",
            "segments": ["MSH", "PID", "MRG"],
            "ack": "AA",
            "warnings": [],
        }
    ]


def test_what_is_not_there_is_none_and_what_is_empty_is_empty():
    (row,) = rows(message(msh("ADT^A28", charset=""), pid(status="", sex="")))
    assert (row["charset"], row["status"], row["sex"]) == ("", "", "")
    assert (row["ins"], row["ins_oid"], row["used_name"], row["merge_ipp"]) == (None, None, None, None)
    assert rows(message(msh("ADT^A28"), pid(names='MOREAU^X^^^^^L~""^X^^^^^D')))[0]["used_name"] == ""


def test_a_refused_message_still_says_what_it_is():
    (row,) = rows(message(msh("SIU^S12"), pid()))
    assert (row["ack"], row["event"], row["ipp"], row["warnings"]) == (
        "AR",
        "S12",
        "09000011",
        ["refused:200:MSH-9"],
    )


@pytest.mark.parametrize("raw", [b"", b"GET / HTTP/1.1\r\n", b"\x00" * 99])
def test_a_file_without_a_message_is_one_row_that_is_refused(raw):
    (row,) = rows(raw)
    assert row.keys() == KEYS
    assert (row["ack"], row["segments"], row["control_id"]) == ("AR", [], None)


def test_the_command_prints_one_object_a_line(tmp_path, capsys):
    file = tmp_path / "lot.hl7"
    file.write_bytes(message(msh("ADT^A28"), pid()) + message(msh("ORM^O01"), pid()))
    assert main(["hl7", "check", str(file), "--json"]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["file"], each["ack"]) for each in printed] == [(str(file), "AA"), (str(file), "AR")]
    assert all(each.keys() == KEYS for each in printed)


def test_the_command_prints_a_table_and_goes_on_after_a_missing_file(tmp_path, capsys):
    file, empty = tmp_path / "a.hl7", tmp_path / "vide.hl7"
    file.write_bytes(message(msh("ADT^A28"), pid(f"{IPP}~{INS}", status="PROV")))
    empty.write_bytes(b"rien")
    assert main(["hl7", "check", str(tmp_path / "absent"), str(file), str(empty)]) == 1
    told = capsys.readouterr()
    assert "279035121518989 (inutilisable)" in told.out
    assert f"{empty} : aucun message HL7" in told.out
    assert "lecture impossible" in told.err


def test_every_code_has_its_sentence():
    sources = "".join(
        path.read_text("utf-8") for path in (Path(hl7check.__file__).parents[1] / "interop").glob("*.py")
    )
    warned = set(re.findall(r'\.warn\("(\w+)"\)', sources)) | set(
        re.findall(r'^        \("(\w+)", ', sources, re.MULTILINE)
    )
    refused = set(re.findall(r'"(\d{3})", "', sources))
    assert warned - hl7check._SENTENCES.keys() == set()
    assert {"charset", "time", "version"} <= warned
    assert {"100", "101", "201", "903"} <= refused & hl7check._REFUSALS.keys()


@with_corpus
def test_every_truth_of_the_corpus():
    wrong = []
    for path in sorted((CORPUS / "made_fr").glob("*.json")):
        truth = json.loads(path.read_text("utf-8"))
        (row,) = rows((path.parent / path.stem).read_bytes())
        wrong += [(path.name, key) for key, value in truth.items() if key != "encoding" and row[key] != value]
    assert wrong == []


REFUSED = {"odd_empty", "odd_garbage", "odd_http_on_mllp", "odd_missing_pid", "odd_truncated_in_pid"}
SAID = {
    "odd_bad_nir_key": [],
    "odd_cp1252_quotes": ["charset"],
    "odd_latin1_declared_utf8": ["charset"],
    "odd_wrong_charset_declared": ["charset"],
    "odd_lowercase_seg": ["lower_case"],
    "odd_mllp_split_vt_inside": ["control_characters"],
    "odd_nul_bytes": ["control_characters"],
    "odd_no_version": ["version"],
    "odd_v29": ["version"],
    "odd_two_pids": ["pid_repeated"],
    "odd_unknown_z": ["segment_unknown:ZXX"],
}


@with_corpus
def test_every_broken_file_of_the_corpus_is_answered_as_decided():
    for path in sorted((CORPUS / "made_fr").glob("odd_*.hl7")):
        for row in rows(path.read_bytes()):
            assert row["ack"] == ("AR" if path.stem in REFUSED else "AA"), path.name
            if path.stem not in REFUSED:
                assert (row["ipp"], row["warnings"]) == ("09000911", SAID.get(path.stem, [])), path.name


@with_corpus
def test_a_broken_file_reads_as_the_sound_one():
    def name(stem):
        raw = messages((CORPUS / "made_fr" / f"{stem}.hl7").read_bytes())[0]
        return understand(raw, arrived_ms=NOW_MS).facts[0].content.traits["birth_name"]

    stems = (
        "odd_crlf",
        "odd_custom_seps",
        "odd_cp1252_quotes",
        "odd_latin1_declared_utf8",
        "odd_wrong_charset_declared",
        "odd_nul_bytes",
    )
    assert {name(stem) for stem in stems} == {"MAÇONNET"}


@with_corpus
def test_literals_of_programs_hold_no_message():
    for name in (
        "python_hl7_samples.py.txt",
        "simhospital_invalid_messages.yml",
        "hapi_uuencoded_escaped.txt",
    ):
        assert [row["ack"] for row in rows((CORPUS / "hl7_odd" / name).read_bytes())] == ["AR"]


@with_corpus
def test_hl7apy_sees_the_same_segments_and_identifiers():
    from hl7apy.parser import parse_message

    for name in ("00_01_A01", "02_15_A40", "05_09_A31"):
        raw = (CORPUS / "made_fr" / f"{name}.hl7").read_bytes()
        mine = Message.parse(raw)
        text = mine.charset.decode(raw)
        theirs = parse_message(text, find_groups=False)
        pid_line = next(each for each in mine.segments if each.name == "PID")
        assert {each.name for each in theirs.children} <= {each.name for each in mine.segments}
        assert pid_line.field(3).component(1).text == theirs.pid.pid_3[0].cx_1.to_er7()
        assert pid_line.field(5).component(1).text == theirs.pid.pid_5[0].xpn_1.to_er7()
