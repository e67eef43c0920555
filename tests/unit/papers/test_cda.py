from __future__ import annotations

import base64
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from app.papers.cda import narrative, xml
from app.papers.cda.read import read
from app.papers.cda.values import Coded, Figure, Listing, Paragraph, Table
from app.papers.errors import Refused
from tests.unit.papers.cdas import cda, section, wrapped

CORPUS = next(
    (
        folder / "shared" / "corpus" / "cda"
        for folder in Path(__file__).resolve().parents
        if (folder / "shared" / "corpus").is_dir()
    ),
    Path("/nowhere"),
)
FILES = sorted(CORPUS.glob("*.xml"))


def nothing(_media, _data):
    return Figure(0, 0, b"")


def opened(data, draw=nothing):
    return read(data, draw)[0]


def blocks(text):
    return opened(cda(section(text))).sections[0].blocks


def told(block):
    """Return the visible text of a block."""
    if isinstance(block, Paragraph):
        return "".join(run.text for run in block.runs)
    if isinstance(block, Listing):
        return " ".join(told(inner) for item in block.items for inner in item)
    if isinstance(block, Table):
        return " ".join(told(inner) for cell in block.cells for inner in cell.blocks)
    return block.caption


def refusal(data):
    with pytest.raises(Refused) as refused:
        opened(data)
    return refused.value.code


# --- the header ---------------------------------------------------------------------------------------------


def test_header_says_whose_document_it_is_and_what_it_replaces():
    document = opened(cda(section("x")))
    who = document.patient
    assert (who.birth_name, who.used_name, who.birth, who.sex) == (
        "DELAUNAY-ROUSSET",
        "Vasseur",
        "19600514",
        "F",
    )
    assert (who.ins, who.ins_oid, who.ids) == ("260058815400120", "1.2.250.1.213.1.4.10", ("8001234567",))
    assert (document.title, document.version, document.replaces) == (
        "Fiche RCP thorax",
        "2",
        "1.2.250.9 doc-6",
    )
    assert [(party.role, party.name, party.number) for party in document.parties] == [
        ("author", "DR Hélène Marchetti", "10100000016")
    ]


def test_no_name_stands_in_a_repr():
    document = opened(cda(section("x")))
    assert "DELAUNAY" not in repr(document) + repr(document.patient) + repr(document.parties)


# --- the narrative ------------------------------------------------------------------------------------------


def test_text_keeps_its_looks_and_its_breaks():
    (paragraph,) = blocks('a <content styleCode="Bold Italics">b</content><br/>  c<sub>2</sub>')
    assert told(paragraph) == "a b\nc2"
    bold = next(run for run in paragraph.runs if run.text == "b")
    assert bold.bold
    assert bold.italic
    assert paragraph.runs[-1].rise == -1


def test_deleted_text_is_shown_as_such():
    (paragraph,) = blocks(
        'dose <content revised="delete">10</content> <content revised="insert">1</content> mg'
    )
    assert [run.text for run in paragraph.runs if run.struck] == ["10"]


def test_lists_may_hold_lists():
    (outer,) = blocks(
        "<list listType='ordered'><item>un<list><item>deux</item></list></item><item>trois</item></list>"
    )
    assert outer.ordered
    assert [told(block) for block in outer.items[0]] == ["un", "deux"]
    assert told(outer.items[1][0]) == "trois"


def test_table_cells_stand_at_their_place_in_the_grid():
    (table,) = blocks(
        "<table><thead><tr><th rowspan='2'>A</th><th colspan='2'>B</th></tr><tr><th>C</th><th>D</th></tr></thead>"
        "<tbody><tr><td>1</td><td>2</td><td>3</td></tr></tbody></table>"
    )
    assert (table.rows, table.columns, table.head) == (3, 3, 2)
    places = {told(cell.blocks[0]): (cell.row, cell.column, cell.down, cell.across) for cell in table.cells}
    assert places["A"] == (0, 0, 2, 1)
    assert places["B"] == (0, 1, 1, 2)
    assert places["D"] == (1, 2, 1, 1)
    assert places["3"] == (2, 2, 1, 1)


