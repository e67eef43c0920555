from __future__ import annotations

import pytest

from media.link import medium as module
from media.link.medium import medium


@pytest.mark.parametrize(
    ("marks", "kind"),
    [(["wireless", "device"], "wifi"), (["phy80211"], "wifi"), (["device"], "cable"), ([], "")],
)
def test_the_system_tells_wifi_from_cable_and_nothing_of_a_tunnel(tmp_path, monkeypatch, marks, kind):
    for mark in marks:
        (tmp_path / "net0" / mark).mkdir(parents=True)
    monkeypatch.setattr(module, "_names", lambda: ["lo", "net0"])
    monkeypatch.setattr(module, "_address", {"net0": "10.0.0.7"}.get)
    assert medium("10.0.0.7", tmp_path) == kind
    assert medium("10.0.0.8", tmp_path) == ""


def test_loopback_is_neither():
    assert medium("127.0.0.1") == ""
