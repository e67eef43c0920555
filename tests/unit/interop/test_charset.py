"""Character sets: as declared, unless the bytes say otherwise."""

from __future__ import annotations

import pytest

from app.interop.understand import understand
from tests.harness.er7 import NOW_MS, message, msh, pid


def read(charset, codec, name="MAÇONNET^Zoé^^^^^L"):
    understood = understand(
        message(msh("ADT^A28", charset=charset), pid(names=name), codec=codec), arrived_ms=NOW_MS
    )
    return understood.facts[0].content.traits["birth_name"], understood.warnings


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("UNICODE UTF-8", "utf-8"),
        ("8859/1", "latin-1"),
        ("8859/15", "iso8859-15"),
        ("", "utf-8"),
        ("", "latin-1"),
        ("8859/1", "cp1252"),
    ],
)
def test_what_is_declared_is_read(charset, codec):
    assert read(charset, codec) == ("MAÇONNET", ())


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("UNICODE UTF-8", "latin-1"), ("8859/1", "utf-8"), ("ASCII", "utf-8"), ("ASCII", "latin-1")],
)
def test_what_is_declared_wrongly_is_read_right_and_said(charset, codec):
    assert read(charset, codec) == ("MAÇONNET", ("charset",))


def test_the_oe_of_each_set():
    assert read("8859/15", "iso8859-15", "ŒUVRARD^A^^^^^L")[0] == "ŒUVRARD"
    assert read("8859/1", "cp1252", "ŒUVRARD^L’Œ^^^^^L")[0] == "ŒUVRARD"
    assert read("UNICODE UTF-8", "cp1252", "ŒUVRARD^A^^^^^L") == ("ŒUVRARD", ("charset",))


def test_an_unknown_set_is_said():
    assert read("ISO IR87", "utf-8") == ("MAÇONNET", ("charset_unknown",))
    assert read("ISO IR87", "latin-1") == ("MAÇONNET", ("charset_unknown",))


def test_one_broken_byte_spoils_one_value_only():
    raw = message(msh("ADT^A28"), pid(names="MAÇONNET^Zoé^^^^^L", address="RUE É^^TOURS^^37000^FRA^H"))
    understood = understand(raw.replace("RUE É".encode(), b"RUE \xc9"), arrived_ms=NOW_MS)
    traits = understood.facts[0].content.traits
    assert (traits["birth_name"], traits["address"]) == ("MAÇONNET", "RUE É, 37000 TOURS")