def test_foot_of_a_table_comes_last():
    (table,) = blocks(
        "<table><tfoot><tr><td>fin</td></tr></tfoot><tbody><tr><td>début</td></tr></tbody></table>"
    )
    assert [told(cell.blocks[0]) for cell in table.cells] == ["début", "fin"]


def test_text_astray_in_a_table_is_not_lost():
    assert "perdu" in " ".join(told(block) for block in blocks("<table>perdu<tr><td>1</td></tr></table>"))


def test_footnote_stands_at_the_end_under_its_mark():
    first, note = blocks('Dose<footnote ID="n1">réduite</footnote> puis<footnoteRef IDREF="n1"/>')
    assert told(first) == "Dose[1] puis[1]"
    assert told(note) == "[1] réduite"


def test_link_shows_where_it_leads():
    (paragraph,) = blocks('<linkHtml href="http://example.invalid/x">voir</linkHtml>')
    assert told(paragraph) == "voir (http://example.invalid/x)"


def test_unknown_element_gives_its_text():
    assert [told(block) for block in blocks("<blink>a<marquee>b</marquee></blink>c")] == ["abc"]


def test_long_paragraph_goes_on_in_the_next():
    found = blocks("mot " * 5_000)
    assert len(found) > 1
    assert max(len(told(block)) for block in found) <= 2 * narrative.LONGEST


def test_picture_of_the_narrative_is_decoded_or_said_to_be_missing():
    media = '<entry><observationMedia ID="P1"><value mediaType="image/png" representation="B64">AAAA</value></observationMedia></entry>'
    text = '<renderMultiMedia referencedObject="P1"><caption>Coupe</caption></renderMultiMedia><renderMultiMedia referencedObject="P2"/>'
    asked = []

    def draw(kind, data):
        asked.append((kind, data))
        return Figure(1, 1, b"\0\0\0\0")

    shown, missing = opened(cda(section(text, entries=media)), draw).sections[0].blocks
    assert asked == [("image/png", b"\0\0\0")]
    assert (shown.pixels, shown.caption) == (b"\0\0\0\0", "Coupe")
    assert missing.pixels == b""


# --- coded data ---------------------------------------------------------------------------------------------


def test_entries_become_rows_with_their_values():
    entry = """<entry><organizer><code code="1" displayName="Bilan"/><statusCode code="completed"/>
    <component><observation><code code="718-7" displayName="Hémoglobine"/><effectiveTime value="20261119"/>
    <value xsi:type="PQ" value="12.3" unit="g/dL"/></observation></component>
    <component><observation><code code="2" displayName="Dose"/><value xsi:type="IVL_PQ"><low value="1" unit="mg"/>
    <high value="2" unit="mg"/></value></observation></component></organizer></entry>"""
    rows = opened(cda(section("x", entries=entry))).sections[0].coded
    assert rows == (
        Coded(0, "organizer", "Bilan", status="completed"),
        Coded(1, "observation", "Hémoglobine", "12.3 g/dL", "20261119"),
        Coded(1, "observation", "Dose", "1 mg – 2 mg"),
    )


def test_code_without_words_takes_those_of_the_narrative():
    entry = '<entry><observation><code nullFlavor="UNK"><originalText><reference value="#t1"/></originalText></code></observation></entry>'
    rows = opened(cda(section('<content ID="t1">Douleur</content>', entries=entry))).sections[0].coded
    assert [row.label for row in rows] == ["Douleur"]


def test_section_in_a_section_follows_one_level_deeper():
    inner = section("b", title="Dedans")
    sections = opened(cda(section("a", inside=inner))).sections
    assert [(one.level, one.title) for one in sections] == [(1, "Conclusion"), (2, "Dedans")]


# --- level 1 ------------------------------------------------------------------------------------------------


