"""Scenes of the desk: lock, first run, directory, settings, palette and the kit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.scenes import today
from app.scenes.stage import FULL_HD, Scene
from media.engine import messages as m
from resources.demo.people import ME

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.scenes.stage import Stage


def _lock(_stage: Stage) -> None:
    return


def _lock_wrong(stage: Stage) -> None:
    stage.enter()
    stage.office.lock()
    page = stage.office.lock_page
    page.type_password("mauvaise phrase")


def _first_run(step: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        door = stage.office.door
        door.setCurrentWidget(door.first)
        door.first.begin()
        door.first.protect.password.setText("girafe tambour velours cascade")
        door.first.code.show_code("7K3MP-Q9ZXA-D4T8R-HW2N5-0CVBJ-6YSEG-1F8QK", [1, 4])
        door.first.identity.name.setText(ME.name)
        door.first.identity.specialty.setText(ME.specialty)
        for saver in (door.first.code.saver, door.first.answer.saver):
            saver.path.setText(f"/home/marchetti/Documents/{Path(saver.path.text()).name}")
        door.first.answer.text.setPlainText("\n".join(["gllB40Bzb2xpdW0taWxsdXN0cmF0aW9u" * 2] * 90))
        stage.later(lambda: door.first.show_step(step))
        stage.later(door.focus_first)

    return play


def _devices(stage: Stage) -> None:
    from app.intents import OpenSettings  # noqa: PLC0415 -- as above

    stage.enter()
    stage.office.open(OpenSettings("devices"))
    stage.office.meeting.microphone(True)
    stage.office.meeting.camera(True)
    stage.later(lambda: stage.hear(m.Speaking(slots=[], level=0.4)))


def _settings(section: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        from app.intents import OpenSettings  # noqa: PLC0415 -- as above

        stage.enter()
        stage.office.open(OpenSettings(section))

    return play


def _palette(typed: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        today.today(12)(stage)
        stage.when(lambda: bool(stage.office.directory.known.people), lambda: None)
        stage.later(stage.office.window.flip_palette)
        stage.later(lambda: stage.office.window.palette_layer.field.setText(typed))

    return play


def _settings_search(query: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        _settings("line")(stage)
        page = stage.office.window.page("settings")
        stage.later(lambda: page.search.setText(query))  # type: ignore[attr-defined]  # its own page

    return play


def _broken_settings(stage: Stage) -> None:
    stage.office.config.load_user({"text.size": "1e9", "theme": "{"})
    _settings("appearance")(stage)


def _gallery_of_components(stage: Stage) -> None:
    from app.gallery import Gallery  # noqa: PLC0415 -- as above

    stage.shown = Gallery()
    stage.shown.resize(stage.office.window.width(), 1560)  # all of it in one picture
    stage.shown.show()


def _help(stage: Stage) -> None:
    stage.call(5)
    stage.later(stage.office.window.flip_help)


def _undo(stage: Stage) -> None:
    from app.ui.buttons import Switch  # noqa: PLC0415 -- as above

    _settings("meetings")(stage)
    page = stage.office.window.page("settings")
    stage.later(next(s for s in page.findChildren(Switch) if s.isEnabled()).click)


def _discretion(stage: Stage) -> None:
    stage.call(9, sharing=True, speaking=1)
    stage.later(stage.office.window.flip_veil)


def _directory(name: str, groups: int = 0, *, alarm: bool = False) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        stage.directory(name, groups, alarm=alarm)

    return play


def _directory_search(query: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        page = stage.directory()
        stage.when(lambda: page.model.rowCount() > 0, lambda: page.search.setText(query))

    return play


def _directory_list(key: str, name: str = "") -> Callable[[Stage], None]:
    """Show an own list, and somebody on it; `circle 3` is begun first."""

    def play(stage: Stage) -> None:
        page = stage.directory()

        def choose() -> None:
            page.side.choose(key)
            page._filter(page.side.choice)  # noqa: SLF001 -- as its button does
            page.open_name(name)

        def begin() -> None:
            if key == "circle 3":
                page.side.listed.emit("Garde de novembre")
            stage.when(lambda: key in page.side._buttons, choose)  # noqa: SLF001 -- its own pictures

        stage.when(lambda: page.model.rowCount() > 0, begin)

    return play


def _directory_blocked(name: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        page = stage.directory(name)
        stage.when(page.panel.block.isVisible, page.panel.block.click)

    return play


def _directory_scan(name: str, told: str = "", *, trouble: str = "") -> Callable[[Stage], None]:
    """Scan somebody's code: the camera runs, or something was *told*, or the camera has a *trouble*."""

    def play(stage: Stage) -> None:
        page = stage.directory(name)
        scanning = page._scanning  # noqa: SLF001 -- its own pictures

        def tell() -> None:
            if trouble:
                stage.hear(m.DeviceState(kind="camera", on=False, code=trouble))
            elif told:
                scanning.stop()
                page.panel.comparison.tell(told, "3F2A-90C1")

        def begin() -> None:
            scanning.begin()
            stage.when(lambda: page.panel.comparison.pane.lens.seeing.picture() is not None, tell)  # type: ignore[union-attr]  # it has begun

        stage.when(lambda: scanning.parties is not None, begin)

    return play


