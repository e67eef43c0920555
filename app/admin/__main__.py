"""`consilium-admin`: the command line of whoever keeps an organisation's keys. Texts are French, `--json` is stable."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.admin.errors import AdminError, explain
from app.secretfile import SecretFileError
from media.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REFUSED = 1


def parser(subject: str = "") -> argparse.ArgumentParser:
    """Return the command line: what *subject* takes, and of the others that they are there; only what it needs is loaded."""
    top = argparse.ArgumentParser(
        prog="consilium-admin",
        description="Clés, certificats et annuaire d'une organisation.",
        epilog="Codes de retour : 0 fait, 1 refusé (le message dit que faire), 2 commande mal écrite.",
    )
    subjects = top.add_subparsers(required=True, metavar="SUJET")
    for name, (text, declare) in SUBJECTS.items():
        one = subjects.add_parser(name, help=text, description=text)
        if name == subject:
            declare(one)
    return top


_Group = argparse._SubParsersAction  # noqa: SLF001 -- argparse gives its subparsers no public type


def _group(subject: argparse.ArgumentParser) -> _Group[argparse.ArgumentParser]:
    return subject.add_subparsers(required=True, metavar="ACTION")


def _action(
    group: _Group[argparse.ArgumentParser],
    name: str,
    text: str,
    run: Callable[[argparse.Namespace, int], None],
) -> argparse.ArgumentParser:
    action = group.add_parser(name, help=text, description=text)
    action.set_defaults(run=run)
    return action


def _folder(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--dir", type=Path, required=True, metavar="DOSSIER", help="dossier de l'organisation"
    )


def _root(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--root",
        type=Path,
        required=True,
        metavar="FICHIER",
        help="clé racine, chiffrée, à garder hors ligne (clé USB au coffre)",
    )
    action.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FICHIER",
        help="phrase secrète de la clé racine, fichier en 0600 ; demandée au clavier sinon",
    )


def _out(action: argparse.ArgumentParser, text: str) -> None:
    action.add_argument("--out", type=Path, required=True, metavar="FICHIER", help=text)


def _who(action: argparse.ArgumentParser, *, required: bool) -> None:
    from app.trust import ISSUER
    from media.keys.certs import ROLES

    action.add_argument("--name", required=required, default="", help="nom affiché aux autres")
    action.add_argument(
        "--role", required=required, default="", choices=sorted(ROLES - {ISSUER}), help="fonction"
    )
    action.add_argument("--specialty", default="" if required else None, help="spécialité affichée")


def _organisation(subject: argparse.ArgumentParser) -> None:
    from app.admin import commands

    group = _group(subject)
    init = _action(
        group, "init", "créer une organisation : racine, émetteur, annuaire, clé de relais", commands.init
    )
    init.add_argument("--name", required=True, help="nom affiché de l'organisation")
    issuer = _action(
        group, "issuer", "remplacer la clé qui signe les certificats (un an)", commands.new_issuer
    )
    for action in (init, issuer):
        _folder(action)
        _root(action)


def _device(subject: argparse.ArgumentParser) -> None:
    from app.admin import commands

    group = _group(subject)
    request = _action(
        group, "request", "créer les clés d'un poste et sa demande (essais, démonstration)", commands.request
    )
    _who(request, required=True)
    request.add_argument(
        "--keys", type=Path, required=True, metavar="FICHIER", help="où écrire les clés secrètes du poste"
    )
    _out(request, "où écrire la demande")

    issue = _action(
        group, "issue", "certifier un poste ; écrit le fichier d'enrôlement à lui remettre", commands.issue
    )
    _folder(issue)
    issue.add_argument("request", type=Path, metavar="DEMANDE", help="demande de certificat du poste")
    _who(issue, required=False)
    known = issue.add_mutually_exclusive_group()
    known.add_argument(
        "--user", default="", metavar="HEX", help="personne déjà connue (second poste, renouvellement)"
    )
    known.add_argument(
        "--rpps", default="", metavar="RPPS", help="personne déjà dans la liste (« people list »)"
    )
    issue.add_argument(
        "--days", type=int, default=90, choices=range(1, 91), metavar="1-90", help="durée en jours"
    )
    _out(issue, "où écrire l'enrôlement (secret : à remettre en main propre)")

    revoke = _action(group, "revoke", "révoquer des certificats", commands.revoke)
    _folder(revoke)
    which = revoke.add_mutually_exclusive_group(required=True)
    which.add_argument("--certificate", metavar="HEX", help="un certificat, par son empreinte")
    which.add_argument("--device", metavar="HEX", help="tous ceux d'un poste")
    which.add_argument("--user", metavar="HEX", help="tous ceux d'une personne")


def _directory(subject: argparse.ArgumentParser) -> None:
    from app.admin import commands

    group = _group(subject)
    show = _action(group, "show", "afficher les certificats en cours", commands.show)
    show.add_argument("--json", action="store_true", help="pour les programmes")
    head = _action(group, "head", "redater l'annuaire : à lancer toutes les heures", commands.head)
    export = _action(group, "export", "écrire l'annuaire que les postes reçoivent", commands.export)
    export.add_argument("file", type=Path, metavar="FICHIER")
    for action in (show, head, export):
        _folder(action)


def _people(subject: argparse.ArgumentParser) -> None:
    from app.admin import people

    group = _group(subject)
    take = _action(group, "import", "prendre une liste CSV ou LDIF", people.run_import)
    people.import_options(take)
    show = _action(group, "list", "lister les personnes, avec ou sans poste", people.run_list)
    people.list_options(show)
    export = _action(group, "export", "écrire la liste en CSV", people.run_export)
    export.add_argument("file", type=Path, metavar="FICHIER")
    for action in (take, show, export):
        _folder(action)


def _desk(subject: argparse.ArgumentParser) -> None:
    from app.admin import desks

    group = _group(subject)
    create = _action(group, "create", "créer le profil d'un poste à partir de son enrôlement", desks.create)
    for name, text in (
        ("--profile", "dossier du profil à créer, sur le poste"),
        ("--keys", "clés secrètes du poste (« device request »)"),
        ("--enrolment", "enrôlement reçu de l'organisation (« device issue »)"),
        ("--password-file", "phrase de passe de l'utilisateur, fichier en 0600"),
    ):
        create.add_argument(name, type=Path, required=True, metavar="FICHIER", help=text)
    desks.relay_options(create)


def _gateway(subject: argparse.ArgumentParser) -> None:
    from app.admin import gateways

    group = _group(subject)
    request = _action(group, "request", "créer les clés d'une passerelle et sa demande", gateways.request)
    gateways.request_options(request)
    enrol = _action(group, "enrol", "installer l'enrôlement que l'organisation a rendu", gateways.enrol)
    gateways.enrol_options(enrol)
    rules = _action(group, "rules", "vérifier les règles de suivi, et ce qu'elles accordent", gateways.rules)
    gateways.rules_options(rules)
    followers = _action(
        group, "followers", "lister les postes servis, par unité de soins", gateways.followers
    )
    gateways.followers_options(followers)


def _issuer(subject: argparse.ArgumentParser) -> None:
    from app.admin import issuer

    group = _group(subject)
    serve = _action(group, "run", "servir jusqu'à SIGTERM : demandes, renouvellements, annuaire", issuer.run)
    issuer.run_options(serve)
    show = _action(group, "list", "lister les demandes", issuer.show)
    issuer.list_options(show)
    approve = _action(group, "approve", "accorder une demande", issuer.approve)
    issuer.approve_options(approve)
    refuse = _action(group, "refuse", "refuser une demande", issuer.refuse)
    issuer.refuse_options(refuse)
    ticket = _action(group, "ticket", "faire un billet d'inscription pour un nouveau poste", issuer.ticket)
    issuer.ticket_options(ticket)
    for action in (serve, show, approve, refuse, ticket):
        _folder(action)
    rules = _action(group, "rules", "dire ce qu'un fichier de règles accorde sans décision", issuer.rules)
    issuer.rules_options(rules)


def _relay(subject: argparse.ArgumentParser) -> None:
    from app.admin import commands

    group = _group(subject)
    key = _action(
        group, "key", "écrire la clé publique à mettre dans la configuration du relais", commands.relay_key
    )
    secret = _action(group, "secret", "écrire la clé secrète que reçoivent les postes", commands.relay_secret)
    for action, text in ((key, "fragment de configuration"), (secret, "clé secrète, en hexadécimal")):
        _folder(action)
        _out(action, text)
    renew = _action(group, "renew", "remplacer la clé de relais (un an)", commands.renew_relay)
    _folder(renew)
    _root(renew)


def _hl7(subject: argparse.ArgumentParser) -> None:
    from app.admin import hl7check, hl7send, quarantine

    group = _group(subject)
    check = _action(
        group, "check", "dire ce qui est compris de messages, et ce qui serait répondu", hl7check.run
    )
    hl7check.options(check)
    send = _action(group, "send", "envoyer des fichiers à une écoute MLLP ; affiche ses accusés", hl7send.run)
    hl7send.options(send)
    text = "messages refusés ou en conflit"
    away = _group(group.add_parser("quarantine", help=text, description=text))
    quarantine.options(_action(away, "list", "lister, sans donnée de patient", quarantine.show_list))
    show = _action(away, "show", "afficher des messages (tracé)", quarantine.show)
    quarantine.options(show, numbers="+")
    replay = _action(
        away, "replay", "reprendre des messages, ou tous ; deux fois ne gêne pas", quarantine.replay
    )
    quarantine.options(replay, numbers="*")


def _vault(subject: argparse.ArgumentParser) -> None:
    from app.admin import vaults

    group = _group(subject)
    backup = _action(
        group, "backup", "tout le profil dans un fichier, même pendant son usage", vaults.back_up
    )
    vaults.backup_options(backup)
    restore = _action(group, "restore", "refaire un profil de sa sauvegarde", vaults.restore)
    vaults.restore_options(restore)
    check = _action(group, "check", "relire toutes les pages et le journal, sans rien changer", vaults.check)
    vaults.check_options(check)
    messages = _action(
        group, "messages", "combien de messages, de fichiers, d'attente : sans aucun nom", vaults.messages
    )
    vaults.check_options(messages)
    erase = _action(group, "erase", "effacer les clés, puis les fichiers : sans retour", vaults.erase)
    vaults.erase_options(erase)


def _monitoring(subject: argparse.ArgumentParser) -> None:
    from app.admin import monitoring

    group = _group(subject)
    month = _action(
        group, "month", "patients actifs et délais d'un mois, en CSV et PDF (tracé)", monitoring.month
    )
    monitoring.month_options(month)
    trace = _action(
        group, "trace", "trace complète d'un patient, signatures revérifiées (tracé)", monitoring.trace
    )
    monitoring.trace_options(trace)


def _audit(subject: argparse.ArgumentParser) -> None:
    from app.admin import audits

    group = _group(subject)
    verify = _action(group, "verify", "recalculer la chaîne du journal", audits.verify)
    audits.verify_options(verify)
    export = _action(group, "export", "écrire toutes les lignes (tracé)", audits.export)
    audits.export_options(export)


def _patients(subject: argparse.ArgumentParser) -> None:
    from app.admin import patients

    subject.set_defaults(run=patients.run)
    patients.options(subject)


SUBJECTS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "org": ("créer l'organisation, renouveler l'émetteur", _organisation),
    "device": ("certifier et révoquer des postes", _device),
    "directory": ("consulter, dater et exporter l'annuaire", _directory),
    "people": ("dire qui travaille dans l'organisation, avec ou sans poste", _people),
    "desk": ("installer l'identité d'un poste de travail", _desk),
    "gateway": ("enrôler une passerelle, vérifier qui elle sert", _gateway),
    "issuer": ("répondre aux demandes des postes par le relais", _issuer),
    "relay": ("clé qui ouvre le relais aux postes de l'organisation", _relay),
    "hl7": ("vérifier, envoyer des messages, reprendre ceux de la quarantaine", _hl7),
    "vault": ("sauvegarder, restaurer, vérifier, effacer un profil", _vault),
    "audit": ("vérifier et exporter le journal des accès d'un profil", _audit),
    "monitoring": ("mois et traces du télésuivi, d'un profil de coordinateur", _monitoring),
    "patients": ("écrire les patients d'un profil (tracé)", _patients),
}
"""Each subject: its help, and what declares it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    chosen = parser(next(iter(words), "")).parse_args(words)
    try:
        chosen.run(chosen, int(time.time()))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # who read has enough; nothing more to flush
        return 0
    except (KeyboardInterrupt, EOFError):
        print("consilium-admin : abandonné, rien n'a été changé.", file=sys.stderr)
    except (AdminError, SecretFileError) as error:
        print(f"consilium-admin : {error}", file=sys.stderr)
    except MediaError as error:
        print(f"consilium-admin : {explain(error)}", file=sys.stderr)
    else:
        return 0
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
