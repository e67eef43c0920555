"""Settings: who decides, what is refused, what is reported."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import config, i18n
from app.config import BadValue, Config, ForcedByIt, Policy, Problem


def policy(**parts: object) -> Policy:
    return Policy.parse(json.dumps(parts).encode())


def test_every_default_fits_its_own_bounds():
    for setting in config.SETTINGS.values():
        assert setting.check(setting.default) == setting.default


def test_every_setting_has_a_text_in_both_languages():
    for setting in config.SETTINGS.values():
        assert setting.french
        assert setting.english
    i18n.set_language("en")
    assert config.THEME.text == "Theme"
    i18n.set_language("fr")
    assert config.THEME.text == "Thème"


def test_it_wins_over_the_user_who_wins_over_its_default():
    settings = Config(policy(forced={"lock.idle": 3}, default={"theme": "dark", "sounds": False}))
    settings.load_user({"lock.idle": "30", "theme": '"light"'})
    assert settings.get(config.IDLE_LOCK_MINUTES) == 3
    assert settings.get(config.THEME) == "light"
    assert settings.get(config.SOUNDS) is False
    assert settings.get(config.TEXT_SIZE) == 100


def test_a_forced_setting_keeps_its_value_and_reason():
    settings = Config(policy(forced={"vault.keyring": "required"}, reasons={"vault.keyring": "PSSI 4.2"}))
    with pytest.raises(ForcedByIt):
        settings.choose(config.KEYRING, "off")
    assert settings.get(config.KEYRING) == "required"
    assert settings.reason(config.KEYRING) == "PSSI 4.2"


def test_it_cannot_force_what_is_the_users_alone():
    settings = Config(policy(forced={"camera": "spy"}, default={"camera": "spy"}))
    assert settings.get(config.CAMERA) == ""
    assert settings.problems == (
        Problem("policy", "camera", "not-allowed"),
        Problem("policy", "camera", "not-allowed"),
    )


def test_a_choice_is_told_and_comes_back_from_the_vault():
    first, heard = Config(), []
    first.changed.subscribe(heard.append)
    stored = {"text.size": first.choose(config.TEXT_SIZE, 125)}
    assert heard == ["text.size"]
    second = Config()
    second.load_user(stored)
    assert second.get(config.TEXT_SIZE) == 125


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (config.TEXT_SIZE, 99),
        (config.TEXT_SIZE, 151),
        (config.TEXT_SIZE, True),
        (config.TEXT_SIZE, "100"),
        (config.THEME, "pink"),
        (config.SOUNDS, 1),
        (config.CAMERA, "x" * 513),
        (config.CAMERA, "a\0b"),
        (config.CARE_UNITS, ("ONCO", "a b")),
        (config.CARE_UNITS, ("x" * 21,)),
        (config.CARE_UNITS, ("a",) * 65),
    ],
)
def test_a_value_out_of_bounds_is_refused(setting, value):
    settings = Config()
    with pytest.raises(BadValue):
        settings.choose(setting, value)
    assert settings.get(setting) == setting.default


def test_a_corrupt_stored_value_falls_back_and_is_reported():
    settings = Config()
    settings.load_user({"theme": "{", "text.size": "1e9", "sounds": "false", "gone": "1"})
    assert settings.get(config.THEME) == "system"
    assert settings.get(config.TEXT_SIZE) == 100
    assert settings.get(config.SOUNDS) is False
    found = {(problem.key, problem.code) for problem in settings.problems}
    assert found == {("theme", "bad-value"), ("text.size", "bad-value"), ("gone", "unknown")}


def test_a_list_is_read_in_its_order():
    settings = Config(policy(forced={"patients.units": ["ONCO2", "ONCO1"]}))
    assert settings.get(config.CARE_UNITS) == ("ONCO2", "ONCO1")


def test_no_policy_file_is_no_policy(tmp_path):
    assert Policy.load(tmp_path / "none.json") == Policy()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"forced": 3}', '{"surprise": 1}', "[" * 100_000, '{"name":"' + "x" * 70_000 + '"}'],
)
def test_an_unreadable_policy_is_reported(tmp_path, text):
    path = tmp_path / "policy.json"
    path.write_text(text)
    assert Policy.load(path).problems == (Problem("policy", "", "unreadable"),)


def test_a_policy_that_may_not_be_read_is_reported(tmp_path):
    assert Policy.load(tmp_path).problems == (Problem("policy", "", "unreadable"),)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3),
)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_a_policy_that_only_holds_values_that_fit(data):
    found = Policy.parse(data)
    assert found.problems or not found.forced.keys() - config.SETTINGS.keys()


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(config.SETTINGS)), json_values))
def test_any_values_leave_every_setting_within_bounds(values):
    settings_now = Config(policy(forced=values, default=values))
    settings_now.load_user({key: json.dumps(value) for key, value in values.items()})
    for setting in config.SETTINGS.values():
        assert setting.check(settings_now.get(setting)) == settings_now.get(setting)


def test_the_guide_tells_of_every_setting_of_messages_and_its_example_holds():
    guide = (Path(__file__).parents[2] / "docs" / "admin.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z-]+\.[a-z-]+)`", guide))
    assert {key for key in config.SETTINGS if key.startswith(("messages.", "notify."))} <= told
    example = guide.split('    {"name": "CHU, 2026-11",')[1].split("\n\n")[0]
    found = Policy.parse(b'{"name": "CHU, 2026-11",' + example.encode())
    assert found.problems == ()
    assert found.forced["messages.once-offered"] == ("10", "30")
