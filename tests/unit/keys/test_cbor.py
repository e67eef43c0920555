"""What the strict subset refuses to say and to read (the byte-level refusals are in tests/vectors)."""

from __future__ import annotations

import pytest

from media.errors import ProtocolError
from media.keys import cbor


@pytest.mark.parametrize(
    "value", [1.0, True, None, {}, -1, 2**64, [[1.5]], "e\u0301", "\ud800", bytearray(b"x")]
)
def test_what_the_subset_cannot_say_is_not_encoded(value):
    with pytest.raises(ProtocolError):
        cbor.encode(value)


def test_twins_of_one_value_do_not_both_pass():
    """Every way to spell 1 in CBOR but the shortest, inside a signed-looking array."""
    good = cbor.encode(["CSL1/x", 1])
    assert cbor.decode(good) == ["CSL1/x", 1]
    for twin in (
        b"\x18\x01",
        b"\x19\x00\x01",
        b"\x1a\x00\x00\x00\x01",
        b"\x1b" + bytes(7) + b"\x01",
        b"\xc2\x41\x01",
    ):
        with pytest.raises(ProtocolError):
            cbor.decode(good[:-1] + twin)


def test_limits_are_those_that_the_use_gives():
    assert cbor.decode(cbor.encode(bytes(65_533)))
    with pytest.raises(ProtocolError, match="too long"):
        cbor.decode(cbor.encode(bytes(65_534)))
    assert cbor.decode(cbor.encode(bytes(65_534)), max_bytes=70_000)
    with pytest.raises(ProtocolError, match="too deep"):
        cbor.decode(cbor.encode([[]]), max_depth=1)


def test_a_bomb_of_nested_arrays_costs_nothing():
    with pytest.raises(ProtocolError, match="too deep"):
        cbor.decode(b"\x81" * 65_536)


def test_a_use_has_its_label_and_its_number_of_fields():
    data = cbor.encode(["CSL1/x", 1, b"two"])
    assert cbor.use(data, "CSL1/x", 2) == [1, b"two"]
    assert cbor.label(data) == "CSL1/x"
    for name, fields in (("CSL1/y", 2), ("CSL1/x", 1), ("CSL1/x", 3)):
        with pytest.raises(ProtocolError):
            cbor.use(data, name, fields)
    for other in (b"\x01", b"\x80", b"\x81\x01"):
        with pytest.raises(ProtocolError):
            cbor.label(other)
        with pytest.raises(ProtocolError):
            cbor.use(other, "CSL1/x", 0)


def test_fields_are_of_their_kinds():
    data = cbor.encode(["CSL1/x", 1, b"two", "three", []])
    assert cbor.record(data, "CSL1/x", (int, 3, str, list)) == [1, b"two", "three", []]
    for kinds in ((bytes, 3, str, list), (int, 4, str, list), (int, 3, bytes, list), (int, str, str, list)):
        with pytest.raises(ProtocolError, match="kind"):
            cbor.record(data, "CSL1/x", kinds)
