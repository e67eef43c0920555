"""`consilium-admin audit`: the trail of a profile verified, also against what left the machine, and exported."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from app.acts import act_words
from app.admin import profiles, store
from app.admin.errors import AdminError
from app.checkpoints import file_name
from app.spreadsheet import no_formula
from app.trust import readable
from media.errors import MediaError
from media.keys.certs import DeviceCert
from media.keys.checkpoint import MAX_LINE, Checkpoint
from storage.audit import Anchor

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator

    from storage.audit import Entry, Verdict
    from storage.vault import Vault

PAGE = 1000
FIELDS = ("seq", "time", "who", "workstation", "action", "subject", "reason", "result", "chain", "words")
WHOLE = "Le journal est intact."
WHOLE_BUT_ITS_END = "La chaîne est intacte ; sa fin n'est garantie que par --checkpoints."


def verify_options(action: ArgumentParser) -> None:
    """Declare what `verify` takes."""
    profiles.options(action)
    action.add_argument(
        "--checkpoints",
        type=Path,
        metavar="DOSSIER|FICHIER",
        help="points de contrôle sortis du poste : le partage, ou le fichier de ce poste",
    )
    action.add_argument("--json", action="store_true", help="pour les programmes")


def export_options(action: ArgumentParser) -> None:
    """Declare what `export` takes."""
    profiles.options(action)
    action.add_argument("--to", type=Path, required=True, metavar="FICHIER", help="à écrire : .jsonl ou .csv")


def verify(arguments: Namespace, _now_s: int) -> None:
    """`verify`: recompute the chain; raises AdminError when a row is wrong or missing, or a checkpoint is not on it."""
    with profiles.visiting(arguments) as vault:
        own = asyncio.run(_own_keys(vault))
        points = list(_checkpoints(arguments.checkpoints, own)) if arguments.checkpoints else []
        ours = [point for point in points if _signed(point, own)]
        verdict = vault.audit.verify(*(Anchor(point.seq, point.chain) for point in ours)).result()
        found = Found(verdict, len(ours), len(points) - len(ours), cut=vault.audit_cut)
    trouble = found.trouble(asked=arguments.checkpoints is not None)
    if arguments.json:
        print(json.dumps(found.described() | {"whole": not trouble}))
    else:
        print(f"{verdict.rows} lignes, {found.ours} points de contrôle de ce poste.")
        if verdict.after:
            print(f"Les lignes jusqu'à la {verdict.after} sont parties avec leur durée de conservation.")
    if trouble:
        raise AdminError(trouble)
    if not arguments.json:
        print(WHOLE if arguments.checkpoints else WHOLE_BUT_ITS_END)


@dataclass(frozen=True)
class Found:
    """What the look at a trail found; `foreign` checkpoints are not signed by its device."""

    verdict: Verdict
    ours: int
    foreign: int
    cut: bool

    def trouble(self, *, asked: bool) -> str:
        """Return what is wrong, and what to do; empty when nothing is."""
        if not self.verdict.whole:
            return (
                f"Le journal est rompu à la ligne {self.verdict.broken_at} : une ligne a été changée ou retirée."
                " Gardez le profil tel quel et ses points de contrôle pour l'enquête."
            )
        if self.cut:
            return (
                "Le journal est plus court qu'à la dernière fermeture du profil : gardez-le pour l'enquête."
            )
        if self.foreign:
            return f"{self.foreign} points de contrôle ne sont pas signés par ce poste : fichier d'un autre, ou modifié."
        if asked and not self.ours:
            return "Aucun point de contrôle de ce poste ici : la fin du journal n'est pas garantie. Vérifiez le chemin."
        return ""

    def described(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "rows": self.verdict.rows,
            "after": self.verdict.after,
            "broken_at": self.verdict.broken_at or None,
            "shorter_than_at_close": self.cut,
            "checkpoints": self.ours,
            "checkpoints_foreign": self.foreign,
        }


async def _own_keys(vault: Vault) -> dict[bytes, bytes]:
    """Return the Ed25519 keys of this device by the hash of its certificates, present and past."""
    device = await asyncio.wrap_future(vault.identity.device())
    if device is None or not device.certificate:
        return {}
    own = DeviceCert.parse(device.certificate)
    known = readable([device.certificate, *await asyncio.wrap_future(vault.directory.certificates(own.user))])
    return {one.hash: one.public.ed25519 for one in known if one.device_id == own.device_id}


def _checkpoints(place: Path, own: dict[bytes, bytes]) -> Iterator[Checkpoint]:
    """Read the checkpoints of a file, or of this device's files in a folder."""
    files = [place / file_name(device) for device in own] if place.is_dir() else [place]
    try:
        for path in files:
            if path.exists() or path == place:
                yield from _lines(path)
    except OSError as error:
        raise AdminError(f"{place} est illisible : vérifiez le chemin et vos droits.") from error
    except MediaError as error:
        raise AdminError(f"{place} ne contient pas que des points de contrôle : fichier modifié ?") from error


def _lines(path: Path) -> Iterator[Checkpoint]:
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE + 1):
            yield Checkpoint.parse(line)


def _signed(point: Checkpoint, own: dict[bytes, bytes]) -> bool:
    try:
        point.verify(own.get(point.device, b""))
    except MediaError:
        return False
    return True


def export(arguments: Namespace, now_s: int) -> None:
    """`export`: every row, for the auditor; subjects stand as the hash that the trail has of them."""
    if arguments.to.suffix not in {".jsonl", ".csv"}:
        raise AdminError("Le fichier à écrire se nomme en .jsonl ou en .csv.")
    store.check_new(arguments.to)
    with profiles.visiting(arguments) as vault:
        profiles.note(vault, now_s * 1000, "audit-export")
        rows = _written(vault, arguments.to)
    print(f"Journal écrit : {arguments.to}, {rows} lignes.")


def _written(vault: Vault, target: Path) -> int:
    """Write the rows whole or not at all, for their owner only."""
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as place:
            fresh, rows = Path(place) / target.name, 0
            with fresh.open("w", encoding="utf-8", newline="") as file:
                write = _jsonl(file) if target.suffix == ".jsonl" else _csv(file)
                for rows, entry in enumerate(_entries(vault), 1):  # noqa: B007 -- the last number is the count
                    write(entry)
                file.flush()
                os.fsync(file.fileno())
            fresh.chmod(0o600)
            fresh.replace(target)
            return rows
    except OSError as error:
        raise AdminError(f"Impossible d'écrire {target} : vérifiez la place et vos droits.") from error


def _entries(vault: Vault) -> Iterator[Entry]:
    page = vault.audit.after(0, PAGE).result()
    while page:
        yield from page
        page = vault.audit.after(page[-1].seq, PAGE).result()


def _jsonl(file: IO[str]) -> Callable[[Entry], object]:
    return lambda entry: file.write(json.dumps(_fields(entry), ensure_ascii=False) + "\n")


def _csv(file: IO[str]) -> Callable[[Entry], object]:
    writer = csv.DictWriter(file, FIELDS)
    writer.writeheader()
    return lambda entry: writer.writerow(
        {key: no_formula(str(value)) for key, value in _fields(entry).items()}
    )


def _fields(entry: Entry) -> dict[str, object]:
    time = datetime.fromtimestamp(entry.time_ms / 1000, UTC).isoformat(timespec="milliseconds")
    who, subject, chain = entry.who.hex(), entry.subject.hex(), entry.chain.hex()
    words = act_words(entry.action)
    texts = (entry.workstation, entry.action, subject, entry.reason, entry.result, chain, words)
    return dict(zip(FIELDS, (entry.seq, time, who, *texts), strict=True))
