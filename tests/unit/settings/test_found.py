"""Settings: found by what is typed, locked ones too; what could not be read goes back to the defaults."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from app import config as c
from app import i18n
from app.config import Config, Policy
from app.settings.found import found_settings, matching
from app.settings.sections import SECTIONS
from app.settings.service import Settings
from app.settings.values import offered, value_words

POLICY = b'{"name":"P","forced":{"ceiling.up":1000},"reasons":{"ceiling.up":"Ligne lente"}}'


class Kept:
    """A vault's table of settings."""

    read_only = False

    def __init__(self):
        self.forgotten = []
        self.settings = self

    def forget(self, key):
        self.forgotten.append(key)
        done = Future()
        done.set_result(None)
        return done


@pytest.fixture
def settings():
    i18n.set_language("fr")
    return Settings(Config(Policy.parse(POLICY)))


def keys(query, settings):
    return [setting.key for setting in matching(query, settings.config)]


def test_a_locked_setting_is_found_by_name_value_and_reason(settings):
    for query in ("debit montant", "1 000", "ligne LENTE"):
        assert keys(query, settings) == ["ceiling.up"]
    assert keys("zzz", settings) == []


def test_every_setting_of_the_page_is_in_the_palette_with_value_and_lock(settings):
    asked = []
    found = found_settings(settings, SimpleNamespace(open=asked.append))
    assert len(found) == sum(len(of) for _key, _icon, of in SECTIONS)
    up = next(thing for thing in found if thing.id == "setting.ceiling.up")
    assert up.mark is not None
    assert up.mark[0] == "DSI"
    assert ("Motif", "Ligne lente") in up.facts
    up.run()
    assert (asked[0].section, asked[0].setting) == ("line", "ceiling.up")


def test_every_value_that_is_offered_has_words_in_both_languages(settings):
    for language in ("fr", "en"):
        i18n.set_language(language)
        for _key, _icon, of in SECTIONS:
            for setting in of:
                for value, words in offered(setting, setting.default):
                    assert str(words), (setting.key, value)
                    assert not str(words).startswith(("setting.", "unit."))
    i18n.set_language("fr")


def test_a_value_of_another_program_stays_among_the_offered(settings):
    assert 125 in [value for value, _words in offered(c.TEXT_SIZE, 125)]
    assert str(value_words(c.TEXT_SIZE, 125)).startswith("125")


def test_what_could_not_be_read_goes_back_to_the_default_here_and_in_the_vault(settings):
    vault = Kept()
    settings.keep_in(vault)
    settings.config.load_user({"text.size": "1e9", "theme": '"dark"', "later": "1"})
    assert settings.unread() == (("Taille du texte",), 0)
    settings.mend()
    assert vault.forgotten == ["text.size"], "an unknown key may be a newer version's"
    assert settings.unread() == ((), 0)
    assert settings.config.get(c.THEME) == "dark"


def test_a_bad_policy_is_told_but_is_not_the_users_to_mend():
    settings = Settings(Config(Policy.parse(b'{"forced":{"lock.idle":900}}')))
    assert settings.unread() == ((), 1)
    settings.mend()
    assert settings.unread() == ((), 1)
