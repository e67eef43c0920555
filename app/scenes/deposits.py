"""Scenes of the documents left for people without Consilium, over a real vault; no relay is asked."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from app.scenes.messages import DAY, MINUTE, NOON, unlocked
from app.scenes.patients import POLICY, TEAM
from app.scenes.stage import FULL_HD, Scene
from app.scenes.stills import NOW_MS
from storage.messages.deposits import Deposit, DepositState

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from app.messages.depositpane import DepositPane
    from app.scenes.stage import Stage
    from storage.messages.store import Mailbag

_PAGE = '"forced":{"deposit.page":"https://depot.chu.exemple/"}'
HOSPITAL = f'{{"default":{{{TEAM}}},{_PAGE}}}'.encode()
LARGE = f'{{"default":{{"text.size":150,{TEAM}}},{_PAGE}}}'.encode()
LETTER = "/courriers/Compte rendu opératoire du 24 novembre.pdf"
LONG = (
    "Maison de santé pluridisciplinaire des Hauts-de-Sainte-Geneviève, secrétariat de Dr de La Rochefoucauld"
)


def _row(
    number: int, label: str, name: str, ago_ms: int, state: DepositState, *, single: bool = True, **more: Any
) -> Deposit:
    known = state is DepositState.THERE
    return Deposit(
        deposit=hashlib.sha256(f"deposit {number}".encode()).digest()[:16],
        label=label,
        name=name,
        size=412_000,
        made_ms=NOW_MS - ago_ms,
        expires_ms=NOW_MS - ago_ms + 3 * DAY,
        single=single,
        host="ailleurs.exemple",
        port=443,
        owner_seed=bytes(32) if known else b"",
        link_key=hashlib.sha256(f"key {number}".encode()).digest() if known else b"",
        code="K7PM3XWF" if known else "",
        state=state,
        **more,
    )


def _rows() -> tuple[Deposit, ...]:
    there, over = DepositState.THERE, DepositState
    return (
        _row(1, "Dr Roux, cabinet de la gare", "Compte rendu opératoire.pdf", 6 * MINUTE, there),
        _row(2, "Famille Ziani", "Ordonnance de sortie.pdf", 3 * 60 * MINUTE, there, wrong=2, single=False),
        _row(3, "Dr Aline Faure", "TDM_thorax.pdf", DAY, over.COLLECTED, collected_ms=NOON - DAY // 2),
        _row(4, "", "Courrier.pdf", 2 * DAY, over.SHUT, wrong=5),
        _row(5, LONG, "Synthèse de la réunion de concertation pluridisciplinaire.pdf", 5 * DAY, over.EXPIRED),
        _row(6, "Pharmacie du Pont", "Plan de prise.pdf", 6 * DAY, over.TAKEN_BACK),
        _row(7, "Dr Henri Blot", "Images.zip", 7 * DAY, over.LOST),
    )


def _add(one: Deposit, mail: Mailbag) -> None:
    mail.deposits.add(one)


def deposits(
    *rows: Deposit, act: Callable[[DepositPane], object] = lambda _pane: None
) -> Callable[[Stage], None]:
    """Show the pane with *rows* in its list, then *act*."""

    def play(stage: Stage) -> None:
        page, vault = unlocked(stage)
        for one in rows:
            vault.mail.write(partial(_add, one)).result()
        session = replace(stage.office.session(), relay_key=bytes(32))
        stage.office.deposits.begin(session, vault)
        page.fresh.deposit()
        stage.when(lambda: len(page.deposits.list.cards) == len(rows), lambda: act(page.deposits))

    return play


def _chosen(pane: DepositPane) -> None:
    pane.form.files.chosen.emit(LETTER)
    pane.form.label.setText("Dr Roux, cabinet de la gare")


def _left(pane: DepositPane) -> None:
    """Show link and code of what was just left."""
    _chosen(pane)
    pane.list.cards[0].show_secret.click()


SCENES = (
    Scene("07-depots", deposits(*_rows(), act=_left), HOSPITAL),
    Scene("07-depots-1920", deposits(*_rows(), act=_chosen), HOSPITAL, FULL_HD),
    Scene("07-depots-1180", deposits(*_rows(), act=_left), HOSPITAL, (1180, 700)),
    Scene("07-depots-150", deposits(*_rows(), act=_left), LARGE),
    Scene("07-depots-premier", deposits(act=_chosen), HOSPITAL),
    Scene("07-depots-sans-page", deposits(act=_chosen), POLICY),
)
