"""The command line of the window: a link holds a meeting's secret."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace

import pytest

from app.__main__ import given_link

LINK = "consilium://relay.test:443/dGFn#c2VjcmV0"


@pytest.mark.parametrize(
    ("line", "link"),
    [
        (LINK.encode() + b"\n", LINK),
        (b"  " + LINK.encode() + b"\r\nmore\n", LINK),
        (b"", ""),
        (b"\xff\xfe\n", "\ufffd\ufffd"),
        (b"a" * 100_000, "a" * 4096),
    ],
)
def test_a_dash_reads_the_link_where_no_other_program_sees_it(monkeypatch, line, link):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(line)))
    assert given_link("-") == link


def test_a_url_handlers_link_is_taken_as_it_is(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert given_link(LINK) == LINK
    assert given_link("") == ""
    assert given_link("-") == "-", "no standard input: refused later, by its sentence"
