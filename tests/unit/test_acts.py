"""Every act that the program traces has its words, in both languages and in the guide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app import i18n
from app.acts import ACTS, act_words
from resources.locale import po

ROOT = Path(__file__).parents[2]
TYPED = frozenset(
    (
        "admin/profiles.py",
        "fanout/followers.py",
        "fanout/outbox.py",
        "messages/joining.py",
        "monitoring/ground.py",
        "patients/service.py",
    )
)
"""Who writes to the vault's trail without `app.audit.Trail`, by a code of the type `Act`: mypy knows no other."""


def sources():
    return {
        str(path.relative_to(ROOT / "app")): path.read_text(encoding="utf-8")
        for path in (ROOT / "app").rglob("*.py")
        if "scenes" not in path.parts
    }


def test_nobody_writes_to_the_trail_by_a_code_that_is_not_checked():
    direct = {name for name, text in sources().items() if re.search(r"\baudit\.record\b", text)}
    assert direct == TYPED


def test_every_known_act_is_traced_somewhere():
    texts = "".join(text for name, text in sources().items() if name != "acts.py")
    assert {act for act in ACTS if f'"{act}"' not in texts} == set()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_act_has_its_words(language):
    forms = po.load(language).forms
    assert {key for key in forms if key.startswith("act.")} == {f"act.{act}" for act in (*ACTS, "other")}


def test_an_act_of_another_version_is_another_act():
    assert act_words("never-heard-of") == act_words("other") != act_words("history-sent")


def test_the_guide_tells_of_every_act():
    guide = (ROOT / "docs" / "storage.md").read_text(encoding="utf-8")
    table = guide.split("| of | codes |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z-]+)`", table)) == ACTS
