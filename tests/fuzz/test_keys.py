"""Whatever bytes arrive, parsers of media/keys answer with their own errors and never accept a second spelling."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.errors import MediaError, ProtocolError, TrustError
from media.keys import cbor, invite, sign
from media.keys.certs import DeviceCert, DeviceKeys, GuestCert, Request, Trust
from media.keys.directory import Bundle, Enrolment, Entry, Head
from media.keys.frames import Opener, Sealer
from media.keys.invite import Invite, Link
from media.keys.issuers import Issuer, RelayKey
from media.keys.seal import XWing, seal
from media.keys.sign import HybridSigner, Signer
from media.keys.terms import Terms

EXAMPLES = settings(max_examples=200, deadline=None)
FEW = settings(max_examples=50, deadline=None)
NOW = 1_800_000_000

values = st.recursive(
    st.integers(0, 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=20,
)


def mutated(good: bytes):
    """Strategy: *good* with some bytes changed, cut, doubled or inserted."""
    places = st.integers(0, max(len(good) - 1, 0))

    def change(at: int, end: int, piece: bytes) -> bytes:
        return good[:at] + piece + good[end:]

    return st.builds(change, places, places, st.binary(max_size=20))


@EXAMPLES
@given(st.binary(max_size=200) | values.map(repr).map(str.encode))
def test_cbor_takes_only_what_it_would_write(data):
    with contextlib.suppress(ProtocolError):
        assert cbor.encode(cbor.decode(data)) == data


@EXAMPLES
@given(values)
def test_cbor_reads_what_it_wrote(value):
    try:
        data = cbor.encode(value)
    except ProtocolError:
        return
    with contextlib.suppress(ProtocolError):
        assert cbor.decode(data) == value


@EXAMPLES
@given(st.data())
def test_a_mutated_array_is_refused_or_says_something_else(data):
    good = cbor.encode(["CSL1/x", 1, b"bytes", "texte é", [2**40, [b""]]])
    bad = data.draw(mutated(good))
    with contextlib.suppress(ProtocolError):
        assert bad == good or cbor.decode(bad) != cbor.decode(good)


DEVICE, ISSUER = DeviceKeys.generate(), HybridSigner.generate()
CERT = DeviceCert.issue(
    ISSUER,
    org=bytes(16),
    user=bytes(16),
    name="Anne",
    role="doctor",
    specialty="",
    device_id=DEVICE.device_id,
    public=DEVICE.public,
    serial=1,
    not_before=NOW,
    not_after=NOW + 1000,
)
INVITE = Invite.create(
    DEVICE.hybrid,
    org=bytes(16),
    organiser=bytes(16),
    title="RCP",
    hosts=[bytes(16)],
    relay="a:1",
    inv_pk=bytes(32),
    not_before=1,
    not_after=9,
    terms=Terms(guests=False, most=12, length_s=2, starts=(2, 5)),
)
HEAD = Head.sign(ISSUER, bytes(16), 1, bytes(32), NOW)
PARSERS = [
    (DeviceCert.parse, CERT.signed),
    (GuestCert.parse, GuestCert.issue(Signer.generate(), "Jean").signed),
    (Issuer.parse, Issuer.issue(ISSUER, DEVICE.public, serial=1, not_before=1, not_after=9).signed),
    (RelayKey.parse, RelayKey.issue(ISSUER, bytes(32), not_before=1, not_after=9).signed),
    (Request.parse, DEVICE.request("Anne", "doctor", "")),
    (Invite.parse, INVITE.signed),
    (Head.parse, HEAD.signed),
    (Entry.parse, Entry(0, bytes(32), 0, bytes(32), NOW).encode()),
    (sign.split_signed, CERT.signed),
]
BUNDLE = Bundle("CHU", ISSUER.public, (b"i",), b"", (b"e",), (CERT.signed,), HEAD.signed)
PARSERS += [
    (Bundle.parse, BUNDLE.encode()),
    (Enrolment.parse, Enrolment(CERT.signed, bytes(32), BUNDLE).encode()),
]


@pytest.mark.parametrize(("parse", "good"), PARSERS, ids=lambda one: getattr(one, "__qualname__", None))
@FEW
@given(data=st.data())
def test_signed_objects_are_read_or_refused(parse, good, data):
    bad = data.draw(mutated(good) | st.binary(max_size=300) | mutated(good[:200]))
    with contextlib.suppress(ProtocolError, TrustError):
        parse(bad)


@FEW
@given(st.data())
def test_a_mutated_certificate_is_never_trusted(data):
    bad = data.draw(mutated(CERT.signed))
    trust = Trust(roots=[], issuers=[], head_time=NOW)
    if bad != CERT.signed:
        with pytest.raises((ProtocolError, TrustError)):
            trust.judge(bad, NOW)


@EXAMPLES
@given(
    st.text(max_size=150)
    | st.from_regex(
        r"consilium://[a-z0-9.\[\]:-]{1,30}:[0-9]{1,6}/[A-Za-z0-9_=-]{20,24}#[A-Za-z0-9_=-]{40,45}"
    )
)
def test_a_link_has_one_spelling(text):
    with contextlib.suppress(ProtocolError):
        link = Link.parse(text)
        assert link.format() == text
        assert 0 < link.port < 65_536


@EXAMPLES
@given(st.data())
def test_a_mutated_link_is_refused_or_another_link(data):
    good = Link("relais.chu.fr:8443", b"t" * 16, b"s" * 16, b"h" * 16).format()
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + data.draw(st.characters()) + good[at + 1 :]
    with contextlib.suppress(ProtocolError):
        assert Link.parse(bad).format() == bad


@FEW
@given(st.binary(max_size=200))
def test_blobs_seals_and_boxes_open_or_are_refused(data):
    for attempt in (
        lambda: invite.open_blob(b"s" * 16, b"t" * 16, b"h" * 16, data),
        lambda: KX.open(["CSL1/key"], data),
        lambda: KX.open(["CSL1/key"], data.ljust(1200, b"\0")),
        lambda: seal(data.ljust(1216, b"\0"), ["CSL1/key"], b""),
    ):
        with contextlib.suppress(MediaError):
            attempt()


KX = XWing.generate()
SIGNER = Signer.generate()
CALL, M, BASE = bytes(16), bytes(32), bytes(32)


@EXAMPLES
@given(st.data())
def test_an_opener_gives_back_what_was_sealed_or_nothing(data):
    sealer, opener = Sealer(CALL, M, SIGNER), Opener(CALL, M, SIGNER.public)
    n = data.draw(st.sampled_from([0, 7, 8, 300, 2**32]))
    sealer.set_base(n, BASE)
    opener.set_base(n, BASE)
    frame, good = sealer.seal(3, 1, b"payload")
    bad = data.draw(mutated(good) | st.binary(max_size=100))
    with contextlib.suppress(TrustError):
        assert opener.open(3, 1, frame, bad) == b"payload"
        assert bad == good


@EXAMPLES
@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 2**32 - 1), st.binary(max_size=100))
def test_an_opener_refuses_whatever_header_the_relay_invents(stream, flags, frame, data):
    opener = Opener(CALL, M, SIGNER.public)
    opener.set_base(0, BASE)
    with pytest.raises(TrustError):
        opener.open(stream, flags, frame, data)
