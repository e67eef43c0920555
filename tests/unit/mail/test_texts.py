"""What people type and call their files, and what others would like them to read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.errors import ProtocolError
from media.mail import texts

EXAMPLES = settings(max_examples=300, deadline=None)
names = st.text(max_size=200) | st.text(alphabet="./\\ cConN:aA1\u0301\u202e\u200d_", max_size=40)


@EXAMPLES
@given(st.text(max_size=300))
def test_a_cleaned_text_may_be_sent(raw) -> None:
    clean = texts.clean_text(raw)
    assert texts.check_text(clean, empty=True) == clean


@EXAMPLES
@given(st.text(max_size=300))
def test_a_cleaned_line_may_be_sent(raw) -> None:
    clean = texts.clean_line(raw)
    assert texts.check_line(clean, empty=True) == clean


@EXAMPLES
@given(names)
def test_a_plain_name_is_plain_and_stays_so(raw) -> None:
    plain = texts.plain_name(raw)
    assert texts.check_name(plain) == plain
    assert plain
    assert len(plain) <= texts.MAX_NAME
    assert not set(plain) & set('/\\:*?"<>|\0\n\u202e')
    assert plain == plain.strip(". ")
    assert len(texts.safe_name(raw)) <= texts.MAX_NAME + 1


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Compte rendu.pdf", "Compte rendu.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\x.dll", "C__Windows_x.dll_"),
        ("a\0b.pdf", "ab.pdf"),
        ("rapport\u202efdp.exe", "rapportfdp.exe_"),
        ("radio.jpg.exe", "radio.jpg.exe_"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("Com1 .pdf", "_Com1 .pdf"),
        ("lpt³", "_lpt³"),
        ("console.txt", "console.txt"),
        (".bashrc", "bashrc"),
        ("fin. . .", "fin"),
        ("", "document"),
        ("\u2800\u200b", "document"),
        ("تقرير.pdf", "تقرير.pdf"),
        ("e\u0301tude.pdf", "étude.pdf"),
        ("x" * 300 + ".pdf", "x" * 115 + ".pdf"),
        ("a." + "b" * 300, ("a." + "b" * 300)[:119]),
    ],
)
def test_hostile_names_are_shown_safely(raw, shown) -> None:
    assert texts.safe_name(raw) == shown


@pytest.mark.parametrize(
    "bad", ["\u202edroite", "a\u2066b", "nul\0", "\ud800", "a\rb", "e\u0301", " ", "a" * 20_001]
)
def test_a_text_that_hides_or_is_too_long_is_refused(bad) -> None:
    with pytest.raises(ProtocolError):
        texts.check_text(bad)


@pytest.mark.parametrize(
    "good", ["Bonjour,\n\n\tdose : 5 mg", "👩🏽‍⚕️", "שלום\u200f!", "می\u200cخواهم", "a" * 20_000]
)
def test_a_text_as_people_write_it_is_taken(good) -> None:
    assert texts.check_text(texts.clean_text(good)) == good
