"""Scenes of the section Télésuivi, over a real vault with the invented patients who answer at home."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.demo.questionnaires import alert
from app.interop.state import Reception, State
from app.monitoring.drafts import pack
from app.monitoring.ports import List
from app.monitoring.rulesdraft import DraftView
from app.monitoring.typed import TYPED
from app.scenes import followed, stills
from app.scenes.stage import LAPTOP, Scene
from app.scenes.stills import NOW_MS
from app.trust import News
from app.ui.buttons import Button
from resources.demo import monitoring as story
from resources.demo.monitoring import Act
from resources.demo.people import ME, person
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.monitoring.page import MonitoringPage
    from app.scenes.stage import Stage

CHEAP = Terms("off", OsKeyring(), KdfCost(ops=1, mem_kib=8))
COORDINATORS = f'"monitoring.coordinators":["{followed.USERS[story.COORDINATOR].hex()}"]'
POLICY = f'{{"default":{{{COORDINATORS}}}}}'.encode()
LARGE = f'{{"default":{{"text.size":150,{COORDINATORS}}}}}'.encode()
"""Who may sign the service's first rules; the same with large text."""

DRAFT = pack({"reached": "yes", "text": "7 selles par jour, rappeler ce soir.", "minutes": "4", "grade": 2})
"""What was typed of a call before the lock."""


def ward(
    stage: Stage, *, fill: bool = True, who: str = story.NURSE, read_only: bool = False, **told: Any
) -> Vault:
    """Unlock as somebody (key of a person), with a vault of those who are followed; it goes with the scene. *told*: for `followed.fill`."""
    session, one = stills.directory_session(), person(who)
    if one is not ME:
        session = replace(
            session, user=stills.id_of(one.key), name=one.name, role=one.role, specialty=one.specialty
        )
    office = stage.office
    folder = tempfile.TemporaryDirectory()
    vault, _code = Vault.create(Path(folder.name) / "profile", "mot de passe", CHEAP)
    stage.ends += [vault.lock, folder.cleanup]
    if fill:
        followed.fill(vault, NOW_MS, **told)
    vault.mail_read_only = read_only
    office.following.keep_in(vault)
    office.following.follow(session)  # as at an unlock: Today then waits for the alerts
    office.enter_as(session)
    office.directory.open(session, stills.shelf(), News())
    office.patients.begin(session, vault)
    return vault


def section(stage: Stage) -> MonitoringPage:
    """Show the section; the picture waits for its first answer."""
    stage.office.window.show_feature("monitoring")
    page: Any = stage.office.window.page("monitoring")
    stage.when(lambda: page.queue.answered and stage.office.following.outlook is not None, lambda: None)
    return page  # type: ignore[no-any-return]


def triage(
    ipp: str = story.TRINH,
    which: List = List.TODO,
    act: str = "",
    *,
    late: bool = False,
    typed: str = "",
    **told: Any,
) -> Callable[[Stage], None]:
    """Show a list, with the alert of a patient open and an *act* begun; *late*: the gateway said nothing for an hour.

    *typed*: what the vault has of the act's form, packed.
    """

    def play(stage: Stage) -> None:
        if late:
            stage.office.feed.state = State(
                reception=Reception(units=("ONCO1",), heard_ms=NOW_MS - 67 * 60_000)
            )
        vault = ward(stage, **told)
        if typed:
            vault.settings.save(f"{TYPED}{alert(ipp).hex()}.{act}", f"{NOW_MS}:{typed}").result()
        page = section(stage)

        def turn() -> None:
            page.queue.turn(which)
            stage.when(page.queue.usable, open_row)

        def open_row() -> None:
            page.open_alert(alert(ipp))
            stage.when(lambda: bool(page.alert), begin)

        def begin() -> None:
            if act:
                page.act(act)

        stage.when(page.queue.usable, turn)

    return play


def day(who: str) -> Callable[[Stage], None]:
    """Show Today with what waits of the alerts, as somebody sees it."""

    def play(stage: Stage) -> None:
        ward(stage, who=who)
        page: Any = stage.office.window.page("today")
        stage.when(lambda: not page.loading and stage.office.following.outlook is not None, lambda: None)

    return play


def empty(stage: Stage) -> None:
    """Show the section where nobody is followed."""
    ward(stage, fill=False)
    section(stage)


def shown(begin: Callable[[Stage, Any], object], who: str = story.NURSE) -> Callable[[Stage], None]:
    """Show the section, then what *begin* opens in its page."""

    def play(stage: Stage) -> None:
        ward(stage, who=who)
        page = section(stage)
        stage.when(page.queue.usable, lambda: begin(stage, page))

    return play


def rules(*, writes: bool = False) -> Callable[[Stage], None]:
    """Show the rules of the service to its coordinator; *writes*: the next version of them."""

    def begin(stage: Stage, page: Any) -> None:
        page.show_rules()
        stage.when(lambda: _ruled(page), (lambda: _write(stage, page)) if writes else lambda: None)

    return shown(begin, story.COORDINATOR)


def _ruled(page: Any) -> bool:
    return page.rules._ruled is not None and not page.rules._steps.busy  # noqa: SLF001 -- until all of it stands there


def _write(stage: Stage, page: Any) -> None:
    """Press the button that prepares the next version."""
    next(one for one in page.rules.findChildren(Button) if one._kind == "primary").click()  # noqa: SLF001 -- as above
    view = page.rules.findChild(DraftView)
    stage.when(lambda: not view._steps.busy and view._foot.isVisible(), lambda: None)  # noqa: SLF001 -- as above


