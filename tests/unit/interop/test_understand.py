"""The envelope, and what is refused whatever it tells."""

from __future__ import annotations

import pytest

from app.interop import understand as module
from app.interop.er7 import Limits
from app.interop.understand import understand
from tests.harness.er7 import NOW_MS, message, msh, pid


def read(raw, **more):
    return understand(raw, arrived_ms=NOW_MS, **more)


def refused(raw):
    refusal = read(raw).refusal
    return refusal.code, refusal.error, refusal.place


def test_the_envelope():
    head = "MSH|^~\\&|GAM^1|CH-FICTIF|CONSILIUM|DEST|20260301080000+0100||ADT^A28^ADT_A05|C1|P|2.5^FRA^2.11|||al|Ne|FRA|8859/15|FR||2.11^IHE"
    found = read(message(head, pid())).envelope
    assert (found.kind, found.event, found.structure, found.control_id) == ("ADT", "A28", "ADT_A05", "C1")
    assert (found.sender, found.receiver) == (("GAM^1", "CH-FICTIF"), ("CONSILIUM", "DEST"))
    assert (found.version, found.charset, found.profile, found.country) == (
        "2.5",
        "8859/15",
        "2.11^IHE",
        "FRA",
    )
    assert found.sent_ms == 1_772_348_400_000
    assert (found.header[1], found.header[2], found.header[10]) == (b"|", b"^~\\&", b"C1")


def test_what_the_answer_repeats_is_byte_for_byte():
    raw = message(msh("ADT^A28", charset="8859/1").replace("|C1|", "|é\\T\\1|"), pid(), codec="latin-1")
    assert read(raw).envelope.header[10] == b"\xe9\\T\\1"


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        ("|ADT^A28|", "||", ("AR", "101", "MSH-9")),
        ("|C1|", "||", ("AR", "101", "MSH-10")),
        ("|C1|", f"|{'1' * 251}|", ("AR", "102", "MSH-10")),
        ("ADT^A28", "ADT^A99", None),
        *(
            (("ADT^A28", kind, ("AR", "200", "MSH-9")))
            for kind in ("ORM^O01", "SIU^S12", "VXU^V04", "ACK^A01", "QRY", "OUL^R22")
        ),
    ],
)
def test_what_is_needed_to_answer_and_to_file(old, new, answer):
    raw = message(msh("ADT^A28"), pid()).replace(old.encode(), new.encode(), 1)
    assert (refused(raw) if answer else read(raw).refusal) == answer


def test_two_messages_in_one_frame_are_refused():
    one = message(msh("ADT^A28"), pid())
    assert refused(one + one) == ("AR", "100", "MSH")


def test_what_is_no_message_has_no_envelope():
    found = read(b"GET / HTTP/1.1\r\n")
    assert (found.envelope, found.ack, found.refusal.error) == (None, "AR", "100")


def test_limits_may_be_smaller():
    assert read(message(msh("ADT^A28"), pid()), limits=Limits(message=50)).refusal.error == "198"


def test_a_fault_of_the_reader_is_an_answer_too(monkeypatch):
    def fail(_reading):
        raise ZeroDivisionError

    monkeypatch.setitem(module._KINDS, "ADT", fail)
    assert refused(message(msh("ADT^A28"), pid())) == ("AR", "207", "")


def test_the_sites_zone_holds_where_no_offset_is_written():
    raw = message(msh("ADT^A28"), pid())
    assert read(raw, zone="Indian/Reunion").envelope.sent_ms - read(raw).envelope.sent_ms == -3 * 3_600_000


def test_remarks_are_bounded():
    raw = message(msh("ADT^A28"), pid(), *(f"Z{number}|1" for number in range(10, 99)))
    assert len(read(raw).warnings) == 50
