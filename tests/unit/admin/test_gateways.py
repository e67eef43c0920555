"""What IT asks of a gateway on the command line: its identity, and what the rules grant."""

from __future__ import annotations

import pytest

from app.admin.__main__ import main
from storage.vault import Terms, Vault

SECRET = "un secret de passerelle"


@pytest.fixture
def profile(tmp_path):
    """A profile as `consilium-gateway init` makes it; the options that name it."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    vault, _ = Vault.create(tmp_path / "profile", SECRET, Terms("off"))
    vault.lock()
    return ["--profile", str(tmp_path / "profile"), "--secret-file", str(secret)]


def test_rules_say_what_somebody_could_follow(tmp_path, capsys):
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nunits = ["2101"]\nroles = ["nurse"]\n')
    assert main(["gateway", "rules", str(file), "--role", "nurse", "--unit", "2101", "--unit", "2102"]) == 0
    assert "Suivrait : 2101" in capsys.readouterr().out
    assert main(["gateway", "rules", str(file), "--role", "doctor", "--unit", "2101"]) == 0
    assert "Suivrait : rien" in capsys.readouterr().out


@pytest.mark.parametrize("text", ['[[rule]]\nunits = ["2101"]\n', "[[rule", None])
def test_rules_that_do_not_hold_are_refused_with_their_file(tmp_path, capsys, text):
    file = tmp_path / "rules.toml"
    if text is not None:
        file.write_text(text)
    assert main(["gateway", "rules", str(file)]) == 1
    assert "rules.toml" in capsys.readouterr().err


def test_the_request_leaves_its_keys_in_the_vault_and_is_never_overwritten(profile, tmp_path, capsys):
    first = tmp_path / "1"
    assert main(["gateway", "request", *profile, "--name", "Passerelle", "--out", str(first)]) == 0
    assert main(["gateway", "request", *profile, "--name", "Passerelle", "--out", str(first)]) == 1, (
        "never overwritten"
    )
    assert b"Passerelle" in first.read_bytes()
    vault = Vault.visit(tmp_path / "profile", SECRET, Terms("off"))
    rows = vault.audit.newest().result()
    vault.lock()
    assert [row.action for row in rows] == ["gateway-request"]
    assert "device issue" in capsys.readouterr().out


def test_a_person_s_enrolment_makes_no_gateway(profile, tmp_path, capsys):
    keys, asked, answer = tmp_path / "keys", tmp_path / "asked", tmp_path / "answer"
    phrase = tmp_path / "phrase"
    phrase.write_text("une phrase assez longue pour une racine")
    phrase.chmod(0o600)
    org = ["--dir", str(tmp_path / "org")]
    root = ["--root", str(tmp_path / "root"), "--passphrase-file", str(phrase)]
    who = ["--name", "Dr Essai", "--role", "doctor", "--specialty", ""]
    assert main(["org", "init", *org, *root, "--name", "CHU"]) == 0
    assert main(["device", "request", *who, "--keys", str(keys), "--out", str(asked)]) == 0
    assert main(["device", "issue", *org, str(asked), "--out", str(answer)]) == 0
    relay = ["--relay", "127.0.0.1:1", "--pin", "00" * 32]
    assert main(["gateway", "enrol", *profile, "--enrolment", str(answer), *relay]) == 1
    assert "n'est pas celui d'une passerelle" in capsys.readouterr().err
