"""What the vault found at the unlock, what leaves the machine, and patients closed for want of the organisation's word."""

from __future__ import annotations

from app.checkpoints import file_name
from app.config import AUDIT_CHECKPOINTS, Policy
from app.signin.service import Opened
from app.trust import News
from app.ui.panes import Banner
from app.ui.text import Label
from media.keys.checkpoint import Checkpoint
from tests.unit.directory.test_directory import NOW, Office


def come_in(make_desk, qtbot, office, news=None, **wanted):
    desk = make_desk(**wanted)
    desk.now_ms = NOW * 1000
    desk.office._came_in(Opened(office.vault, office.session, {}, "", False, news or office.news))
    qtbot.waitUntil(lambda: not desk.window.locked)
    return desk


def visible(desk):
    return [label.text() for label in desk.window.findChildren(Label) if label.isVisible()]


def test_what_became_of_the_files_is_said_in_the_window(make_desk, tmp_path, qtbot):
    office = Office(tmp_path / "profile")
    office.look()
    office.vault.restored, office.vault.cache_rebuilt = True, True
    desk = come_in(make_desk, qtbot, office)
    try:
        codes = {notice.code for notice in desk.meeting.view.standing}
        assert {"vault-restored", "cache-rebuilt"} <= codes
        desk.window.show_feature("meeting")
        qtbot.waitUntil(lambda: any("ancienne copie" in text for text in visible(desk)))
        assert desk.window.findChildren(Banner)
    finally:
        desk.office.lock()


def test_patients_are_closed_while_the_lease_is_over_and_open_with_the_directory(make_desk, tmp_path, qtbot):
    office = Office(tmp_path / "profile")
    office.look()
    office.vault.hold_patients(back=True)
    desk = come_in(make_desk, qtbot, office, News(lease_over=True))
    try:
        desk.window.show_feature("patients")
        qtbot.waitUntil(lambda: "Les patients sont fermés" in visible(desk))
        office.vault.hold_patients(back=False)
        desk.office.sitting._looked(desk.office.sitting.opened, (News(), office.session))
        qtbot.waitUntil(lambda: "Les patients sont fermés" not in visible(desk))
    finally:
        desk.office.lock()


def test_the_lock_leaves_a_signed_checkpoint_on_the_share(make_desk, tmp_path, qtbot):
    share = tmp_path / "share"
    share.mkdir()
    office = Office(tmp_path / "profile")
    office.look()
    policy = Policy(forced={AUDIT_CHECKPOINTS.key: (str(share),)}, default={"language": "fr"})
    desk = come_in(make_desk, qtbot, office, policy=policy)
    office.vault.audit.record(1, b"u", "act").result()
    desk.office.lock()
    path = share / file_name(office.session.cert_hash)
    qtbot.waitUntil(lambda: path.exists() and path.stat().st_size > 0)
    assert Checkpoint.parse(path.read_bytes().splitlines()[-1]).seq >= 1
