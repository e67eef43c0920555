"""Scenes of the section Patients, over a real vault with the invented patients in its cache."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.interop.state import Progress, Standing, State
from app.scenes import stills, today, wards
from app.scenes.stage import FULL_HD, LAPTOP, Scene
from app.scenes.stills import NOW_MS
from resources.demo.patients import PATIENTS, PROFESSIONALS
from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.patients.page import PatientsPage
    from app.scenes.stage import Stage
    from resources.demo.patients import Sick

RPPS = PROFESSIONALS["marchetti"][0]
TEAM = f'"patients.rpps":"{RPPS}","patients.units":["3120","3121"]'
POLICY = f'{{"default":{{{TEAM}}}}}'.encode()
LARGE = f'{{"default":{{"text.size":150,{TEAM}}}}}'.encode()
"""The doctor of the demo: her number, her units; the same with large text."""
LOCKED = (
    f'{{"name":"CHVS-2026-11","default":{{{TEAM}}},"forced":{{"patients.access":"care_team","mllp.listen":"127.0.0.1:2575"}},'
    '"reasons":{"patients.access":"Charte d’accès du CHU, article 4.","mllp.listen":"Flux du GAM de cet établissement."}}'
).encode()
"""What a hospital forces of patients and feed."""
CHEAP = Terms("off", OsKeyring(), KdfCost(ops=1, mem_kib=8))
_LATE_MS = NOW_MS - 5 * 3_600_000
_ON = State(Standing.LISTENING, "127.0.0.1:2575", NOW_MS - 60_000)
_WAITING = replace(_ON, waiting=3)
"""A feed that is up to date; one of which some messages wait in quarantine."""
SEEN = ("80377204", "80401188", "80433092", "80483321", "80440871")
"""Whom the doctor looked at lately, the last one first."""


def ward(stage: Stage, who: Sequence[Sick] = PATIENTS, seen: Sequence[str] = SEEN) -> Vault:
    """Unlock with a vault of *who*; the doctor looked at *seen*. The vault goes with the scene."""
    stage.enter()
    return _furnish(stage, who, seen)


def _furnish(stage: Stage, who: Sequence[Sick], seen: Sequence[str]) -> Vault:
    folder = tempfile.TemporaryDirectory()
    vault, _code = Vault.create(Path(folder.name) / "profile", "mot de passe", CHEAP)
    stage.ends += [vault.lock, folder.cleanup]
    vault.patients.apply(wards.facts(NOW_MS, who)).result()
    patients, run = stage.office.patients, stage.office.bridge.loop
    patients.begin(stills.session(), vault)
    stage.office.following.keep_in(vault)
    stage.office.following.follow(stills.session())
    for ipp in reversed(seen):
        _wait(run, patients.open(_id(vault, ipp)))
    return vault


def _wait(loop: Any, work: Any) -> None:
    import asyncio  # noqa: PLC0415 -- scenes only

    asyncio.run_coroutine_threadsafe(work, loop).result()


def _id(vault: Vault, ipp: str) -> int:
    return vault.patients.search(ipp).result()[0].id


def section(stage: Stage) -> PatientsPage:
    """Show the section; the picture waits for its first answer."""
    stage.office.window.show_feature("patients")
    page: Any = stage.office.window.page("patients")
    stage.when(lambda: page.finder.answered, lambda: None)
    return page  # type: ignore[no-any-return]


def opened(ipp: str, typed: str = "") -> Callable[[Stage], None]:
    """Show the page of somebody, found by what is *typed*."""

    def play(stage: Stage) -> None:
        vault = ward(stage)
        page = section(stage)
        page.finder.search.setText(typed)
        page.open_patient(_id(vault, ipp))
        stage.when(lambda: page.stack.currentIndex() > 1 and page.finder.shows(typed), lambda: None)

    return play


def _typed(text: str, chip: str = "all") -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        ward(stage)
        page = section(stage)
        page.finder.chips.chips[chip].click()
        page.finder.search.setText(text)
        stage.when(lambda: page.finder.shows(text, chip), page.finder.to_search)

    return play


def _empty(stage: Stage) -> None:
    ward(stage, (), ())
    section(stage)


def _error(stage: Stage) -> None:
    vault = ward(stage)
    page = section(stage)
    stage.when(lambda: page.finder.answered, vault.lock)
    stage.later(page.finder.look)
    stage.later(lambda: stage.when(lambda: page.finder.failed, lambda: None))


def _feed(state: State) -> Callable[[Stage], None]:
    """Show the section with a feed that stands so."""

    def play(stage: Stage) -> None:
        flowing(stage, state)
        ward(stage)
        section(stage)

    return play


def flowing(stage: Stage, state: State | None = None) -> None:
    """Let the feed be up to date, or stand as *state* says."""
    stage.office.feed.state = state or _ON
    stage.office.feed.changed.fire(stage.office.feed.state)


def _found(stage: Stage) -> None:
    flowing(stage)
    _typed("lemai")(stage)


def _lease(stage: Stage) -> None:
    stage.enter()
    stage.office.patients.begin(stills.session(), None, "lease")
    stage.office.window.show_feature("patients")


def _closed(stage: Stage) -> None:
    stage.enter()
    stage.office.window.show_feature("patients")


def _today(stage: Stage) -> None:
    flowing(stage, _WAITING)
    today.today(12)(stage)
    _furnish(stage, PATIENTS, SEEN)


def _settings(state: State | None = None) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        from app.intents import OpenSettings  # noqa: PLC0415 -- Qt starts in main()

        stage.enter()
        flowing(stage, state)
        stage.office.open(OpenSettings("patients"))

    return play


def _palette(text: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        _today(stage)
        layer = stage.office.window.palette_layer
        stage.later(stage.office.window.flip_palette)
        stage.later(lambda: layer.field.setText(text))

    return play


SCENES = (
    Scene("05-patients-recents", _typed(""), POLICY),
    Scene("05-patients-recherche", _found, POLICY),
    Scene("05-patients-flux-occupe", _feed(replace(_ON, standing=Standing.PORT_TAKEN)), POLICY),
    Scene("05-patients-flux-arrete", _feed(replace(_ON, standing=Standing.OFF, last_ms=_LATE_MS)), POLICY),
    Scene("05-patients-flux-retard", _feed(replace(_ON, last_ms=_LATE_MS)), POLICY),
    Scene("05-patients-flux-faux", _feed(replace(_ON, standing=Standing.MISCONFIGURED)), POLICY),
    Scene("05-patients-relecture", _feed(replace(_ON, progress=Progress(1_200, 5_400))), POLICY),
    Scene("05-patients-bail", _lease, POLICY),
    Scene("05-patients-recherche-150", _typed("lemai"), LARGE),
    Scene("05-patients-longs-noms", _typed("de la roche"), POLICY, LAPTOP),
    Scene("05-patients-hospitalises", _typed("", "inside"), POLICY),
    Scene("05-patients-service", _typed("", "mine"), POLICY, FULL_HD),
    Scene("05-patients-personne", _typed("zzz"), POLICY),
    Scene("05-patients-vide", _empty, POLICY),
    Scene("05-patients-erreur", _error, POLICY),
    Scene("05-patients-fermes", _closed, POLICY),
    Scene("05-patients-motif", opened("80503377", "girard"), POLICY),
    Scene("12-reglages-patients", _settings(), LOCKED),
    Scene("12-reglages-patients-1920", _settings(), LOCKED, FULL_HD),
    Scene("12-reglages-quarantaine", _settings(_WAITING), POLICY),
    Scene("12-reglages-flux-arrete", _settings(State()), POLICY, (1180, 700)),
    Scene("01-aujourdhui-patients", _today, POLICY),
    Scene("11-palette-patient", _palette("lemai"), POLICY),
    Scene("11-palette-dossiers", _palette("#"), POLICY),
)
