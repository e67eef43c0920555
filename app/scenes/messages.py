"""Scenes of the section Messages, over a teller in memory and a real vault with the invented patients."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.intents import WriteMessage
from app.messages.ports import Outgoing
from app.scenes import stills, today, wards
from app.scenes.patients import CHEAP, LARGE, POLICY
from app.scenes.stage import FULL_HD, Scene
from app.scenes.stills import DAY_S, NOW_MS
from app.trust import News
from media.errors import LinkLost
from resources.demo.patients import AUTHORITY, PATIENTS
from storage.messages.records import File, FileState, PatientLink, Receipt, State, Taken
from storage.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.messages.page import MessagesPage
    from app.scenes.letters import StillMessages
    from app.scenes.stage import Stage

MINUTE, DAY = 60_000, 86_400_000
NOON = NOW_MS - 54 * MINUTE
"""12:18 in Paris: the design's picture, a little later."""
ODILE = PatientLink(AUTHORITY, "80421937", "LEMAÎTRE Odile, née le 14/03/1954")
ELSEWHERE = PatientLink(AUTHORITY, "80999999", "DUMAS Simone, née le 02/02/1941")
_HEBREW = "ד״ר מרים כהן-לוי"
_LONG = "Dr Marie-Antoinette Charlotte Élisabeth de La Rochefoucauld-Montmorency"


def who(key: str) -> bytes:
    """Return the user id of somebody of the cast."""
    return stills.id_of(key)


def at(clock: str, days: int = 0) -> int:
    """Return a moment of the scene's day, or *days* before."""
    hours, minutes = (int(part) for part in clock.split(":"))
    return NOON + ((hours - 12) * 60 + minutes - 18) * MINUTE - days * DAY


def fill(told: StillMessages) -> None:
    """Put in the threads as a morning leaves them."""
    me = stills.directory_session().user
    _vasseur(told, me)
    karim = told.thread(who("bensaid"), patient=ELSEWHERE)
    told.put(
        karim,
        who("bensaid"),
        "Je vous la passe, 7 selles/jour depuis hier, pas de fièvre.",
        at("11:56"),
        read=False,
    )
    _team(told, me)
    rest = (
        ("belkacem", ODILE, "Merci, je complète l’EFR", at("17:02", 1), False),
        ("delcourt", None, "d’accord pour mardi", at("15:40", 1), True),
        ("lambert", ODILE, "TEP disponible sur le partage", at("10:12", 3), False),
        ("okafor", None, "Contourage fini, relecture quand vous pouvez", at("09:20", 4), False),
        ("benali", ODILE, "Interaction apixaban vérifiée", at("16:45", 8), False),
        ("nguyen", None, "HDJ confirmée à 9 h", at("14:00", 9), False),
    )
    for key, patient, text, sent_ms, own in rest:
        number = told.thread(who(key), patient=patient)
        told.put(number, me if own else who(key), text, sent_ms)


def _vasseur(told: StillMessages, me: bytes) -> None:
    paul = who("vasseur")
    thread = told.thread(paul, patient=ODILE, expire_s=30 * 86_400)
    first = told.put(
        thread, me, "Bonjour Paul, le PD-L1 de Mme Lemaître sera-t-il prêt pour 12:30 ? Elle passe en troisième.",
        at("09:14"), state=State.READ,
    )  # fmt: skip
    told.receipted[first.id] = (Receipt(paul, at("09:14"), at("09:15"), at("09:31")),)
    told.put(thread, paul, "Oui, je finis la double lecture ce matin.", at("09:32"))
    once = File(
        1, "Lames_PDL1_22C3.pdf", "application/pdf", 2_400_000, FileState.OFFERED,
        ephemeral=True, open_within_s=DAY_S, shown_for_s=10,
    )  # fmt: skip
    told.put(thread, paul, "", at("09:50"), files=(once,))
    told.put(thread, paul, "", at("11:40"), event="key-changed", event_about=paul)
    report = File(2, "CR_anapath_LEMAITRE_O.pdf", "application/pdf", 412_000, FileState.HERE)
    told.put(
        thread, paul, "PD-L1 : 60 % (22C3, double lecture). EGFR, ALK, ROS1 négatifs. KRAS G12C en cours, résultat jeudi.",
        at("11:52"), warning="changed-key", read=False,
    )  # fmt: skip
    told.put(thread, paul, "", at("11:52"), files=(report,), read=False)
    told.put(
        thread,
        me,
        "Merci, je l’ajoute à la fiche avant la RCP.",
        at("12:16"),
        state=State.HELD,
        held="key-changed",
    )