def test_document_inside_is_handed_on():
    _document, media, body = read(wrapped("application/pdf", base64.b64encode(b"%PDF-1.7").decode()), nothing)
    assert (media, body) == ("application/pdf", b"%PDF-1.7")


def test_broken_base64_is_said():
    assert refusal(wrapped("application/pdf", "%%%")) == "damaged"


# --- hostile XML --------------------------------------------------------------------------------------------


def laughs():
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE lolz [<!ENTITY l0 "ha">{lines}]><ClinicalDocument>&l9;</ClinicalDocument>'.encode()


@pytest.mark.parametrize(
    "data",
    [
        laughs(),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><ClinicalDocument>&x;</ClinicalDocument>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><ClinicalDocument/>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]><ClinicalDocument/>',
        b'<!DOCTYPE a [<!ENTITY a "'
        + b"x" * 100_000
        + b'">]><ClinicalDocument>'
        + b"&a;" * 10_000
        + b"</ClinicalDocument>",
        b"<!DOCTYPE ClinicalDocument><ClinicalDocument/>",
    ],
)
def test_document_type_and_entities_are_refused(data):
    assert refusal(data) == "entities"


def test_undeclared_entity_is_damage():
    assert refusal(b"<ClinicalDocument>&x;</ClinicalDocument>") == "damaged"


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * 100_000,
        b"<ClinicalDocument>" + b"<a/>" * (xml.MAX_ELEMENTS + 1),
        b"<ClinicalDocument " + b" ".join(b'a%d="x"' % n for n in range(xml.MAX_ATTRIBUTES + 1)) + b"/>",
        b'<ClinicalDocument a="' + b"x" * (xml.MAX_ATTRIBUTE + 1) + b'"/>',
        b"<ClinicalDocument>" + b"x" * (xml.MAX_TEXT + 1) + b"</ClinicalDocument>",
        cda(section("<table>" + "<tr>" + "<td/>" * 65 + "</tr></table>")),
        cda(section("<table>" + ("<tr>" + "<td/>" * 60 + "</tr>") * 400 + "</table>")),
        cda(section("<table><tr><td>" * 10 + "x" + "</td></tr></table>" * 10)),
        cda(*[section("x")] * 501),
    ],
)
def test_too_much_of_anything_is_refused(data):
    assert refusal(data) == "too-large"


def test_span_beyond_the_table_is_cut():
    (table,) = blocks("<table><tr><td rowspan='99999' colspan='2'>a</td></tr><tr><td>b</td></tr></table>")
    assert [(cell.down, cell.across) for cell in table.cells] == [(2, 2), (1, 1)]


@pytest.mark.parametrize(
    "data", [b"", b"<a", b"\x00" * 50, b"<a></b>", b"\xff\xfe<", b'<?xml version="1.0" encoding="nope"?><a/>']
)
def test_what_is_no_xml_is_damaged(data):
    assert refusal(data) == "damaged"


def test_other_xml_is_no_cda():
    assert refusal(b"<svg/>") == "not-cda"


# --- the corpus ---------------------------------------------------------------------------------------------


def words_of(node):
    """Return the visible words below a node of ElementTree."""
    return re.findall(r"\S+", " ".join(node.itertext()))


@pytest.mark.skipif(not FILES, reason="the corpus is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_title_and_every_word_of_the_narrative_is_shown(path):
    document = opened(path.read_bytes())
    root = ET.fromstring(path.read_bytes())  # a file of our own corpus
    v3 = "{urn:hl7-org:v3}"
    sections = list(root.iter(f"{v3}section"))
    assert document.title == " ".join(words_of(root.find(f"{v3}title")))
    assert len(document.sections) == len(sections)
    for source, shown in zip(sections, document.sections, strict=True):
        title, text = source.find(f"{v3}title"), source.find(f"{v3}text")
        if title is not None and words_of(title):
            assert shown.title == " ".join(words_of(title))
        if text is not None:
            found = "".join(" ".join(told(block) for block in shown.blocks).split())
            assert found == "".join(words_of(text))
