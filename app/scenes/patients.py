"""Scenes of the section Patients, over a real vault with the invented patients in its cache."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def _port_taken(stage: Stage) -> None:
    from app.interop.state import Standing, State  # noqa: PLC0415 -- as above

    ward(stage)
    stage.office.feed.state = State(Standing.PORT_TAKEN, "127.0.0.1:2575", NOW_MS - 3_600_000)
    section(stage)


def _flowing(stage: Stage) -> None:
    from app.interop.state import Standing, State  # noqa: PLC0415 -- as above

    stage.office.feed.state = State(Standing.LISTENING, "127.0.0.1:2575", NOW_MS - 3_300_000)
    _typed("lemai")(stage)


def _closed(stage: Stage) -> None:
    stage.enter()
    stage.office.window.show_feature("patients")


def _today(stage: Stage) -> None:
    today.today(12)(stage)
    _furnish(stage, PATIENTS, SEEN)


def _settings(stage: Stage) -> None:
    from app.intents import OpenSettings  # noqa: PLC0415 -- Qt starts in main()

    stage.enter()
    stage.office.open(OpenSettings("patients"))


def _palette(text: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        ward(stage)
        layer = stage.office.window.palette_layer
        stage.later(stage.office.window.flip_palette)
        stage.later(lambda: layer.field.setText(text))

    return play


SCENES = (
    Scene("05-patients-recents", _typed(""), POLICY),
    Scene("05-patients-recherche", _flowing, POLICY),
    Scene("05-patients-flux-arrete", _port_taken, POLICY),
    Scene("05-patients-recherche-150", _typed("lemai"), LARGE),
    Scene("05-patients-longs-noms", _typed("de la roche"), POLICY, LAPTOP),
    Scene("05-patients-hospitalises", _typed("", "inside"), POLICY),
    Scene("05-patients-service", _typed("", "mine"), POLICY, FULL_HD),
    Scene("05-patients-personne", _typed("zzz"), POLICY),
    Scene("05-patients-vide", _empty, POLICY),
    Scene("05-patients-erreur", _error, POLICY),
    Scene("05-patients-fermes", _closed, POLICY),
    Scene("05-patients-motif", opened("80503377", "girard"), POLICY),
    Scene("12-reglages-patients", _settings, LOCKED),
    Scene("12-reglages-patients-1920", _settings, LOCKED, FULL_HD),
    Scene("01-aujourdhui-patients", _today, POLICY),
    Scene("11-palette-patient", _palette("lemai"), POLICY),
    Scene("11-palette-dossiers", _palette("#"), POLICY),
)
