"""Invitations and links: one spelling, one secret, one blob."""

from __future__ import annotations

import dataclasses
import os

import pytest

from media.errors import ProtocolError, TrustError
from media.keys import cbor, invite, sign
from media.keys.invite import Invite, Link
from media.keys.issuers import DAY_S

SECRET, TAG = b"s" * 16, b"t" * 16


@pytest.fixture
def made(device) -> Invite:
    return Invite.create(
        device.hybrid,
        org=b"o" * 16,
        organiser=b"u" * 16,
        title="RCP thorax",
        hosts=[b"u" * 16, b"v" * 16],
        relay="relais.chu.fr:8443",
        inv_pk=bytes(32),
        not_before=1,
        not_after=2,
    )


@pytest.fixture
def link(made) -> Link:
    return Link("relais.chu.fr:8443", TAG, SECRET, made.hash[:16])


def test_an_invitation_is_its_organisers(made, device, other_device):
    read = Invite.parse(made.signed)
    assert (read.title, read.hosts) == ("RCP thorax", (b"u" * 16, b"v" * 16))
    read.verify(device.public)
    with pytest.raises(TrustError, match="signature"):
        read.verify(other_device.public)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hosts", []),
        ("hosts", [b"u" * 16] * 2),
        ("hosts", [b"short"]),
        ("hosts", [os.urandom(16) for _ in range(65)]),
        ("hosts", [[b"u" * 16]]),
        ("title", ""),
        ("title", "RCP\u202ethorax"),
        ("relay", "relais.chu.fr"),
        ("relay", "relais.chu.fr:0"),
        ("relay", "relais.chu.fr:65536"),
        ("relay", "-oProxyCommand=x:1"),
        ("relay", "Relais.chu.fr:1"),
        ("relay", "a b:1"),
        ("not_after", 1),
        ("not_after", 1 << 32),
    ],
)
def test_wrong_fields_are_refused_even_when_signed(made, device, field, value):
    fields = vars(made) | {field: value}
    del fields["signed"]
    with pytest.raises(ProtocolError):
        Invite.create(device.hybrid, **fields)


def test_a_link_is_written_and_read_the_same(link):
    assert Link.parse(link.format()) == link
    assert (link.host, link.port) == ("relais.chu.fr", 8443)
    local = dataclasses.replace(link, relay="[::1]:8443")
    assert Link.parse(local.format()) == local
    assert local.host == "::1"


def test_a_link_has_one_spelling(link):
    text = link.format()
    twins = [
        text + "=",
        text + " ",
        text + "\n",
        " " + text,
        text.replace("consilium", "Consilium"),
        text.replace("relais", "RELAIS"),
        text.replace(":8443", ":08443"),
        text.replace(":8443", ""),
        text.replace("//", "//user@"),
        text.replace("#", "?x=1#"),
        text.replace("#", "/#"),
        text[:-1],
        text[:-1] + "\u0661",
        text.replace("consilium:", "https:"),
        text + "#" + text,
        "x" * 10_000,
        "",
    ]
    for twin in twins:
        with pytest.raises(ProtocolError):
            Link.parse(twin)


def test_unused_bits_of_base64_are_zero():
    good = Link("a:1", bytes(16), bytes(16), bytes(16)).format()
    assert good.endswith("A")
    with pytest.raises(ProtocolError):
        Link.parse(good[:-1] + "B")
    with pytest.raises(ProtocolError):
        Link.parse(good.replace("A#", "B#"))


@pytest.mark.parametrize(
    "host",
    [
        "a..b",
        "-a",
        "a-",
        "a.",
        ".a",
        "a_b",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "127.0.0.01",
        "1.2.3.4.5",
        "a.0x",
        "[::0001]",
        "[0:0:0:0:0:0:0:1]",
        "[:::]",
        "[1.2.3.4]",
        "[]",
        "::1",
        "é.fr",
        "a" * 64,
        "a." * 130 + "a",
    ],
)
def test_a_host_has_one_spelling(host):
    with pytest.raises(ProtocolError):
        invite.split_relay(f"{host}:1")


@pytest.mark.parametrize(
    "host", ["localhost", "relais.chu-x.fr", "xn--chu-epa.fr", "127.0.0.1", "10.0.0.1", "a1.b2", "3com.com"]
)
def test_ordinary_hosts_are_taken(host):
    assert invite.split_relay(f"{host}:443") == (host, 443)


def test_an_invitation_ends(made):
    made.check_time(1)
    made.check_time(made.not_after + DAY_S)
    with pytest.raises(TrustError, match="invite-expired"):
        made.check_time(made.not_after + DAY_S + 1)
    with pytest.raises(TrustError, match="clock"):
        dataclasses.replace(made, not_before=2 * DAY_S, not_after=3 * DAY_S).check_time(1)


def test_the_secret_does_not_show_in_logs(link):
    assert "ssss" not in repr(link)
    assert repr(SECRET) not in repr(invite.room_keys(SECRET))


def test_a_blob_opens_with_the_link_and_names_the_invitation(made, link):
    blob = invite.seal_blob(SECRET, TAG, made.signed, b"certificate")
    assert invite.open_blob(SECRET, TAG, link.invite_hash, blob) == (made, b"certificate")
    assert invite.open_blob(SECRET, TAG, made.hash, blob)[0] == made


def test_a_relay_that_swaps_changes_or_moves_a_blob_is_caught(made, link, other_device):
    blob = invite.seal_blob(SECRET, TAG, made.signed, b"")
    fields = dict(vars(made))
    del fields["signed"]
    swapped = invite.seal_blob(SECRET, TAG, Invite.create(other_device.hybrid, **fields).signed, b"")
    for secret, tag, data in (
        (b"S" * 16, TAG, blob),
        (SECRET, b"T" * 16, blob),
        (SECRET, TAG, blob[:-1]),
        (SECRET, TAG, b""),
    ):
        with pytest.raises(TrustError, match="seal-broken"):
            invite.open_blob(secret, tag, link.invite_hash, data)
    with pytest.raises(TrustError, match="invite-changed"):
        invite.open_blob(SECRET, TAG, link.invite_hash, swapped)


@pytest.mark.parametrize("short", [b"", b"\0"])
def test_an_empty_hash_matches_nothing(made, short):
    blob = invite.seal_blob(SECRET, TAG, made.signed, b"")
    with pytest.raises(TrustError, match="invite-changed"):
        invite.open_blob(SECRET, TAG, short, blob)


def test_each_occurrence_is_another_room():
    first, second = invite.room_keys(SECRET, 0), invite.room_keys(SECRET, 1)
    assert len(first.room_id) == 16
    assert len({first.room_id, second.room_id, invite.room_keys(b"S" * 16).room_id}) == 3
    sign.verify(first.signer.public, b"proof", first.signer.sign(b"proof"))
    assert first.knock_key != second.knock_key


def test_the_link_alone_does_not_give_the_admin_key():
    room = invite.room_keys(SECRET)
    seed = invite.admin_seed(b"i" * 32, room.room_id)
    assert sign.Signer(seed).public != room.signer.public
    assert seed != invite.admin_seed(b"i" * 32, invite.room_keys(SECRET, 1).room_id)


def test_other_bytes_are_no_invitation(made):
    for data in (
        b"",
        b"\x80",
        sign.signed(cbor.encode(["CSL1/cert"]), b""),
        made.signed[:-1],
        made.signed + b"\0",
    ):
        with pytest.raises(ProtocolError):
            Invite.parse(data)
