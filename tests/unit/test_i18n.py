"""Texts and formats as people read them."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app import i18n
from app.i18n import fmt_date, fmt_day, fmt_duration, fmt_list, fmt_number, fmt_time, fmt_timer, tr, trn
from resources.locale import po

ROOT = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"\{([^}]*)\}")
HEADER = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n'
ID = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")
ONE, MANY = {"tr", "say"}, {"trn", "says"}


@pytest.fixture(autouse=True)
def _french():
    i18n.set_language("fr")
    yield
    i18n.set_language("fr")


def say(text: str, **params: object) -> str:
    return i18n._fill(i18n.french_spaces(text), params)


def test_once_all_texts_are_read_a_change_of_language_reads_no_file(monkeypatch):
    english = i18n._Language("en", i18n.english_spaces, ".", ",")
    monkeypatch.setitem(i18n._spoken, "en", english)
    i18n.read()
    monkeypatch.setattr(po, "load", lambda _language: pytest.fail("read a file"))
    i18n.set_language("en")
    assert tr("command.palette") == "Palette: search or act"


def calls():
    """Every `tr("id", name=…)` and `trn("id", n, name=…)`, or `say` and `says`: place, id, names of parameters."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[0] if node.args else None
                text = first.value if isinstance(first, ast.Constant) else None
                if name in ONE | MANY and isinstance(text, str) and ID.fullmatch(text):
                    names = {keyword.arg for keyword in node.keywords}
                    extra = {"n"} if name in MANY else set()
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", text, names, extra


def test_both_languages_say_the_same_things():
    french, english = po.load("fr").forms, po.load("en").forms
    assert french.keys() == english.keys()


def test_both_languages_have_the_same_placeholders():
    french, english = po.load("fr").forms, po.load("en").forms
    formats = {"date.numeric"}  # the day is written another way, with other parts
    for key in french.keys() - formats:
        said = [set(PLACEHOLDER.findall("".join(forms[key]))) for forms in (french, english)]
        assert said[0] == said[1], key
        assert all(re.fullmatch("[a-z_]+", name) for name in said[0]), key


def test_every_text_that_the_program_asks_for_exists():
    forms = po.load("fr").forms
    assert [f"{where} {key}" for where, key, _, _ in calls() if key not in forms] == []


def test_every_text_gets_the_parameters_that_it_wants():
    forms = po.load("fr").forms
    wrong = []
    for where, key, names, extra in calls():
        wanted = set(PLACEHOLDER.findall("".join(forms.get(key, ()))))
        if key in forms and key != "date.numeric" and None not in names and wanted - extra != names - extra:
            wrong.append(f"{where} {key} wants {sorted(wanted)}")
    assert wrong == []


def test_texts_are_typed_with_plain_spaces():
    for path in po.FOLDER.glob("*/*.po"):
        text = path.read_text(encoding="utf-8")
        assert "\u00a0" not in text, path
        assert "\u202f" not in text, path


def test_french_signs_get_their_spaces():
    assert say("Qui ? Vous !") == "Qui\u202f? Vous\u202f!"
    assert say("perte ; 5 %") == "perte\u202f; 5\u202f%"
    assert say("Hôte : « Dr Moreau »") == "Hôte\u00a0: «\u00a0Dr Moreau\u00a0»"
    assert say("{rate} kb/s en {ms} ms", rate=64, ms=20) == "64\u202fkb/s en 20\u202fms"


def test_addresses_and_times_keep_their_colons():
    assert say("consilium://relais:8443 à 12:30") == "consilium://relais:8443 à 12:30"


def test_a_name_is_never_retyped_by_the_formatter():
    assert say("{name} attend", name="O ; {other} !") == "O ; {other} ! attend"


def test_the_language_changes_without_a_restart():
    heard: list[str] = []
    leave = i18n.language_changed.subscribe(heard.append)
    assert fmt_list(["Dr A", "Dr B", "Dr C"]) == "Dr A, Dr B et Dr C"
    i18n.set_language("en")
    assert fmt_list(["Dr A", "Dr B", "Dr C"]) == "Dr A, Dr B and Dr C"
    i18n.set_language("en")
    leave()
    assert heard == ["en"]