def bulk(stage: Stage, page: Any) -> None:
    """Choose the last two of the list, which are mild, and begin to close them."""
    rows = page.queue.list
    rows.choose_alert(rows.queue.items[-1].alert)
    rows._add(rows.queue.items[-2].alert)  # noqa: SLF001 -- as Ctrl and a click do
    rows.setFocus()
    page.queue.bulk.begin_close()
    stage.when(page.queue.bulk.form.isVisible, lambda: None)


def silent(_stage: Stage, page: Any) -> None:
    """Show those who did not answer."""
    page.queue.show_silent()


def export(stage: Stage, page: Any) -> None:
    """Open an alert, then what can be taken out of the section."""
    page.open_alert(alert(story.TRINH))
    stage.when(lambda: bool(page.alert), page.show_export)


HANDED = tuple(one for one in followed.BEFORE if one[0].step != "escalate")
"""All that the nurse did but escalating: Solange is in her hands, as in the design."""
ELSEWHERE = ((Act(-52 * 60, story.SOLANGE, "take"), story.COORDINATOR),)
"""Who took it too, without a network."""
ANSWERED = (
    *followed.BEFORE,
    (Act(-5 * 60, story.SOLANGE, "answer", story.ANSWER), ME.key),
    (Act(-2 * 60, story.SOLANGE, "close", story.CLOSING.text, 3, "hospital"), story.NURSE),
)
WAITING = (*HANDED, (Act(-2 * 60, story.SOLANGE, "close", "Va mieux.", 3, "adapted"), story.NURSE))
"""A closure of grade 3 that nobody read a second time."""
NAMES = (
    followed.renamed(
        story.TRINH, "VAN DER LINDEN DE LA ROCHEFOUCAULD-MONTMORENCY", "Marie-Antoinette", NOW_MS
    ),
    followed.renamed(story.PICARD, "الحسيني", "فاطمة الزهراء", NOW_MS),
    followed.renamed("80417135", "WOLFESCHLEGELSTEINHAUSENBERGERDORFFWELCHEVORALTERN", "Ana", NOW_MS),
)
"""Names as they come: very long, of another script, without a place to break."""
IN_HAND, ESCALATED = List.IN_HAND, List.ESCALATED
SCENES = (
    Scene("06-telesuivi", triage(story.SOLANGE, acts=HANDED), POLICY),
    Scene("06-telesuivi-en-cours", triage(story.SOLANGE, IN_HAND, acts=HANDED), POLICY),
    Scene("01-aujourdhui-alertes-infirmier", day(story.NURSE), POLICY),
    Scene("01-aujourdhui-alertes-medecin", day(ME.key), POLICY),
    Scene("06-telesuivi-a-traiter", triage(), POLICY),
    Scene("06-telesuivi-escalader", triage(story.SOLANGE, IN_HAND, "escalate", acts=HANDED), POLICY),
    Scene("06-telesuivi-clore", triage(story.SOLANGE, IN_HAND, "close", acts=HANDED), POLICY),
    Scene("06-telesuivi-medecin", triage(story.SOLANGE, ESCALATED, "answer", who=ME.key), POLICY),
    Scene("06-telesuivi-conflit", triage(story.SOLANGE, IN_HAND, acts=HANDED, apart=ELSEWHERE), POLICY),
    Scene("06-telesuivi-relecture", triage(story.SOLANGE, IN_HAND, acts=WAITING), POLICY),
    Scene("06-telesuivi-close", triage(story.SOLANGE, List.CLOSED, acts=ANSWERED), POLICY),
    Scene("06-telesuivi-sourdine", triage(story.OEUVRARD, List.QUIET), POLICY),
    Scene("06-telesuivi-corrige", triage(story.FAURE, more=[followed.again(story.FAURE, NOW_MS, "C", FATIGUE="2")]), POLICY),
    Scene("06-telesuivi-hors-echelle", triage("80417222"), POLICY),
    Scene("06-telesuivi-regle", triage("80501230"), POLICY),
    Scene("06-telesuivi-inconnu", triage(story.FERREIRA.ipp), POLICY),
    Scene("06-telesuivi-flux", triage(late=True), POLICY),
    Scene("06-telesuivi-lecture-seule", triage(read_only=True), POLICY),
    Scene("06-telesuivi-vide", empty),
    Scene("06-telesuivi-appel", triage(story.SOLANGE, IN_HAND, "call", acts=HANDED), POLICY),
    Scene("06-telesuivi-brouillon", triage(story.SOLANGE, IN_HAND, "call", typed=DRAFT, acts=HANDED), POLICY),
    Scene("06-telesuivi-noms", triage(story.TRINH, more=NAMES), POLICY),
    Scene("06-telesuivi-plusieurs", shown(bulk), POLICY),
    Scene("06-telesuivi-sans-reponse", shown(silent), POLICY),
    Scene("06-telesuivi-export", shown(export, story.COORDINATOR), POLICY),
    Scene("06-telesuivi-regles", rules(), POLICY),
    Scene("06-telesuivi-regles-ecrire", rules(writes=True), POLICY),
    Scene("06-telesuivi-regles-150", rules(writes=True), LARGE),
    Scene("06-telesuivi-1536", triage(story.SOLANGE, IN_HAND, acts=HANDED), POLICY, LAPTOP),
    Scene("06-telesuivi-150", triage(story.SOLANGE, IN_HAND, acts=HANDED), LARGE),
)  # fmt: skip
