"""Documents and pipes of any bytes: values, a refusal, or the end of the pipe; never anything else."""

from __future__ import annotations

import contextlib
import io
import struct
from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.papers import prose, slips
from app.papers.cda.read import read
from app.papers.cda.values import Cda, Figure
from app.papers.compare import differences
from app.papers.errors import Refused
from app.papers.finding import spans
from app.papers.grid import pieces, shares
from app.papers.outline import outline
from app.papers.press import Press
from app.papers.written import moment
from storage.patients.records import Patient, Status
from tests.unit.papers import pdfs
from tests.unit.papers.cdas import cda, section
from tests.unit.papers.test_cda import told

NAMES = (
    "paragraph",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "list",
    "item",
    "caption",
    "content",
    "br",
)
MORE = ("sub", "sup", "footnote", "footnoteRef", "linkHtml", "renderMultiMedia", "col", "unknown")
TEXT = st.text(st.characters(exclude_characters="<&\x00", exclude_categories=["Cs", "Cc"]), max_size=20)
ATTRIBUTES = st.sampled_from(
    [
        "",
        " rowspan='3'",
        " colspan='2'",
        " rowspan='-1'",
        " ID='a'",
        " IDREF='a'",
        " referencedObject='a b'",
        " styleCode='Bold'",
    ]
)


def element(inner):
    return st.builds(
        lambda name, attributes, parts: f"<{name}{attributes}>{''.join(parts)}</{name}>",
        st.sampled_from(NAMES + MORE),
        ATTRIBUTES,
        st.lists(inner, max_size=4),
    )


NARRATIVE = st.recursive(TEXT, element, max_leaves=25)


def look_at(data: bytes) -> None:
    """Read *data* as a CDA and write all of it; what is wrong with it is a refusal."""
    try:
        document, _media, _body = read(data, lambda _media, _data: Figure(0, 0, b""))
    except Refused:
        return
    assert isinstance(document, Cda)
    assert list(outline(document))
    differences(document.patient, Patient(1, "A", "1", Status.VALIDATED, birth_name="X", birth="1960"))


def letters(blocks):
    """Return how often each letter is shown."""
    return Counter("".join("".join(told(block) for block in blocks).split()))


@given(NARRATIVE)
@example("<table><thead><thead>0</thead></thead></table>")
def test_any_narrative_keeps_every_letter(text):
    document, _media, _body = read(cda(section(text)), lambda _media, _data: Figure(0, 0, b""))
    source = Counter("".join("".join(ET.fromstring(f"<text>{text}</text>").itertext()).split()))
    assert source <= letters(document.sections[0].blocks)


@given(NARRATIVE, st.integers(0, 100_000), st.binary(max_size=3))
def test_broken_cda_is_refused_or_read(text, place, put):
    data = cda(section(text))
    place %= len(data)
    look_at(data[:place] + put + data[place + 1 :])
    look_at(data[:place])


@given(st.binary(max_size=400))
def test_any_bytes_are_no_crash(data):
    look_at(data)
    for read_slip in (slips.read_asked, slips.read_answer):
        for stream in (data, struct.pack("<I", len(data)) + data):
            with pytest.raises(slips.Broken):
                read_slip(io.BytesIO(stream))
    with contextlib.suppress(Refused):
        assert prose.lines(data)


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_changed_slip_is_refused_or_of_a_known_kind(place, put):
    stream = io.BytesIO()
    slips.write(stream, slips.Drawn(0, 2, 2, b"\0" * 16))
    data = bytearray(stream.getvalue())
    data[place % len(data)] = put
    try:
        answer = slips.read_answer(io.BytesIO(bytes(data)))
    except slips.Broken:
        return
    assert isinstance(answer, slips.Answer)
    assert not isinstance(answer, slips.Drawn) or len(answer.pixels) == 4 * answer.width * answer.height


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(0, 40))
def test_picture_that_lies_about_its_size_is_refused(width, height, size):
    stream = io.BytesIO()
    slips.write(stream, slips.Drawn(0, width, height, b"\0" * size))
    stream.seek(0)
    if width > 0 and height > 0 and size == 4 * width * height:
        assert slips.read_answer(stream)
    else:
        with pytest.raises(slips.Broken):
            slips.read_answer(stream)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_broken_pdf_is_refused_or_shown(data):
    whole = pdfs.pages(("Bonjour",), ("Deux",))
    place = data.draw(st.integers(9, len(whole) - 1))
    broken = whole[:place] + data.draw(st.binary(max_size=4)) + whole[place + data.draw(st.integers(0, 4)) :]
    press = Press()
    with contextlib.suppress(Refused):
        found = press.answer(slips.Open("application/pdf", broken))
        press.answer(slips.Draw(len(found.sizes) - 1, 50))
        press.answer(slips.Select(0, (-1e9, 5), (1e9, -5)))


@given(NARRATIVE)
def test_pieces_of_a_table_are_the_table(text):
    document, _media, _body = read(
        cda(section(f"<table>{text}</table>")), lambda _media, _data: Figure(0, 0, b"")
    )
    for block in document.sections[0].blocks:
        if hasattr(block, "cells") and block.rows and block.columns:
            assert sum(piece.rows for piece in pieces(block)) == block.rows
            assert sum(len(piece.cells) for piece in pieces(block)) == len(block.cells)
            assert abs(sum(shares(block)) - 100) < 0.01


@given(st.text(max_size=60), st.text(max_size=5))
def test_what_is_found_lies_in_the_text(text, wanted):
    units = text.encode("utf-16-le", "surrogatepass")
    for start, end in spans(text, wanted):
        assert 0 <= start < end <= len(units) // 2


@given(st.text(max_size=30))
def test_any_time_is_written_somehow(told):
    assert isinstance(moment(told), str)


@pytest.mark.long
@settings(max_examples=20_000, deadline=None)
@given(NARRATIVE, st.integers(0, 100_000), st.binary(max_size=5))
def test_broken_cda_for_long(text, place, put):
    data = cda(section(text))
    place %= len(data)
    look_at(data[:place] + put + data[place + len(put) :])
