"""The commands of `consilium-admin`: each takes the parsed arguments and the time, prints what people need to know."""

from __future__ import annotations

import base64
import getpass
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.admin import store
from app.admin.errors import AdminError
from app.admin.organisation import Organisation
from app.admin.people import user_of
from app.trust import ISSUER
from media.errors import TrustError
from media.keys import cbor
from media.keys.certs import DeviceKeys, Request
from media.keys.directory import Head
from media.keys.issuers import ID_BYTES, org_id

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from media.keys.certs import DeviceCert
    from media.keys.sign import HybridSigner

HASH_BYTES = 32


def init(arguments: Namespace, now_s: int) -> None:
    """`org init`: make the folder, and the root key's file elsewhere."""
    passphrase = store.check_passphrase(_passphrase(arguments.passphrase_file, twice=True))
    store.check_new(arguments.root)
    organisation, root = Organisation.create(arguments.name, now_s)
    store.make_folder(arguments.dir)
    store.write_new(arguments.root, store.seal_root(root, passphrase))
    store.save(arguments.dir, organisation, now_s)
    print(f"Organisation « {organisation.name} » créée. Identifiant : {organisation.id.hex()}")
    print(f"Mettez {arguments.root} hors ligne, en deux copies : sans elle, plus de nouvel émetteur.")


def new_issuer(arguments: Namespace, now_s: int) -> None:
    """`org issuer`: a fresh issuing key."""
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
        issuer = organisation.new_issuer(_root_key(arguments, organisation), now_s)
        store.save(arguments.dir, organisation, now_s)
    print(f"Émetteur n° {issuer.serial}, valable jusqu'au {_day(issuer.not_after)}.")


def request(arguments: Namespace, _now_s: int) -> None:
    """`device request`: a device's keys and its request."""
    device = DeviceKeys.generate()
    asked = device.request(arguments.name, arguments.role, arguments.specialty)
    store.write_new(arguments.keys, store.encode_device(device))
    store.write_new(arguments.out, asked)
    print(f"Poste {device.device_id.hex()} : remettez {arguments.out} à l'organisation.")


def issue(arguments: Namespace, now_s: int) -> None:
    """`device issue`: certify what a request asks."""
    asked = Request.parse(_bytes_of(store.read(arguments.request, cbor.MAX_BYTES)))
    if (arguments.role or asked.role) == ISSUER:
        raise AdminError("Une demande ne peut pas devenir un service d'inscription : donnez « --role ».")
    user = _hex(arguments.user, ID_BYTES) if arguments.user else b""
    who = {"name": arguments.name, "role": arguments.role, "specialty": arguments.specialty}
    store.check_new(arguments.out)
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
        user = user_of(organisation, arguments.rpps) if arguments.rpps else user
        certificate = organisation.issue(asked, now_s, user=user, days=arguments.days, **who)
        store.save(arguments.dir, organisation, now_s)
    store.write_new(arguments.out, organisation.enrolment(certificate, now_s).encode())
    print(f"{certificate.name} ({certificate.role}), jusqu'au {_day(certificate.not_after)}")
    print(f"personne {certificate.user.hex()}\ncertificat {certificate.hash.hex()}")


def _bytes_of(request: bytes) -> bytes:
    """Take a request as a file, or as the text that a desk shows for copying (base64)."""
    try:
        return base64.b64decode(b"".join(request.split()), validate=True) if request.isascii() else request
    except ValueError:
        return request


def revoke(arguments: Namespace, now_s: int) -> None:
    """`device revoke`: one certificate, a device's or a person's."""
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
        found = [certificate for certificate in organisation.certificates if _meant(arguments, certificate)]
        if not found:
            raise AdminError("Aucun certificat ne correspond : voyez « consilium-admin directory show ».")
        for certificate in found:
            organisation.revoke(certificate, now_s)
        store.save(arguments.dir, organisation, now_s)
    for certificate in found:
        print(f"Révoqué : {certificate.name}, certificat {certificate.hash.hex()}")


def _meant(arguments: Namespace, certificate: DeviceCert) -> bool:
    if arguments.certificate:
        return certificate.hash == _hex(arguments.certificate, HASH_BYTES)
    if arguments.device:
        return certificate.device_id == _hex(arguments.device, ID_BYTES)
    return certificate.user == _hex(arguments.user, ID_BYTES)


