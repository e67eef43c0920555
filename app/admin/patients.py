"""`consilium-admin patients`: every patient of a profile, for another system or a check; it stands in the audit trail."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.admin import profiles

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator
    from datetime import tzinfo

    from storage.patients.records import Patient, Stay
    from storage.vault import Vault

PAGE = 200


def options(action: ArgumentParser) -> None:
    """Declare what the command takes."""
    profiles.options(action)
    action.add_argument("--json", action="store_true", help="pour les programmes : une ligne par patient")


def run(arguments: Namespace, now_s: int) -> None:
    """Read what the inbox has and the cache has not, then write each patient that is not merged into another."""
    with profiles.visiting(arguments) as vault:
        profiles.catch_up(vault)
        zone = ZoneInfo(profiles.zone(vault))
        profiles.note(vault, now_s * 1000, "patients-export")
        for patient in _every(vault):
            print(
                json.dumps(described(patient, zone), ensure_ascii=False) if arguments.json else _line(patient)
            )


def _every(vault: Vault) -> Iterator[Patient]:
    """Yield all of them, a page at a time."""
    page = vault.patients.every(0, PAGE).result()
    while page:
        yield from page
        page = vault.patients.every(page[-1].id, PAGE).result()


def described(patient: Patient, zone: tzinfo) -> dict[str, Any]:
    """Return what a program gets of *patient*: absent values are None, times ISO 8601 in *zone*, the birth date as HL7 wrote it."""
    traits = {
        "ipp": "" if patient.by_ins_alone else patient.ipp,
        "authority": patient.authority,
        "birth_name": patient.birth_name,
        "used_name": patient.used_name,
        "given_name": patient.given_name,
        "given_names": patient.given_names or patient.given_name,
        "birth": patient.birth,
        "sex": patient.sex,
        "ins": patient.ins,
        "ins_oid": patient.ins_oid,
        "identity_status": patient.status.value,
    }
    rest = {
        "dead": patient.dead,
        "merged_from": list(patient.merged),
        "movements": [_movement(stay, zone) for stay in patient.stays],
    }
    return _nulls(traits) | rest


def _movement(stay: Stay, zone: tzinfo) -> dict[str, Any]:
    number, _, giver = stay.id.partition("@")
    texts = {
        "id": number,
        "id_authority": giver,
        "event": stay.event,
        "at": _time(stay.since_ms, zone),
        "visit": stay.visit,
        "unit": stay.care_unit[0] or stay.medical_unit[0],
        "medical_unit": stay.medical_unit[0],
        "care_unit": stay.care_unit[0],
        "place": "^".join(stay.place).strip("^"),
        "patient_class": stay.patient_class,
        "nature": stay.nature,
        "ipp": stay.ipp,
    }
    return _nulls(texts) | {
        "cancelled": stay.cancelled,
        "historic": stay.historic,
        "corrected": stay.corrected,
    }


def _nulls(texts: dict[str, str]) -> dict[str, Any]:
    return {name: text or None for name, text in texts.items()}


def _time(ms: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(ms / 1000, zone).isoformat(timespec="seconds") if ms else ""


def _line(patient: Patient) -> str:
    name = f"{patient.birth_name} {patient.given_name}".strip()
    return f"{name}  {patient.birth}  {patient.sex}  {patient.ipp}  {patient.status.value}"
