"""`consilium-admin desk create`: a workstation's profile from its keys and its enrolment."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from app import secretfile, trust
from app.admin import store
from app.admin.errors import AdminError
from media.keys.directory import MAX_BUNDLE, Enrolment
from storage.errors import StorageError
from storage.identity import Relay
from storage.vault import Vault

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from media.keys.certs import DeviceKeys

MAX_ENROLMENT = MAX_BUNDLE + 1_048_576
MAX_PEM = 65_536
PIN_BYTES = 32


def create(arguments: Namespace, now_s: int) -> None:
    """Make the profile; print the recovery code, which nothing keeps."""
    device = store.decode_device(store.read_secret(arguments.keys))
    enrolment = Enrolment.parse(store.read(arguments.enrolment, MAX_ENROLMENT))
    relay = relay_of(arguments)
    password = secretfile.secret(arguments.password_file)
    try:
        vault, code = Vault.create(arguments.profile, password)
    except StorageError as error:
        raise AdminError(
            f"Le profil {arguments.profile} n'a pas été créé : il existe déjà, ou le dossier est fermé."
        ) from error
    asyncio.run(_enrol(vault, device, enrolment, relay, now_s))
    print(f"Profil créé : {arguments.profile}")
    print(f"Code de secours, à imprimer et à remettre en main propre : {code}")


async def _enrol(vault: Vault, device: DeviceKeys, enrolment: Enrolment, relay: Relay, now_s: int) -> None:
    try:
        await trust.enrol(vault, device, enrolment, relay, now_s)
    finally:
        await asyncio.to_thread(vault.lock)


def relay_options(action: ArgumentParser) -> None:
    """Declare how the relay of the organisation is found and recognised."""
    action.add_argument("--relay", required=True, metavar="NOM:PORT", help="relais de l'établissement")
    action.add_argument("--pin", metavar="HEX", help="empreinte SHA-256 de son certificat")
    action.add_argument(
        "--authority", type=Path, metavar="PEM", help="autorité qui l'a signé, au lieu de --pin"
    )


def relay_of(arguments: Namespace) -> Relay:
    """Return the relay that *arguments* name; raises AdminError."""
    host, _, port = arguments.relay.rpartition(":")
    if not host or not port.isdecimal():
        raise AdminError("Le relais s'écrit NOM:PORT.")
    try:
        pin = bytes.fromhex((arguments.pin or "").replace(":", ""))
    except ValueError:
        pin = b"?"
    if len(pin) not in (0, PIN_BYTES):
        raise AdminError(
            "L'empreinte du relais a 64 chiffres hexadécimaux : recopiez celle qu'il affiche au démarrage."
        )
    return Relay(host, int(port), pin, _authority(arguments.authority))


def _authority(path: Path | None) -> str:
    """Return the PEM text of the authority that signed the relay's certificate, empty for none."""
    if path is None:
        return ""
    try:
        text = store.read(path, MAX_PEM).decode("ascii")
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError) as error:
        raise AdminError(
            f"{path} n'est pas un certificat PEM : demandez celui de l'autorité du relais."
        ) from error
    return text
