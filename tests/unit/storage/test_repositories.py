"""What is kept comes back as it was; what may not change does not."""

from __future__ import annotations

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from storage.directory import Head, TrustNote, Verified
from storage.identity import Device, Organisation, Relay, RelayKey
from storage.meetings import Meeting

ORG = Organisation(b"o" * 16, "CHU", b"e" * 32, b"m" * 1952, own=True)
FRIEND = Organisation(b"f" * 16, "Centre Bérard", b"E" * 32, b"M" * 1952)


def meeting(tag: bytes, **parts: object) -> Meeting:
    return Meeting(
        **{
            "title": "RCP sein",
            "relay_host": "relais",
            "relay_port": 8443,
            "tag": tag,
            "secret": b"s" * 16,
            "invite_hash": b"h" * 32,
            **parts,
        }
    )


def test_the_device_keys_come_back_and_are_replaced(vault):
    assert vault.identity.device().result() is None
    vault.identity.save_device(Device(b"1" * 32, b"2" * 32)).result()
    vault.identity.save_device(Device(b"1" * 32, b"2" * 32, b"cert")).result()
    assert vault.identity.device().result().certificate == b"cert"


def test_secrets_do_not_show_in_texts_about_them():
    secret = b"\x41" * 32
    shown = [
        repr(Device(secret, secret)),
        repr(RelayKey(b"o", secret, b"", 0)),
        repr(meeting(b"t", secret=secret, inv_sk=secret, title="RCP de M. Canari")),
    ]
    for text in shown:
        assert "AAAA" not in text
        assert "Canari" not in text


def test_trusted_roots_and_their_issuers_are_kept_once(vault):
    identity = vault.identity
    identity.trust(FRIEND).result()
    identity.trust(ORG).result()
    identity.add_issuer(ORG.org, b"issuer of ours").result()
    identity.add_issuer(FRIEND.org, b"issuer of theirs").result()
    identity.add_issuer(FRIEND.org, b"issuer of theirs").result()
    identity.save_relay_key(RelayKey(FRIEND.org, b"k" * 32, b"c", 9)).result()
    assert identity.organisations().result() == [ORG, FRIEND]
    assert len(identity.issuers().result()) == 2


def test_a_root_trusted_again_keeps_its_issuers(vault):
    vault.identity.trust(ORG).result()
    vault.identity.add_issuer(ORG.org, b"issuer").result()
    vault.identity.trust(
        Organisation(ORG.org, "CHU de Lyon", ORG.ed25519_pk, ORG.mldsa_pk, own=True)
    ).result()
    assert vault.identity.issuers().result() == [b"issuer"]
    assert vault.identity.organisations().result()[0].name == "CHU de Lyon"


def test_an_issuer_of_an_unknown_root_is_refused(vault):
    with pytest.raises(sqlcipher.IntegrityError):
        vault.identity.add_issuer(b"?" * 16, b"issuer").result()


def test_relays_are_kept_by_host_and_port(vault):
    relay = Relay("relais.chu.fr", 8443, b"p" * 32)
    vault.identity.save_relay(relay).result()
    vault.identity.save_relay(Relay("relais.chu.fr", 8443, b"q" * 32, "PEM")).result()
    assert vault.identity.relays().result() == [Relay("relais.chu.fr", 8443, b"q" * 32, "PEM")]


def test_settings_are_kept_until_forgotten(vault):
    vault.settings.save("theme", '"dark"').result()
    vault.settings.save("theme", '"light"').result()
    assert vault.settings.all().result() == {"theme": '"light"'}
    vault.settings.forget("theme").result()
    assert vault.settings.all().result() == {}


def test_meetings_are_listed_by_start_and_by_last_join(vault):
    soon, later = (
        meeting(b"1" * 16, starts_s=200, host=True, inv_sk=b"i" * 32),
        meeting(b"2" * 16, starts_s=300),
    )
    past = meeting(b"3" * 16, starts_s=100)
    for one in (later, soon, past):
        vault.meetings.save(one).result()
    assert vault.meetings.upcoming(150).result() == [soon, later]
    vault.meetings.joined(past.tag, 5_000).result()
    vault.meetings.joined(soon.tag, 9_000).result()
    assert [one.tag for one in vault.meetings.recent().result()] == [soon.tag, past.tag]
    vault.meetings.forget(soon.tag).result()
    assert vault.meetings.find(soon.tag).result() is None