def _team(told: StillMessages, me: bytes) -> None:
    members = tuple(map(who, ("roussel", "tran", "delcourt", "belkacem", "okafor")))
    thread = told.thread(*members, title="Équipe RCP Thorax", pinned=True)
    told.put(thread, who("roussel"), "", at("08:02", 1), event="created")
    asked = told.put(
        thread, who("belkacem"), "Qui rappelle M. Ziani pour la biopsie ? Il part en ambulance à 14 h.", at("10:41"),
        taken=(Taken(who("okafor"), at("10:44")),),
    )  # fmt: skip
    told.put(thread, who("okafor"), "Je m’en charge, j’ai son numéro.", at("10:44"), quote=asked.msg_id)
    mine = told.put(
        thread, me, "Merci Samuel. Pensez au bilan de coagulation.", at("10:52"), edited_ms=at("10:53")
    )
    told.before[mine.id] = ((at("10:52"), "Merci Samuel."),)
    told.receipted[mine.id] = tuple(
        Receipt(user, at("10:52"), at("10:53"), at("11:01") if place < 2 else 0)
        for place, user in enumerate(members)
    )
    scan = File(3, "TDM_thorax_synthese.pdf", "application/pdf", 1_840_000, FileState.COMING, 760_000)
    told.put(thread, who("tran"), "La relecture du scanner, avec les mesures.", at("11:02"), files=(scan,))
    told.put(thread, who("roussel"), "ordre des dossiers : Lemaître, Ziani, Faure", at("11:20"))


def section(stage: Stage, *, read_only: bool = False) -> MessagesPage:
    """Unlock and show the section; the picture waits for threads and people."""
    return unlocked(stage, read_only=read_only)[0]


def unlocked(stage: Stage, *, read_only: bool = False) -> tuple[MessagesPage, Vault]:
    """Unlock and show the section, as above; return the vault too."""
    session = stills.directory_session()
    office = stage.office
    office.enter_as(session)
    shelf = stills.shelf()
    shelf.read_only = read_only
    office.directory.open(session, shelf, News("", ()))
    folder = tempfile.TemporaryDirectory()
    vault, _code = Vault.create(Path(folder.name) / "profile", "mot de passe", CHEAP)
    stage.ends += [vault.lock, folder.cleanup]
    vault.patients.apply(wards.facts(NOW_MS, PATIENTS)).result()
    office.patients.begin(session, vault)
    office.directory.presence.show(stills.here(stage.now_ms), shared=True)
    office.window.show_feature("messages")
    page: Any = office.window.page("messages")
    stage.when(lambda: page.threads.shown and len(office.directory.known.people) > 0, lambda: None)
    return page, vault


def opened(key: str, act: Callable[[Stage, MessagesPage], object] | None = None) -> Callable[[Stage], None]:
    """Show the thread whose name begins so, then *act*."""

    def play(stage: Stage) -> None:
        fill(stage.messages)
        page = section(stage)
        _open(stage, page, key, act)

    return play


def _open(
    stage: Stage, page: MessagesPage, key: str, act: Callable[[Stage, MessagesPage], object] | None = None
) -> None:
    def wanted() -> list[int]:
        return [int(one.key) for one in page.threads.list.shown.lines if one.title.startswith(key)]

    def choose() -> None:
        page.open_thread(wanted()[0])
        stage.when(lambda: bool(page.talk.stream.shown.lines), lambda: act and act(stage, page))

    stage.when(lambda: bool(wanted()), choose)


