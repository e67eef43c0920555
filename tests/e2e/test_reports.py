"""Two people whose safety numbers are not the same: the security officer hears of it, from whoever compared, by the issuer."""

from __future__ import annotations

import asyncio

from app.admin import store
from app.admin.reports import MAX_OF_ONE, Report, Reports
from app.audit import Trail
from app.directory.reporting import Reporting
from app.directory.service import Directory
from app.signin.service import read_session
from app.trust import News
from media.mail import convs
from media.mail.feeds import Differed
from media.mail.types import Type
from tests.harness.issuing import with_issuer
from tests.harness.postal import until


def test_codes_that_differ_stand_in_the_issuers_list_with_both_names(tmp_path):
    async def story(it):
        alice, bruno = await it.desk("Dr Alice Aubry"), await it.desk("Dr Bruno Bel")
        await bruno.open()
        await alice.open()
        await until(lambda: alice.post.desk.book.having("issuer"))
        session, trail = await read_session(alice.vault), Trail(alice.clock.now_ms)
        trail.open(alice.vault.audit, session.user)
        directory = Directory(alice.clock.now_ms, trail)
        Reporting(directory, alice.post)
        directory.open(session, alice.vault, News())
        await directory.different(bruno.own.user)
        await until(lambda: Reports(it.place).all())
        said = await asyncio.to_thread(it.admin, "issuer", "list")
        assert "codes différents" in said
        assert "Dr Alice Aubry (doctor) a comparé avec Dr Bruno Bel (doctor)" in said

    with_issuer(tmp_path, story)


def test_who_reports_at_random_fills_no_list_and_speaks_in_the_own_name_only(tmp_path):
    async def story(it):
        alice = await (await it.desk("Dr Alice Aubry")).open()
        await until(lambda: alice.post.desk.book.having("issuer"))
        (issuer,) = alice.post.desk.book.having("issuer")
        conv = convs.direct(alice.own.user, issuer.user)
        for number in range(MAX_OF_ONE + 5):
            body = Differed(number.to_bytes(16)).encode()
            await alice.post.say(Type.DIFFERED, conv, [issuer.user], body)
        await until(lambda: len(Reports(it.place).all()) == MAX_OF_ONE)
        assert {one.by for one in Reports(it.place).all()} == {alice.own.user}

    with_issuer(tmp_path, story)


def test_of_two_people_there_is_one_report_and_it_goes_after_a_month(tmp_path):
    (tmp_path / store.STATE).touch()
    reports = Reports(tmp_path)
    first = Report(b"a" * 16, b"b" * 16, 1_000_000)
    assert reports.take(first)
    assert reports.take(Report(first.by, first.about, 2_000_000))
    assert [one.at_s for one in reports.all()] == [2_000_000]
    assert reports.take(Report(b"c" * 16, b"b" * 16, 2_000_000 + 31 * 86_400))
    assert [one.by for one in reports.all()] == [b"c" * 16]
