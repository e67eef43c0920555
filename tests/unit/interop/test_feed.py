"""The desk's feed, from unlock to lock: what is told of it, and that the port is there when it should be, and only then."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import closing, contextmanager

import pytest

from app.config import SETTINGS, BadValue, Config, Policy
from app.interop.client import Client
from app.interop.endpoint import client_tls
from app.interop.feed import Feed
from app.interop.intake import incoming_of
from app.interop.state import Options, Standing
from app.interop.understand import understand
from tests.harness.adt import adt
from tests.harness.ports import free_port

NOW_MS = 1_775_000_000_000


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    asyncio.run_coroutine_threadsafe(ended(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


async def ended():
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait_for(asyncio.gather(*others, return_exceptions=True), 25)


@pytest.fixture
def feed(loop):
    feed = Feed(lambda work, _done, _failed: asyncio.run_coroutine_threadsafe(work, loop), lambda: NOW_MS)
    yield feed
    feed.close()


@contextmanager
def told(feed, holds):
    """Act inside, then wait until the state is as it should be."""
    there = threading.Event()
    leave = feed.changed.subscribe(lambda state: there.set() if holds(state) else None)
    yield
    end = time.monotonic() + 30
    while not (there.wait(0.02) or holds(feed.state)):
        assert time.monotonic() < end, feed.state
    leave()


def listening(state) -> bool:
    return state.standing is Standing.LISTENING


def where(feed) -> tuple[str, int]:
    host, _, port = feed.state.address.rpartition(":")
    return host, int(port)


def send(feed, *messages: bytes, tls=None) -> list[str]:
    async def act():
        async with await Client.connect(*where(feed), tls) as client:
            return [(await client.send(message))[0].code for message in messages]

    return asyncio.run(act())


def is_open(address: tuple[str, int]) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(address) == 0


def test_it_is_off_unless_the_settings_say_where():
    assert Options.of(Config()) == Options()
    policy = Policy(forced={"mllp.listen": "127.0.0.1:2575", "patients.keep-days": 90})
    assert Options.of(Config(policy)) == Options(listen="127.0.0.1:2575", keep_days=90)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mllp.listen", "2575"),
        ("mllp.listen", "host name:1"),
        ("site.zone", "Mars/Base"),
        ("site.zone", "../etc"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(key, value):
    with pytest.raises(BadValue):
        SETTINGS[key].check(value)


def test_messages_come_in_while_it_is_open_and_the_port_goes_with_it(feed, vault, loop):
    news = []
    feed.patients_changed.subscribe(news.append)
    with told(feed, listening):
        feed.open(vault, Options(listen="127.0.0.1:0"))
    address = where(feed)
    with told(feed, lambda state: state.kept == 2 and state.progress.up_to_date and bool(news)):
        assert send(feed, adt("A28^ADT_A05", "1", 1), adt("A28^ADT_A05", "2", 2)) == ["AA", "AA"]
    assert feed.state.last_ms == NOW_MS
    with told(feed, lambda state: state.waiting == 1):
        assert send(feed, b"nonsense") == ["AR"]
    feed.close()
    assert feed.state.standing is Standing.OFF
    assert feed.state.last_ms == 0
    asyncio.run_coroutine_threadsafe(ended(), loop).result(30)
    assert not is_open(address)


def test_it_follows_the_inbox_without_listening(feed, vault):
    raw = adt("A28^ADT_A05", "1", 1)
    vault.inbox.keep(incoming_of(raw, understand(raw, arrived_ms=5), 5)).result()
    with told(feed, lambda state: state.progress.done == 1 and state.last_ms == 5):
        feed.open(vault, Options())
    assert feed.state.standing is Standing.OFF
    assert vault.patients.count().result() == 1


def test_a_port_that_is_taken_is_said_and_had_as_soon_as_it_is_free(feed, vault, monkeypatch):
    monkeypatch.setattr("app.interop.flow.AGAIN_AFTER_S", 0.05)
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    with told(feed, lambda state: state.standing is Standing.PORT_TAKEN):
        feed.open(vault, Options(listen=f"127.0.0.1:{port}"))
    with told(feed, listening):
        taken.close()
    assert where(feed) == ("127.0.0.1", port)


def test_new_options_hold_at_once_on_the_same_port(feed, vault):
    listen = f"127.0.0.1:{free_port()}"
    with told(feed, listening):
        feed.open(vault, Options(listen=listen))
    feed.open(vault, Options(listen=listen))
    assert listening(feed.state)
    with told(feed, listening):
        feed.open(vault, Options(listen=listen, keep_days=3))
    assert send(feed, adt("A28^ADT_A05", "1", 1)) == ["AA"]


def test_tls_that_cannot_be_had_is_never_plain_text(feed, vault, certificates, tmp_path):
    listen = f"127.0.0.1:{free_port()}"
    certificate, key = map(str, certificates)
    for broken in (
        Options(listen, tls_certificate=certificate),
        Options(listen, tls_key=key),
        Options(listen, tls_client_authority=certificate),
        Options(listen, str(tmp_path / "none.pem"), key),
        Options(listen, certificate, certificate),
    ):
        with told(feed, lambda state: state.standing is Standing.MISCONFIGURED):
            feed.open(vault, broken)
        assert not is_open(("127.0.0.1", int(listen.rpartition(":")[2])))


def test_tls_and_clients_of_an_authority(feed, vault, certificates):
    certificate, key = certificates
    with told(feed, listening):
        feed.open(vault, Options("127.0.0.1:0", str(certificate), str(key), str(certificate)))
    tls = client_tls(certificate, certificate, key)
    tls.check_hostname = False
    assert send(feed, adt("A28^ADT_A05", "1", 1), tls=tls) == ["AA"]
    stranger = client_tls(certificate)
    stranger.check_hostname = False
    with pytest.raises(Exception, match=r"no answer|closed|reset|alert"):
        send(feed, adt("A28^ADT_A05", "2", 2), tls=stranger)


def test_what_is_too_old_is_forgotten_with_its_messages(feed, vault):
    old, fresh = adt("A28^ADT_A05", "1", 1), adt("A28^ADT_A05", "2", 2, minute=60 * 24 * 25)
    with told(feed, listening):
        feed.open(vault, Options(listen="127.0.0.1:0"))
    with told(feed, lambda state: state.kept == 2 and vault.patients.count().result() == 2):
        assert send(feed, old, fresh) == ["AA", "AA"]
    feed.close()
    with told(feed, listening):
        feed.open(vault, Options(listen="127.0.0.1:0", keep_days=10))
    with told(feed, lambda _state: vault.patients.count().result() == 1):
        assert send(feed, fresh) == ["AA"]
    assert [one.birth_name for one in vault.patients.every().result()] == ["ESSAI2"]
    assert [one.raw for one in vault.inbox.after(0).result()] == [fresh]