def _counting(stage: Stage, page: MessagesPage) -> None:
    """Open the ephemeral document, three seconds ago."""
    from app.scenes.papers import report  # noqa: PLC0415 -- which stands on a patient's page, as messages do

    stage.messages.bytes[1] = report()
    line = next(one for one in page.talk.stream.shown.lines if "Lames" in one.sentence)
    arrived: list[bool] = []
    page.preview.view.shown.connect(lambda: arrived.append(True))
    page.deeds.act("open-once", line.key, 1)
    stage.when(lambda: bool(arrived), lambda: _later(stage, page))


def _relinked(stage: Stage, page: MessagesPage) -> None:
    """Let the colleague link the thread to somebody else while one writes, then press "Envoyer"."""
    told, thread = stage.messages, page.talk.current
    assert thread is not None
    page.talk.composer.field.setPlainText("Elle passe en troisième, à 12:50.")
    told.kept[thread.id] = replace(told.kept[thread.id], patient=ELSEWHERE)
    told.put(thread.id, who("vasseur"), "", at("12:17"), event="linked", patient=ELSEWHERE, was=ODILE)
    told.tell(thread.id)
    stage.when(lambda: page.talk.current.patient == ELSEWHERE, page.sending.send)  # type: ignore[union-attr]  # it is in sight


def _later(stage: Stage, page: MessagesPage) -> None:
    stage.now_ms += 3_000
    page.preview.countdown.tick()


def _empty(stage: Stage) -> None:
    section(stage)


def _failed(stage: Stage) -> None:
    stage.messages.broken = True
    stage.enter()
    stage.office.window.show_feature("messages")
    page: Any = stage.office.window.page("messages")
    stage.when(lambda: page.threads.stack.currentWidget() is not page.threads.list, lambda: None)


def _offline(stage: Stage) -> None:
    fill(stage.messages)
    me = stages_me()
    thread = next(n for n, one in stage.messages.kept.items() if one.title)
    stage.messages.put(
        thread, me, "Le compte rendu opératoire suit dès que possible.", at("12:15"), state=State.QUEUED
    )
    stage.messages.standing = replace(stage.messages.standing, online=False, since_ms=at("12:06"), waiting=1)
    stage.look = stills.answering(LinkLost("unreachable"))
    _open(stage, section(stage), "Équipe")


def stages_me() -> bytes:
    """Return the doctor at the desk."""
    return stills.directory_session().user


def _read_only(stage: Stage) -> None:
    fill(stage.messages)
    _open(stage, section(stage, read_only=True), "Équipe")


def _new(stage: Stage) -> None:
    fill(stage.messages)
    page = section(stage)

    def begin() -> None:
        page.take(WriteMessage(who("tran"), ODILE))
        page.start.add(who("vasseur"))
        page.start.title_field.setText("Relecture anatomopathologique")
        page.start.who.field.setText("be")

    stage.when(lambda: page.threads.shown and len(stage.office.directory.known.people) > 0, begin)


def _search(stage: Stage) -> None:
    fill(stage.messages)
    page = section(stage)
    stage.when(lambda: page.threads.shown, lambda: page.threads.search.setText("lecture"))
    stage.later(page.threads.to_search)


def _receipts(stage: Stage, page: MessagesPage) -> None:
    line = next(one for one in page.talk.stream.shown.lines if "Samuel. Pensez" in one.sentence)
    page.talk.stream.reveal(line.key)
    page.deeds.act("receipts", line.key, 0)
    stage.when(lambda: page.panel.about_message, lambda: None)


def _once(_stage: Stage, page: MessagesPage) -> None:
    page.talk.composer.add_files([Outgoing(None, "Photo plaie J8.jpg", b"x" * 1_840_000)])
    page.talk.composer.once_button.setChecked(True)


def _withdraw(_stage: Stage, page: MessagesPage) -> None:
    line = next(one for one in page.talk.stream.shown.lines if "Samuel. Pensez" in one.sentence)
    page.talk.stream.reveal(line.key)
    page.deeds.act("withdraw", line.key, 0)