_FIXED = (
    b'{"name":"CHVS-2026-11","forced":{"messages.thread-days":30,"messages.read-receipts":true},'
    b'"reasons":{"messages.thread-days":"PSSI 6.1, 30 jours au plus dans un fil"}}'
)
_POLICY = (
    '{"name":"CHVS-2026-11","forced":{"ceiling.up":1000},"reasons":{"ceiling.up":"Réseau hospitalier partagé : 1 Mb/s."}}'
).encode()
_CONTRAST = b'{"default":{"contrast":"high"}}'
SCENES = (
    Scene("10a-proteger", _first_run("protect")),
    Scene("10a-cle-de-secours", _first_run("code")),
    Scene("10a-identite", _first_run("identity")),
    Scene("10a-enrolement", _first_run("import")),
    Scene("10-verrou", _lock),
    Scene("10-verrou-refus", _lock_wrong),
    Scene("12-reglages-sons", _settings("alerts")),
    Scene("12-reglages-messages", _settings("messages"), _FIXED),
    Scene("12-reglages-messages-150", _settings("messages"), b'{"default":{"text.size":150},' + _FIXED[1:]),
    Scene("11-palette", _palette("rcp")),
    Scene("11-palette-ouverte", _palette("")),
    Scene("11-palette-rien", _palette("zzz")),
    Scene("11-aide", _help),
    Scene("13-discretion", _discretion),
    Scene("08-annuaire", _directory("Dr Paul Vasseur", 5)),
    Scene("08-annuaire-1920", _directory("Dr Paul Vasseur", 5), size=FULL_HD),
    Scene("08-annuaire-verifie", _directory("Dr Mei-Lin Tran")),
    Scene("08-annuaire-compare", _directory("Dr Marie-Antoinette", 12)),
    Scene("08-annuaire-postes", _directory("Dr Hélène Marchetti", alarm=True)),
    Scene("08-annuaire-personne", _directory_search("zzz")),
    Scene("08-annuaire-recherche", _directory_search("reanim")),
    Scene("08-annuaire-sans-poste", _directory("Dr Philippe Lagarde")),
    Scene("08-annuaire-liste", _directory_list("circle 2", "Dr Mei-Lin Tran")),
    Scene("08-annuaire-liste-vide", _directory_list("circle 3")),
    Scene("08-annuaire-bloque", _directory_blocked("Dr Julie Lambert")),
    Scene("08-annuaire-scanner", _directory_scan("Dr Marie-Antoinette")),
    Scene("08-annuaire-scanner-150", _directory_scan("Dr Paul Vasseur"), b'{"default":{"text.size":150}}'),
    Scene("08-annuaire-scan-egal", _directory_scan("Dr Paul Vasseur", "equal")),
    Scene("08-annuaire-scan-different", _directory_scan("Dr Paul Vasseur", "different")),
    Scene("08-annuaire-scan-autre-poste", _directory_scan("Dr Paul Vasseur", "desk")),
    Scene("08-annuaire-scan-sans-camera", _directory_scan("Dr Paul Vasseur", trouble="busy")),
    Scene("08-annuaire-150", _directory("Dr Paul Vasseur", 5), b'{"default":{"text.size":150}}'),
    Scene("12-reglages-appareils", _devices),
    Scene("12-reglages-apparence", _settings("appearance")),
    Scene("12-reglages-debit", _settings("line"), _POLICY),
    Scene("12-reglages-150", _settings("line"), b'{"default":{"text.size":150},' + _POLICY[1:]),
    Scene("12-a-propos", _settings("about")),
    Scene("13-annuler", _undo),
    Scene("12-reglages-recherche", _settings_search("débit"), _POLICY),
    Scene("12-reglages-abimes", _broken_settings),
    Scene("11-palette-confrere", _palette("@tran")),
    Scene("14-composants", _gallery_of_components),
    Scene("14-composants-150", _gallery_of_components, b'{"default":{"text.size":150}}'),
)