def test_a_series_is_kept_with_its_dates(vault):
    weekly = meeting(
        b"1" * 16,
        starts_s=100,
        ends_s=160,
        starts=(100, 700, 1300),
        off=(1,),
        every=1,
        zone="Europe/Paris",
        guests=False,
        most=12,
    )
    vault.meetings.save(weekly).result()
    assert vault.meetings.find(weekly.tag).result() == weekly


@pytest.mark.parametrize(
    "spoilt",
    [
        "starts = x'01'",
        "starts = x'0000000000000009'",
        "off = x'03'",
        "hosts = x'00'",
        "secret = x''",
        "tag = x'00'",
        "relay_port = 0",
        "ends_s = -1",
        "ends_s = 1 << 32",
        "starts = x'00000000000000640000100000000000'",
    ],
)
def test_a_spoilt_meeting_hides_no_other_and_can_be_dropped(vault, spoilt):
    for tag in (b"1" * 16, b"2" * 16):
        vault.meetings.save(meeting(tag, starts_s=100, ends_s=160, starts=(100, 700))).result()
    sql = f"UPDATE meeting SET {spoilt} WHERE tag = ?"
    vault.meetings._database.write(lambda db: db.execute(sql, (b"1" * 16,)) and None).result()
    assert [one.tag for one in vault.meetings.upcoming(0).result()] == [b"2" * 16]
    assert vault.meetings.unreadable().result() == 1
    assert vault.meetings.drop_unreadable().result() == 1
    assert vault.meetings.unreadable().result() == 0
    assert len(vault.meetings.upcoming(0).result()) == 1


def test_certificates_are_found_by_hash_and_by_user(vault):
    digest = vault.directory.add_certificate(b"u" * 16, b"certificate").result()
    vault.directory.add_certificate(b"v" * 16, b"other").result()
    assert vault.directory.certificate(digest).result() == b"certificate"
    assert vault.directory.certificate(b"?" * 32).result() is None
    assert vault.directory.certificates(b"v" * 16).result() == [b"other"]
    assert len(vault.directory.certificates().result()) == 2


def test_a_revocation_stays(vault):
    vault.directory.revoke([b"1" * 32, b"2" * 32], 10).result()
    vault.directory.revoke([b"1" * 32], 20).result()
    assert vault.directory.revoked().result() == [b"1" * 32, b"2" * 32]


def test_a_lower_or_forked_head_does_not_replace_the_one_seen(vault):
    seen = Head(b"o" * 16, 5, b"a" * 32, 100)
    see = vault.directory.see_head
    assert see(seen).result() == seen
    assert see(Head(b"o" * 16, 4, b"b" * 32, 200)).result() == seen
    assert see(Head(b"o" * 16, 5, b"c" * 32, 200)).result() == seen
    newer = Head(b"o" * 16, 5, b"a" * 32, 200)
    assert see(newer).result() == newer
    assert see(seen).result() == newer
    higher = Head(b"o" * 16, 6, b"d" * 32, 150)
    assert see(higher).result() == higher
    assert vault.directory.head(b"o" * 16).result() == higher
    assert vault.directory.head(b"x" * 16).result() is None


def test_verified_users_and_notes(vault):
    one = Verified(b"u" * 16, b"k" * 32, 7)
    vault.directory.verify(one).result()
    assert vault.directory.verified().result() == [one]
    vault.directory.unverify(b"u" * 16).result()
    assert vault.directory.verified().result() == []
    notes = [TrustNote(b"u" * 16, second, f"note {second}") for second in (1, 2)]
    for note in notes:
        vault.directory.note(note).result()
    assert vault.directory.notes(b"u" * 16).result() == notes


def test_what_calendars_need_of_a_meeting_comes_back(vault):
    kept = meeting(b"t" * 16, ends_s=50, uid=b"u" * 16, sequence=3, hosts=(b"a" * 16, b"b" * 16), host=True)
    vault.meetings.save(kept).result()
    assert vault.meetings.find(b"t" * 16).result() == kept
