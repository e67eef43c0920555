"""Whose invitation counts, and whose key of a room: judged before anything stands in the agenda; whatever bytes come."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.meeting.agenda.told import told_meeting
from media.errors import MediaError, ProtocolError, TrustError
from media.keys.invite import Invite
from media.keys.sign import Signer
from media.keys.terms import Terms
from media.mail.calls import Convened, Hosting
from tests.harness.letters import Desk

NOW = int(time.time())
ANNE, BRUNO, CARLA = Desk(), Desk(), Desk()
OFFICE = Desk(ANNE.user)
SEED = bytes(range(32))
STARTS = (NOW + 3600, NOW + 700_000)


def invite(by=ANNE, hosts=(ANNE.user, BRUNO.user), inv_sk=SEED, starts=STARTS) -> bytes:
    return Invite.create(
        by.keys.hybrid,
        org=by.cert.org,
        organiser=by.user,
        title="RCP",
        hosts=hosts,
        relay="relais:4433",
        inv_pk=Signer(inv_sk).public,
        not_before=NOW - 10,
        not_after=STARTS[-1] + 600,
        terms=Terms(length_s=600, starts=starts),
    ).signed


def said(kind=Convened, **changed):
    fields = {"uid": b"u" * 16, "sequence": 1, "cancelled": False, "tag": b"t" * 16, "secret": b"s" * 16}
    fields |= {"invite": invite(), "off": ()} | ({"inv_sk": SEED} if kind is Hosting else {})
    return kind(**(fields | changed))


def verdict(desk):
    return SimpleNamespace(org=desk.cert.org, user=desk.user, public=desk.cert.public, level="certified")


def session(desk, *known):
    trust = SimpleNamespace(
        roots=(),
        issuers=(),
        revoked=(),
        verified=(),
        head_time=NOW,
        certificates=tuple(one.cert.signed for one in known),
    )
    return SimpleNamespace(user=desk.user, certificate=desk.cert.signed, trust=trust)


def judge(word, by=ANNE, to=BRUNO):
    return told_meeting(word, verdict(by), session(to, ANNE, BRUNO), NOW)


def test_what_its_organiser_says_becomes_a_meeting() -> None:
    found = judge(said(Hosting, off=(1,)))
    assert (found.title, found.organiser, found.host, found.inv_sk) == ("RCP", ANNE.user, True, SEED)
    assert (found.starts, found.off, found.relay_host, found.relay_port) == (STARTS, (1,), "relais", 4433)
    assert not found.own


def test_from_an_own_other_desk_it_is_the_own_meeting() -> None:
    word = said(Hosting, invite=invite(OFFICE))
    found = judge(word, by=OFFICE, to=ANNE)
    assert found.own
    assert found.invite == word.invite


@pytest.mark.parametrize(
    ("word", "by", "to"),
    [
        (said(), CARLA, BRUNO),
        (said(invite=invite(CARLA)), ANNE, BRUNO),
        (said(Hosting), ANNE, CARLA),
        (said(Hosting, inv_sk=bytes(32)), ANNE, BRUNO),
        (said(Hosting, invite=invite(hosts=(ANNE.user,))), ANNE, BRUNO),
    ],
    ids=["somebody else's word", "somebody else's invitation", "no host", "another key", "a host no more"],
)
def test_nothing_else_counts(word, by, to) -> None:
    with pytest.raises(TrustError, match="invite-forged"):
        judge(word, by, to)


def test_one_changed_bit_of_the_signature_is_seen() -> None:
    data = bytearray(invite())
    data[-1] ^= 1
    with pytest.raises(TrustError, match="invite-forged"):
        judge(said(invite=bytes(data)))


@pytest.mark.parametrize("off", [(2,), (0, 5)])
def test_a_date_that_is_none_is_refused(off) -> None:
    with pytest.raises(ProtocolError):
        judge(said(off=off))


INVITE = invite()


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, len(INVITE) - 1), bit=st.integers(0, 7), cut=st.booleans())
def test_whatever_comes_it_is_refused_by_our_own_errors(at, bit, cut) -> None:
    data = bytearray(INVITE)
    data[at] ^= 1 << bit
    with pytest.raises(MediaError):
        judge(said(invite=bytes(data[:at] if cut else data)))