@pytest.mark.parametrize(
    ("lang", "code"), [("en_GB.UTF-8", "en"), ("fr_FR.UTF-8", "fr"), ("de_DE", "fr"), ("C", "fr")]
)
def test_the_machine_speaks_first(monkeypatch, lang, code):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", lang)
    i18n.set_language("system")
    assert i18n.language() == code


def test_an_unknown_id_shows_itself_and_is_logged(caplog):
    assert tr("no.such.text") == "no.such.text"
    assert "no.such.text" in caplog.text


def test_plurals_follow_each_language(monkeypatch):
    forms = {"wait": ("{n} personne attend", "{n} personnes attendent")}
    monkeypatch.setitem(i18n._current.catalogue.forms, "wait", forms["wait"])
    assert trn("wait", 0) == "0 personne attend"
    assert trn("wait", 1) == "1 personne attend"
    assert trn("wait", 1200) == "1\u202f200 personnes attendent"
    i18n.set_language("en")
    monkeypatch.setitem(i18n._current.catalogue.forms, "wait", ("{n} waits", "{n} wait"))
    assert trn("wait", 0) == "0 wait"
    assert trn("wait", 1) == "1 waits"


def test_french_dates_times_and_numbers(monkeypatch):
    day = date(2026, 11, 24)
    assert fmt_date(day) == "24/11/2026"
    assert fmt_day(day) == "mar. 24 nov."
    assert fmt_number(-1234567.5, 1) == "\u22121\u202f234\u202f567,5"
    assert [fmt_duration(s) for s in (45, 720, 3900)] == ["45\u202fs", "12\u202fmin", "1\u202fh 05"]


def test_english_dates_never_put_the_month_first():
    i18n.set_language("en")
    assert fmt_date(date(2026, 11, 24)) == "24 Nov 2026"
    assert fmt_day(date(2026, 11, 24)) == "Tue 24 Nov"
    assert fmt_number(1234.5, 1) == "1,234.5"


def test_a_moment_is_shown_on_this_machines_clock():
    moment = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    local = moment.astimezone()
    assert fmt_time(moment) == f"{local:%H:%M}"
    assert fmt_date(moment) == f"{local:%d/%m/%Y}"


def test_a_running_clock():
    assert [fmt_timer(s) for s in (-1, 65.9, 3845)] == ["00:00", "01:05", "1:04:05"]


def test_lists_of_none_and_one():
    assert [fmt_list([]), fmt_list(["Dr A"])] == ["", "Dr A"]


def test_a_source_is_read_with_comments_escapes_and_continued_lines():
    text = HEADER + '\n#: app/x.py:1\nmsgid "a.b"\nmsgstr ""\n"Dit \\"oui\\"\\n"\n"fin"\n'
    assert po.parse(text, "x.po").forms == {"a.b": ('Dit "oui"\nfin',)}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('msgid "a"\nmsgstr "b"\n', "no Plural-Forms"),
        (HEADER + 'msgid "a"\nmsgstr ""\n', "no text"),
        (HEADER + 'msgid "a"\n', "no text"),
        (HEADER + 'msgid "a"\nmsgstr "b"\nmsgid "a"\nmsgstr "c"\n', "x.po:5: id 'a' stands twice"),
        (HEADER + 'msgid "a"\nmsgstr "b"\nmsgstr "c"\n', "x.po:5: msgstr stands twice"),
        (HEADER + 'msgid "a"\nmsgstr "unfinished\n', "x.po:4: cannot read"),
        (HEADER + 'msgid "a"\nmsgstr "\\q"\n', "unknown escape"),
        (HEADER + 'msgid "a"\nmsgid_plural "a"\nmsgstr[0] "1"\nmsgstr[1] "2"\nmsgstr[2] "3"\n', "2 forms"),
        ('"lost"\n', "before the first msgid"),
    ],
)
def test_a_broken_source_names_what_to_mend(text, complaint):
    with pytest.raises(po.PoError, match=re.escape(complaint)):
        po.parse(text, "x.po")


def test_an_id_in_two_files_is_refused(tmp_path, monkeypatch):
    (tmp_path / "fr").mkdir()
    for name in ("a.po", "b.po"):
        (tmp_path / "fr" / name).write_text(HEADER + 'msgid "same"\nmsgstr "x"\n', encoding="utf-8")
    monkeypatch.setattr(po, "FOLDER", tmp_path)
    with pytest.raises(po.PoError, match="same"):
        po.load("fr")
