"""A secret is taken from a file that nobody else can read, or from the service's own credentials."""

from __future__ import annotations

import os

import pytest

from app import secretfile
from app.secretfile import SecretFileError

posix = pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")


def write(path, text: bytes = b"geheim\n", mode: int = 0o600):
    path.write_bytes(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_line_end_is_no_part_of_the_secret(tmp_path, end):
    assert secretfile.secret(write(tmp_path / "s", b" mot de passe " + end)) == " mot de passe "


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o666])
def test_a_file_open_to_others_is_refused_and_the_remedy_named(tmp_path, mode):
    with pytest.raises(SecretFileError, match="chmod 600"):
        secretfile.secret(write(tmp_path / "s", mode=mode))


@posix
def test_a_credential_of_systemd_is_found_by_its_name_and_may_be_0440(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    credential = write(tmp_path / "vault", mode=0o440)
    assert secretfile.secret(type(credential)("vault")) == "geheim"
    assert secretfile.secret(credential) == "geheim"


@posix
@pytest.mark.parametrize("mode", [0o444, 0o460])
def test_a_credential_that_all_may_read_or_the_group_write_is_refused(tmp_path, monkeypatch, mode):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(SecretFileError, match="accessible"):
        secretfile.secret(write(tmp_path / "vault", mode=mode))


@posix
def test_a_file_beside_the_credentials_has_no_such_right(tmp_path, monkeypatch):
    (tmp_path / "credentials").mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    with pytest.raises(SecretFileError, match="chmod 600"):
        secretfile.secret(write(tmp_path / "s", mode=0o440))


@pytest.mark.parametrize(
    ("text", "says"), [(b"x" * 2000, "trop grand"), (b"\n", "vide"), (b"\xff\xfe", "UTF-8")]
)
def test_what_is_no_secret_is_refused_and_never_repeated(tmp_path, text, says):
    with pytest.raises(SecretFileError, match=says) as refused:
        secretfile.secret(write(tmp_path / "s", text))
    assert "xxx" not in str(refused.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(SecretFileError, match="introuvable"):
        secretfile.secret(tmp_path / "none")
