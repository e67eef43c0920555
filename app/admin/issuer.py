"""`consilium-admin issuer`: the service that answers requests over the relay, and what people decide about them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import secrets
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import cores, logs, secretfile
from app.admin import desks, profiles, store, tickets
from app.admin.counter import Asked, Counter, Rules, State, renewed
from app.admin.errors import AdminError
from app.admin.people import user_of
from app.admin.reports import Reports
from app.trust import ISSUER
from media.keys.certs import ROLES
from media.keys.issuers import DAY_S, ID_BYTES
from storage.errors import StorageError
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from app.admin.organisation import Organisation
    from app.admin.reports import Report

SECRET_BYTES = 32
TERMS = Terms("off")
"""As a gateway: a service has no session, so no keyring; its secret is a file."""
STATES = {
    State.WAITING: "en attente",
    State.APPROVED: "accordée",
    State.REFUSED: "refusée",
    State.ANSWERED: "répondue",
}


def run_options(action: ArgumentParser) -> None:
    """Declare what `issuer run` takes."""
    profiles.options(action)
    desks.relay_options(action)
    action.add_argument("--rules", type=Path, metavar="TOML", help="ce qui s'accorde sans personne")
    action.add_argument(
        "--export", type=Path, metavar="FICHIER", help="écrire aussi l'annuaire ici, à chaque changement"
    )


def run(arguments: Namespace, _now_s: int) -> None:
    """`issuer run`: until SIGTERM; the profile is made at the first start."""
    from app.admin.issuing import Issuing  # noqa: PLC0415 -- no other command needs the post office

    logs.begin(logging.INFO, "%(asctime)s %(levelname)s %(name)s %(message)s")
    cores.leave_none()
    relay, rules = desks.relay_of(arguments), _rules(arguments.rules)
    with store.locked(arguments.dir):
        pass  # there is an organisation, and nobody else can read it
    try:
        vault = _open(arguments.profile, arguments.secret_file)
    except StorageError as error:
        raise AdminError(f"{arguments.profile} : {profiles.explain(error)}") from error
    try:
        made = Issuing(arguments.dir, vault, relay, _now_ms, rules=rules, export=arguments.export)
        asyncio.run(_serve(made))
    finally:
        vault.lock()


def _open(profile: Path, secret_file: Path) -> Vault:
    if Vault.exists(profile):
        return Vault.unlock(profile, secretfile.secret(secret_file), TERMS)
    if not secretfile.place(secret_file).exists():
        store.write_new(secret_file, secrets.token_urlsafe(SECRET_BYTES).encode() + b"\n")
    vault, code = Vault.create(profile, secretfile.secret(secret_file), TERMS)
    print(f"Profil créé : {profile}")
    print(f"Code de secours, à imprimer et à mettre au coffre, il ne sera plus montré : {code}", flush=True)
    return vault


async def _serve(issuing: Any) -> None:
    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends it by itself
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    work = asyncio.create_task(issuing.run())
    issuing.stood.subscribe(lambda online: print(json.dumps({"online": online}), flush=True))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait((work, waiting), return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        waiting.cancel()
        work.result()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


def list_options(action: ArgumentParser) -> None:
    """Declare what `issuer list` takes."""
    action.add_argument("--all", action="store_true", help="aussi les demandes répondues")
    action.add_argument("--json", action="store_true", help="pour les programmes")


def show(arguments: Namespace, now_s: int) -> None:
    """`issuer list`: whose codes were found to differ, what waits for a decision, and whether it is the renewal of what there is."""
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
        asked = [one for one in Counter(arguments.dir).all() if arguments.all or one.state is State.WAITING]
        differed = [_reported(organisation, one) for one in Reports(arguments.dir).all()]
    rows = [row(one, renewal=renewed(organisation, one, now_s) is not None) for one in asked]
    if arguments.json:
        print(json.dumps([*differed, *rows], ensure_ascii=False, indent=1))
        return
    for told in differed:
        print(f"{told['id']}  codes différents                {_when(told['at'])}")
        print(f"              {told['by']} a comparé avec {told['about']} : appelez les deux")
    for told in rows:
        kind = "renouvellement" if told["renewal"] else "nouveau poste" if told["ticket"] else "autre demande"
        print(f"{told['id']}  {STATES[State(told['state'])]:10}  {kind:14}  {_when(told['at'])}")
        print(f"              {told['name']} ({told['role']}) {told['specialty']}, poste {told['device']}")
    if not rows:
        print("Aucune demande.")


def _when(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%d/%m/%Y %H:%M} UTC"


def _reported(organisation: Organisation, one: Report) -> dict[str, Any]:
    """Return what is told of two people whose numbers were not the same, by their newest certificates."""
    names = {made.user: f"{made.name} ({made.role})" for made in organisation.certificates}
    by, about = (names.get(user, user.hex()) for user in (one.by, one.about))
    return {"id": one.id, "state": "differed", "at": one.at_s, "by": by, "about": about}


def row(one: Asked, *, renewal: bool) -> dict[str, Any]:
    """Return what is told of a request: for programs as it is."""
    asked = one.request
    return {
        "id": one.id,
        "state": str(one.state),
        "at": one.at_s,
        "renewal": renewal,
        "ticket": bool(one.ticket),
        "name": asked.name,
        "role": asked.role,
        "specialty": asked.specialty,
        "device": asked.device_id.hex(),
    }


def approve_options(action: ArgumentParser) -> None:
    """Declare what `issuer approve` takes."""
    action.add_argument("id", metavar="DEMANDE", help="son numéro, ou le début (« issuer list »)")
    action.add_argument("--name", default="", help="nom affiché aux autres, au lieu de celui demandé")
    action.add_argument("--role", default="", choices=sorted(ROLES - {ISSUER}), help="fonction")
    action.add_argument("--specialty", default=None, help="spécialité affichée")
    known = action.add_mutually_exclusive_group()
    known.add_argument("--user", default="", metavar="HEX", help="personne déjà connue")
    known.add_argument("--rpps", default="", metavar="RPPS", help="personne déjà dans la liste")
    action.add_argument("--days", type=int, default=90, choices=range(1, 91), metavar="1-90", help="durée")


def approve(arguments: Namespace, now_s: int) -> None:
    """`issuer approve`: the running issuer sends the answer."""
    counter = Counter(arguments.dir)
    asked = counter.find(arguments.id)
    if asked.request.role == ISSUER and not arguments.role:
        raise AdminError("Une demande ne peut pas devenir un service d'inscription : donnez « --role ».")
    who: dict[str, Any] = {
        "name": arguments.name,
        "role": arguments.role,
        "specialty": arguments.specialty,
    }
    user = _user(arguments, now_s)
    _, made = counter.approve(asked.id, now_s, user=user, days=arguments.days, **who)
    print(f"{made.name} ({made.role}), jusqu'au {datetime.fromtimestamp(made.not_after, UTC):%d/%m/%Y}")
    print(f"personne {made.user.hex()}\ncertificat {made.hash.hex()}")


def _user(arguments: Namespace, now_s: int) -> bytes:
    if arguments.rpps:
        with store.locked(arguments.dir):
            organisation, _ = store.load(arguments.dir, now_s)
        return user_of(organisation, arguments.rpps)
    try:
        user = bytes.fromhex(arguments.user)
    except ValueError:
        user = b"?"
    if len(user) not in (0, ID_BYTES):
        raise AdminError("« --user » est un identifiant de 32 chiffres hexadécimaux.")
    return user


def ticket_options(action: ArgumentParser) -> None:
    """Declare what `issuer ticket` takes."""
    desks.relay_options(action)
    action.add_argument("--role", required=True, choices=sorted(ROLES - {ISSUER}), help="fonction")
    action.add_argument("--name", default="", help="nom affiché, au lieu de celui que la personne écrira")
    action.add_argument("--specialty", default="", help="spécialité affichée")
    known = action.add_mutually_exclusive_group()
    known.add_argument("--user", default="", metavar="HEX", help="personne déjà connue")
    known.add_argument("--rpps", default="", metavar="RPPS", help="personne déjà dans la liste")
    action.add_argument(
        "--days", type=int, default=tickets.LIFE_DAYS, choices=range(1, 31), metavar="1-30", help="durée"
    )
    action.add_argument("--out", type=Path, required=True, metavar="FICHIER", help="où écrire le billet")


def ticket(arguments: Namespace, now_s: int) -> None:
    """`issuer ticket`: for one new device; whoever has it can ask once, as the person that it names."""
    store.check_new(arguments.out)
    relay, user = desks.relay_of(arguments), _user(arguments, now_s)
    if relay.ca:
        raise AdminError("Un billet reconnaît le relais par son empreinte : donnez « --pin ».")
    with store.locked(arguments.dir):
        organisation, _ = store.load(arguments.dir, now_s)
        who = {"role": arguments.role, "name": arguments.name, "specialty": arguments.specialty}
        until = now_s + arguments.days * DAY_S
        made = tickets.Issued.make(organisation.id, relay, until, user=user, **who)
        made.keep(arguments.dir)
    text = base64.b64encode(made.ticket.encode()).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    store.write_new(arguments.out, "\n".join(lines).encode() + b"\n")
    print(f"Billet écrit : {arguments.out}, valable jusqu'au {datetime.fromtimestamp(until, UTC):%d/%m/%Y}.")
    print("Remettez-le à la personne elle-même : il vaut pour un poste.")


def refuse_options(action: ArgumentParser) -> None:
    """Declare what `issuer refuse` takes."""
    action.add_argument("id", metavar="DEMANDE", help="son numéro, ou le début (« issuer list »)")


def refuse(arguments: Namespace, _now_s: int) -> None:
    """`issuer refuse`: the running issuer says so to who asked."""
    print(f"Refusée : {Counter(arguments.dir).refuse(arguments.id).request.name}")


def rules_options(action: ArgumentParser) -> None:
    """Declare what `issuer rules` takes."""
    action.add_argument("file", type=Path, metavar="TOML", help="fichier des règles")


def rules(arguments: Namespace, _now_s: int) -> None:
    """`issuer rules`: what a file grants without anybody's click."""
    read = Rules.load(arguments.file)
    for what, automatic in (
        ("Renouvellements", read.renewal.automatic),
        ("Nouveaux postes, par billet", read.tickets.automatic),
    ):
        print(f"{what} : {'sans décision' if automatic else 'un par un'}.")


def _rules(path: Path | None) -> Rules:
    return Rules.load(path) if path is not None else Rules()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
