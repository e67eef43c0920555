"""Every code that room, link, keys and relay can say to a person has a sentence in both languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from app.meeting.agenda.guests import SAID as STATES
from app.meeting.sentences import REASONS, TROUBLES
from app.messages import refusals
from app.messages.looks import HELD, WHY
from media.room.lobby import REFUSALS
from resources.locale import po

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
SILENT = {
    "join-forged": "said as knock-refused",
    "key-missing": "the frame waits for its key, then it is frame-undecryptable",
    "room-open": "somebody else opened first: this desk knocks",
    "taken": "said as plan.refused.relay-refused: a tag is random",
    "vouch-foreign": "a refused vouch changes nothing: the new device stays a changed key, which is said",
    "quota": "said as plan.refused.relay-quota",
    **dict.fromkeys(
        ("blob-broken", "blob-gap", "blob-over", "blob-unknown"),
        "the file goes up anew, or is said to be gone",
    ),
    **dict.fromkeys(
        ("queue-full", "queue-unknown", "card-old"), "the message waits, then it is not delivered"
    ),
    **dict.fromkeys(
        ("too-far", "released", "cancelled"),
        "an escalation that waits at the relay: what became of it stands in the trace",
    ),
    **dict.fromkeys(("gap", "late", "outsider"), "said at the message: messages.warning"),
    "blocked": "who is blocked is refused in silence: that is what was asked for",
    "grant-late": "the document stays closed, as its card says",
    "file-forged": "said at the file: FileState.REFUSED",
    **dict.fromkeys(
        ("once-expired", "once-opened", "once-gone", "once-refused"),
        "said where the document is opened: messages.refused",
    ),
}
"""Codes that never reach a person, and why."""

SAID = {*TROUBLES, *REASONS, *HELD, *WHY, *STATES, *refusals.REFUSALS, *SILENT}


def said(call_name, at, folder="room", kind=None):
    """The texts that calls of *call_name* give as argument *at* (None: any); *kind*: only where that is the first one."""
    found = set()
    for path in sorted((ROOT / "media" / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                arguments = node.args if at is None else node.args[at : at + 1]
                first = getattr(node.args[0], "value", None) if node.args else None
                if name == call_name and kind in {None, first}:
                    found |= {code for argument in arguments for code in texts(argument)}
    return found


def texts(argument):
    """The codes that an expression may be; what it is compared with is none of them."""
    if isinstance(argument, ast.IfExp):
        return texts(argument.body) | texts(argument.orelse)
    text = argument.value if isinstance(argument, ast.Constant) else None
    return {text} if isinstance(text, str) and CODE.fullmatch(text) else set()


def raised():
    rooms = ("keys", "room")
    return {code for folder in rooms for code in said("TrustError", 0, folder)} | said(
        "check_time", None, "keys"
    )


def relays():
    """The codes of docs/relay.md."""
    text = (ROOT / "docs" / "relay.md").read_text(encoding="utf-8")
    rows = [
        row for row in text.split("## Refusals")[1].split("\n## ")[0].splitlines() if row.startswith("| `")
    ]
    return {code for row in rows for code in re.findall(r"`([a-z-]+)`", row.split("|")[1])}


def told():
    return said("_trouble", None) | said("tell", None)


def ends():
    outcomes = said("_end", 1, kind="ended") | said("Phase", 1, kind="ended") | said("_finish", 0)
    return outcomes | said("LinkRefused", 0, "link") | relays() | set(REFUSALS)


def protocol():
    """The codes of docs/protocol.md §9."""
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    return set(re.findall(r"`([a-z-]+)`", text.split("## 9.")[1].split("\n## ")[0]))


def test_the_search_finds_what_is_said():
    assert {"fork", "key-refused", "control-broken", "directory-fork", "link-missing"} <= told()
    assert {"removed", "replaced", "ended", "fork", "relay-impostor", "busy", "left"} <= ends()
    assert {"issuer-expired", "seal-broken", "link-forged", "invite-changed", "clock"} <= raised()


def test_every_trouble_has_a_sentence():
    assert told() - TROUBLES.keys() == set()


def test_every_end_has_a_sentence():
    assert ends() - {*REASONS, *SILENT} == set()


def test_every_error_of_trust_has_a_sentence_or_a_reason_to_be_silent():
    assert raised() - SAID == set()


def test_every_code_of_the_protocol_has_a_sentence():
    assert protocol() - SAID == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_however_far_an_invitation_came_there_is_a_word_for_it(language):
    wanted = {f"calling.state.{state}" for state in STATES | {"other"}}
    assert wanted - po.load(language).forms.keys() == set()


def test_what_is_wrong_with_a_certificate_has_words_for_others_and_for_the_own():
    either = said("TrustError", 0, "keys") & {
        *("signature", "seal-broken", "issuer-unknown", "certificate-revoked", "clock", "directory-old")
    }
    assert len(either) == 6
    either |= {"issuer-expired", "certificate-expired"}
    assert either - TROUBLES.keys() == set()
    assert either - set(REASONS) == set()


def test_nothing_on_the_silent_list_is_stale():
    known = raised() | ends() | protocol()
    assert SILENT.keys() - known == set()
    assert SILENT.keys() & {*TROUBLES, *REASONS} == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_says_what_happened_and_what_to_do(language):
    texts = po.load(language).forms
    keys = {f"trouble.{code}" for code in TROUBLES} | {f"end.{code}" for code in REASONS}
    assert {f"{key}.{part}" for key in keys for part in ("title", "detail")} - texts.keys() == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_refused_message_has_its_sentence(language):
    texts = po.load(language).forms
    assert {
        why for code in (*refusals.REFUSALS, "never-heard-of") if (why := refusals.told(code)) not in texts
    } == set()
    assert refusals.told("blocked") == ""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_why_a_device_gets_nothing_is_said_in_words(language):
    wanted = {f"messages.why.{code}" for code in WHY | {"other"}}
    assert wanted - po.load(language).forms.keys() == set()