def show(arguments: Namespace, now_s: int) -> None:
    """`directory show`: for people, or with `--json` for programs."""
    with store.locked(arguments.dir):
        organisation, bundle = store.load(arguments.dir, now_s)
    shown = _described(organisation, now_s) | {"head_time": Head.parse(bundle.head).time}
    if arguments.json:
        print(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    states = {"valid": "valable", "expired": "expiré", "revoked": "révoqué"}
    dated = _day(shown["head_time"])
    print(f"{shown['name']} · {shown['id']} · {shown['height']} entrées · daté du {dated}")
    for device in shown["devices"]:
        until = _day(device["not_after"])
        print(
            f"{states[device['state']]:8} {until}  {device['name']} ({device['role']}) {device['specialty']}"
        )
        print(
            f"         personne {device['user']}  poste {device['device']}\n         certificat {device['certificate']}"
        )


def _described(organisation: Organisation, now_s: int) -> dict[str, Any]:
    revoked = organisation.log.revoked
    return {
        "name": organisation.name,
        "id": organisation.id.hex(),
        "height": organisation.log.height,
        "issuers": [
            {"serial": issuer.serial, "not_before": issuer.not_before, "not_after": issuer.not_after}
            for issuer in organisation.issuers
        ],
        "devices": [
            {
                "name": certificate.name,
                "role": certificate.role,
                "specialty": certificate.specialty,
                "user": certificate.user.hex(),
                "device": certificate.device_id.hex(),
                "certificate": certificate.hash.hex(),
                "not_before": certificate.not_before,
                "not_after": certificate.not_after,
                "state": _state(certificate, revoked, now_s),
            }
            for certificate in organisation.certificates
        ],
    }


def _state(certificate: DeviceCert, revoked: set[bytes], now_s: int) -> str:
    if certificate.hash in revoked:
        return "revoked"
    return "expired" if now_s > certificate.not_after else "valid"


def head(arguments: Namespace, now_s: int) -> None:
    """`directory head`: sign the directory as of now."""
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
        store.save(arguments.dir, organisation, now_s)
    print(f"Annuaire daté : {organisation.log.height} entrées.")


def export(arguments: Namespace, now_s: int) -> None:
    """`directory export`: the bundle as last dated, for any device to fetch."""
    with store.locked(arguments.dir):
        _, bundle = store.load(arguments.dir, now_s)
    store.write(arguments.file, bundle.encode())
    print(f"Annuaire écrit : {arguments.file}")


def relay_key(arguments: Namespace, now_s: int) -> None:
    """`relay key`: the public half, as the relay's configuration takes it."""
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
    key = organisation.relay_key
    text = f'[[organisation]]\nid = "{key.org.hex()}"\nkey = "{key.ed25519.hex()}"\nnot_after = {key.not_after}\n'
    store.write(arguments.out, text.encode())
    print(f"Clé publique de relais écrite : {arguments.out}, valable jusqu'au {_day(key.not_after)}.")


def relay_secret(arguments: Namespace, now_s: int) -> None:
    """`relay secret`: the private half, for devices enrolled by other means."""
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
    store.write_new(arguments.out, organisation.relay_seed.hex().encode() + b"\n")
    print(f"Clé secrète de relais écrite : {arguments.out}. Ne la donnez qu'aux postes de l'organisation.")


def renew_relay(arguments: Namespace, now_s: int) -> None:
    """`relay renew`: a fresh relay key."""
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
        key = organisation.new_relay_key(_root_key(arguments, organisation), now_s)
        store.save(arguments.dir, organisation, now_s)
    print(
        f"Clé de relais valable jusqu'au {_day(key.not_after)}. Donnez-la aux relais (« relay key ») et aux postes."
    )


def _root_key(arguments: Namespace, organisation: Organisation) -> HybridSigner:
    root = store.open_root(arguments.root, _passphrase(arguments.passphrase_file))
    if org_id(root.public) != organisation.id:
        raise TrustError("issuer-unknown")
    return root


def _passphrase(file: Path | None, *, twice: bool = False) -> bytes:
    if file:
        return store.read_secret(file).strip(b"\r\n")
    typed = getpass.getpass("Phrase secrète de la clé racine : ")
    if twice and getpass.getpass("Encore une fois : ") != typed:
        raise AdminError("Les deux saisies diffèrent : recommencez.")
    return typed.encode()


def _hex(text: str, size: int) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != size:
        raise AdminError(f"« {text} » n'est pas un identifiant de {size * 2} chiffres hexadécimaux.")
    return value


def _day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%d/%m/%Y}"