def _odd(stage: Stage) -> None:
    """Long names, another direction, a text without spaces, what is missing and gone."""
    told, me = stage.messages, stages_me()
    thread = told.thread(
        who(_LONG),
        who(_HEBREW),
        title="Équipe mobile de soins palliatifs et de support en oncologie thoracique",
    )
    hebrew = who(_HEBREW)
    told.put(
        thread,
        who(_LONG),
        "Bonjour à tous, " + "je relis le dossier et je reviens vers vous. " * 9,
        at("09:02"),
    )
    told.put(thread, hebrew, "שלום, הסריקה תהיה מוכנה מחר בבוקר", at("09:40"), warning="gap")
    told.put(thread, hebrew, "https://exemple.test/" + "a1b2c3d4" * 16, at("09:41"))
    told.put(thread, me, "", at("09:50"), withdrawn_ms=at("09:58"))
    told.put(thread, who(_LONG), "", at("10:00", 2), gone_ms=at("10:00"))
    told.put(thread, me, "Le message qui n’arrive pas.", at("10:05"), state=State.UNDELIVERED)
    name = "Compte rendu de réunion de concertation pluridisciplinaire du 24 novembre, version relue et annotée.pdf"
    paused = File(7, name, "application/pdf", 184_000_000, FileState.PAUSED, 61_000_000)
    told.put(thread, hebrew, "", at("10:20"), files=(paused,), warning="fork")
    gone = File(
        8,
        "Lames.pdf",
        "application/pdf",
        2_000,
        FileState.HERE,
        ephemeral=True,
        open_within_s=DAY_S,
        shown_for_s=10,
        opened_ms=at("10:31"),
        opened_by=me,
    )
    told.put(thread, hebrew, "", at("10:30"), files=(gone,))
    _open(stage, section(stage), "Équipe mobile")


def _today(stage: Stage) -> None:
    fill(stage.messages)
    today.today(12)(stage)


def _palette(stage: Stage) -> None:
    _today(stage)
    stage.when(lambda: bool(stage.office.directory.known.people), lambda: None)
    stage.later(stage.office.window.flip_palette)
    stage.later(lambda: stage.office.window.palette_layer.field.setText("thorax"))


def _crowded(stage: Stage) -> None:
    """Three hundred unread, in a thread and in all."""
    told = stage.messages
    number = told.thread(who("tran"), patient=ODILE)
    for n in range(300):
        told.put(number, who("tran"), f"Série {n + 1} relue.", at("11:00") - (300 - n) * MINUTE, read=False)
    fill(told)
    _open(stage, section(stage), "Équipe")


SCENES = (
    Scene("01-aujourdhui-messages", _today, POLICY),
    Scene("11-palette-fil", _palette, POLICY),
    Scene("07-messages-nombreux", _crowded, POLICY),
    Scene("07-messages", opened("Dr Paul"), POLICY),
    Scene("07-messages-present", opened("Dr Inès"), POLICY),
    Scene("07-messages-1920", opened("Dr Paul"), POLICY, FULL_HD),
    Scene("07-messages-1180", opened("Dr Paul"), POLICY, (1180, 700)),
    Scene("07-messages-150", opened("Dr Paul"), LARGE),
    Scene("07-messages-ephemere", opened("Dr Paul", _counting), POLICY),
    Scene("07-messages-ephemere-envoi", opened("Équipe", _once), POLICY),
    Scene("07-messages-relie", opened("Dr Paul", _relinked), POLICY),
    Scene("07-messages-equipe", opened("Équipe"), POLICY),
    Scene("07-messages-suivi", opened("Équipe", _receipts), POLICY),
    Scene("07-messages-retirer", opened("Équipe", _withdraw), POLICY),
    Scene("07-messages-nouveau", _new, POLICY),
    Scene("07-messages-recherche", _search, POLICY),
    Scene("07-messages-hors-ligne", _offline, POLICY),
    Scene("07-messages-lecture-seule", _read_only, POLICY),
    Scene("07-messages-vide", _empty, POLICY),
    Scene("07-messages-erreur", _failed, POLICY),
    Scene("07-messages-longs-noms", _odd, POLICY),
)
