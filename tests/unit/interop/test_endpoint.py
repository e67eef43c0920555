"""HOST:PORT as people write it, and TLS files that do not fit."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interop.endpoint import EndpointError, address, client_tls, server_tls
from app.secretfile import SecretFileError
from tests.harness.pem import chain


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("127.0.0.1:2575", ("127.0.0.1", 2575)),
        ("gam.chu.example:0", ("gam.chu.example", 0)),
        ("[::1]:65535", ("::1", 65535)),
    ],
)
def test_an_address_is_read(text, means):
    assert address(text) == means


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2575",
        ":2575",
        "hote",
        "hote:",
        "hote:-1",
        "hote:65536",
        "::1:2575",
        "hote:²",
        "hote:" + "9" * 5000,
    ],
)
def test_what_is_no_address_is_said_with_the_way_to_write_it(text):
    with pytest.raises(EndpointError, match=":2575"):
        address(text)


@given(st.text() | st.from_regex(r"[a-z.]{0,5}:\d+", fullmatch=True))
def test_no_text_is_more_than_refused(text):
    with suppress(EndpointError):
        assert 0 <= address(text)[1] <= 65_535


def test_files_that_fit_are_taken(tmp_path):
    files = chain(tmp_path)
    server_tls(files.certificate, files.key, files.authority)
    client_tls(files.authority, files.certificate, files.key)


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_key_that_others_can_read_is_refused(tmp_path):
    files = chain(tmp_path)
    files.key.chmod(0o644)
    with pytest.raises(SecretFileError, match="chmod 600"):
        server_tls(files.certificate, files.key)
    with pytest.raises(SecretFileError, match="chmod 600"):
        client_tls(files.authority, files.certificate, files.key)


def test_a_key_that_needs_a_password_is_refused_and_nobody_is_asked(tmp_path):
    files = chain(tmp_path, password=b"geheim")
    with pytest.raises(EndpointError, match="sans mot de passe"):
        server_tls(files.certificate, files.key)


def test_what_is_no_pem_is_refused(tmp_path):
    files = chain(tmp_path)
    files.authority.write_text("nothing")
    with pytest.raises(EndpointError, match="PEM"):
        client_tls(files.authority)
    with pytest.raises(EndpointError, match="PEM"):
        server_tls(files.authority, files.key)
