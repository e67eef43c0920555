"""`consilium-admin gateway`: a gateway's identity, the rules of who follows which unit, and who does."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app import trust
from app.admin import desks, profiles, store
from app.admin.errors import AdminError
from app.fanout.rules import Asker, Rules
from media.keys.certs import DeviceCert, DeviceKeys
from media.keys.directory import Enrolment
from storage.identity import Device

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from storage.feeds import Follower
    from storage.vault import Vault

ROLE = "gateway"


def request_options(action: ArgumentParser) -> None:
    """Declare what `gateway request` takes."""
    profiles.options(action)
    action.add_argument("--name", required=True, help="nom affiché, par exemple « Passerelle CHU »")
    action.add_argument(
        "--out", type=Path, required=True, metavar="FICHIER", help="où écrire la demande de certificat"
    )


def request(arguments: Namespace, _now_s: int) -> None:
    """`gateway request`: the keys stay in the gateway's vault, the request goes to the organisation."""
    store.check_new(arguments.out)
    with profiles.visiting(arguments) as vault:
        known = vault.identity.device().result()
        if known is not None and known.certificate:
            seeds = known.ed25519_seed, known.mldsa_seed
            device = DeviceKeys.from_seeds(DeviceCert.parse(known.certificate).device_id, *seeds)
        else:
            device = DeviceKeys.generate()
            vault.identity.save_device(Device(*device.seeds)).result()
        signed = device.request(arguments.name, ROLE, "")
        profiles.note(vault, _now_ms(), "gateway-request")
    store.write_new(arguments.out, signed)
    print(f"Demande écrite : {arguments.out}. À certifier par « consilium-admin device issue ».")


def enrol_options(action: ArgumentParser) -> None:
    """Declare what `gateway enrol` takes."""
    profiles.options(action)
    action.add_argument(
        "--enrolment", type=Path, required=True, metavar="FICHIER", help="enrôlement (« device issue »)"
    )
    desks.relay_options(action)


def enrol(arguments: Namespace, now_s: int) -> None:
    """`gateway enrol`: the organisation's answer, for the keys that `gateway request` made."""
    enrolment = Enrolment.parse(store.read(arguments.enrolment, desks.MAX_ENROLMENT))
    certificate = DeviceCert.parse(enrolment.certificate)
    if certificate.role != ROLE:
        raise AdminError("Ce certificat n'est pas celui d'une passerelle : « device issue --role gateway ».")
    relay = desks.relay_of(arguments)
    with profiles.visiting(arguments) as vault:
        known = vault.identity.device().result()
        if known is None:
            raise AdminError(
                "Ce profil n'a rien demandé : commencez par « consilium-admin gateway request »."
            )
        device = DeviceKeys.from_seeds(certificate.device_id, known.ed25519_seed, known.mldsa_seed)
        asyncio.run(trust.enrol(vault, device, enrolment, relay, now_s))
        profiles.note(vault, _now_ms(), "gateway-enrol")
    print(f"{certificate.name}, jusqu'au {datetime.fromtimestamp(certificate.not_after, UTC):%d/%m/%Y}.")
    print("Redémarrez consilium-gateway pour que les postes soient servis.")


def rules_options(action: ArgumentParser) -> None:
    """Declare what `gateway rules` takes."""
    action.add_argument("file", type=Path, metavar="TOML", help="fichier des règles")
    action.add_argument("--role", default="", help="dire ce que pourrait suivre cette fonction…")
    action.add_argument("--specialty", default="", help="… cette spécialité…")
    action.add_argument("--user", default="", metavar="HEX", help="… cette personne")
    action.add_argument("--unit", action="append", default=[], metavar="CODE", help="unité demandée")


def rules(arguments: Namespace, _now_s: int) -> None:
    """`gateway rules`: whether the file holds, and what somebody could follow by it."""
    try:
        read = Rules.load(arguments.file)
        user = bytes.fromhex(arguments.user)
    except (OSError, ValueError) as error:
        raise AdminError(f"{arguments.file} : {error}") from error
    print(f"{len(read.rules)} règles.")
    if arguments.role or arguments.user:
        asker = Asker(user, arguments.role, arguments.specialty)
        granted = read.decide(asker, arguments.unit)
        print("Suivrait : " + (", ".join(sorted(granted)) or "rien"))


def followers_options(action: ArgumentParser) -> None:
    """Declare what `gateway followers` takes."""
    profiles.options(action)
    action.add_argument("--json", action="store_true", help="pour les programmes")


def followers(arguments: Namespace, _now_s: int) -> None:
    """`gateway followers`: which device follows which unit, how far it was served, when it was heard last."""
    with profiles.visiting(arguments) as vault:
        rows = vault.feeds.followers().result()
        heads = {unit: place.number for unit, place in vault.feeds.places().result().items()}
        names = _names(vault)
    for one in rows:
        _print(one, names.get(one.user, ""), heads.get(one.unit, 0), as_json=arguments.json)


def _print(one: Follower, name: str, head: int, *, as_json: bool) -> None:
    behind = head - one.number if one.number >= 0 else None
    heard = datetime.fromtimestamp(one.heard_ms / 1000, UTC)
    if as_json:
        row = {"device": one.device.hex(), "user": one.user.hex(), "name": name, "unit": one.unit}
        print(json.dumps(row | {"behind": behind, "heard": heard.isoformat(timespec="seconds")}))
    else:
        late = (
            "à servir entièrement"
            if behind is None
            else "à jour"
            if not behind
            else f"{behind} lots de retard"
        )
        print(f"{one.unit}\t{name or one.user.hex()}\t{late}\tentendu le {heard:%d/%m/%Y %H:%M} UTC")


def _names(vault: Vault) -> dict[bytes, str]:
    known = trust.readable(vault.directory.certificates().result())
    return {one.user: one.name for one in known}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
