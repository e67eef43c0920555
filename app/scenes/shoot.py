"""`consilium screenshots`: every screen at 1440 x 900 with a fixed clock and invented people.

Each scene is drawn in French and light and in English and dark; those that the design shows also the other way round.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.scenes import agenda as agenda_scenes
from app.scenes import door as door_scenes
from app.scenes import stills
from app.scenes import today as today_scenes
from app.scenes.stills import LINK, NOW_MS, StillArena, StillEngine, StillSignIn
from media.engine import messages as m
from media.errors import LinkLost, LinkRefused, MediaError
from media.link.probe import Seen
from resources.demo.people import ME, TITLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtCore import QRect
    from PyQt6.QtWidgets import QApplication, QWidget

    from app.directory.page import DirectoryPage
    from app.meeting.call.live import LivePage
    from app.meeting.entry.prejoin import PreJoin
    from app.workstation import Office
    from media.link.admission import RelayAddress

_log = logging.getLogger(__name__)
SETTLE_MS = 160
PATIENCE = 60  # looks at a scene that does not come to rest
CALL_MS = 2_530_000


@dataclass(frozen=True)
class Scene:
    """One screen: how to get there from a fresh office."""

    name: str
    play: Callable[[Stage], None]
    policy: bytes = b""


def _at_once(call: Callable[[], object]) -> None:
    call()


class Stage:
    """A fresh office and the strings that move it."""

    def __init__(self, scene: Scene, language: str, theme: str, size: list[int]) -> None:
        from app.config import Policy  # noqa: PLC0415 -- Qt starts in main()
        from app.workstation import Profile, build_office  # noqa: PLC0415

        self.acts: list[Callable[[], object]] = []
        self.look = stills.look
        self.pending = 0
        self.now_ms = NOW_MS
        self.arena = StillArena()
        self.engine = StillEngine(self.arena)
        policy = Policy.parse(scene.policy) if scene.policy else Policy()
        policy.default.update({"language": language, "theme": theme})
        self.office: Office = build_office(
            Profile(
                folder=Path("/nowhere"),
                policy=policy,
                now_ms=lambda: self.now_ms,
                make_engine=lambda: self.engine,
                make_arena=lambda: self.arena,
                make_signin=StillSignIn,
                look=self._look,
                run=_at_once,
                play=lambda _tone: None,
            )
        )
        self.size = size
        self.office.window.resize(*size)
        self.office.window.show()
        self.shown: QWidget = self.office.window
        scene.play(self)

    async def _look(
        self, address: RelayAddress, now_s: Callable[[], float], *, thorough: bool = False
    ) -> Seen:
        return await self.look(address, now_s, thorough=thorough)

    def enter(self) -> None:
        """Unlock."""
        self.office.enter_as(stills.session())
        self.when(lambda: self.office.line.state.looked_ms > 0 or self.office.door.isVisible(), lambda: None)

    def join(self) -> None:
        """Come as far as the pre-join, camera and microphone on."""
        from app.intents import JoinMeeting  # noqa: PLC0415 -- as above

        self.enter()
        self.office.open(JoinMeeting(LINK.format()))
        self.office.meeting.microphone(True)
        self.office.meeting.camera(True)

    def hear(self, *said: m.Message) -> None:
        """Let the engine speak."""
        self.engine.say(said)

    def later(self, act: Callable[[], object]) -> None:
        """Act once the page of the call is there."""
        self.acts.append(act)

    def when(self, ready: Callable[[], bool], act: Callable[[], object]) -> None:
        """Act as soon as *ready*; the picture waits for it."""
        from PyQt6.QtCore import QTimer  # noqa: PLC0415 -- as above

        self.pending += 1
        timer = QTimer(self.office.window)

        def look() -> None:
            if ready():
                timer.stop()
                act()
                self.pending -= 1

        timer.timeout.connect(look)
        timer.start(10)

    def directory(self, name: str = "", groups: int = 0, *, alarm: bool = False) -> DirectoryPage:
        """Open the directory, at the person whose name begins so, with so many groups spelt."""
        from app.trust import News  # noqa: PLC0415 -- as above

        session = stills.directory_session(alarm=alarm)
        self.office.enter_as(session)
        self.office.directory.open(session, stills.shelf(), News("", stills.unexpected() if alarm else ()))
        self.office.window.show_feature("directory")
        page: DirectoryPage = self.office.window.page("directory")  # type: ignore[assignment]  # its own page

        card = page.panel.card

        def spell() -> None:
            for _ in range(groups):
                card.spell.click()

        def choose() -> None:
            page.open_name(name)
            self.when(lambda: card.ready or not name or not card.isVisibleTo(page.panel), spell)

        self.when(lambda: page.model.rowCount() > 0, choose)
        return page

    def prejoin(self) -> PreJoin:
        """Return what is shown before a meeting."""
        page = self.office.window.page("meeting")
        return page.prejoin  # type: ignore[attr-defined,no-any-return]  # the meeting's own page

    def live(self) -> LivePage:
        """Return the page of the running call."""
        page = self.office.window.page("meeting")
        return page.live  # type: ignore[attr-defined,no-any-return]  # the meeting's own page

    def call(self, n: int, *, sharing: bool = False, speaking: int = 4) -> None:
        """Be in the running RCP with *n* people."""
        self.join()
        self.office.meeting.enter()
        self.office.meeting.microphone(False)
        self.now_ms = NOW_MS - CALL_MS
        self.hear(
            m.Phase(phase="in-call", is_host=True, title=TITLE, transport="udp"),
            m.Roster(n=3, people=stills.people(n, sharing=sharing)),
            m.Speaking(slots=[speaking], level=0.0),
            m.Figures(streams=_streams(), rekeys=2, rtt_ms=23, up_kbps=1480, down_kbps=3120),
        )
        self.now_ms = NOW_MS


def _streams() -> list[m.StreamFigures]:
    return [m.StreamFigures(slot=13, name="", stream=2, frames=900, lost=90, p50_ms=40, p95_ms=80)]


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


def _join(stage: Stage) -> None:
    stage.enter()
    stage.office.window.show_feature("meeting")


def _join_refused(stage: Stage) -> None:
    from app.intents import JoinMeeting  # noqa: PLC0415 -- as above

    stage.enter()
    other = LINK.format().replace("relais.chu-champagne", "relais.ailleurs")
    stage.office.open(JoinMeeting(other))


def _prejoin(stage: Stage) -> None:
    stage.now_ms = NOW_MS - 2_520_000 - 720_000
    session = stills.directory_session()
    trust = msgspec.structs.replace(session.trust, head_time=stage.now_ms // 1000 - 600)
    stage.office.enter_as(replace(session, trust=trust))
    _show_invitation(stage)
    stage.office.meeting.microphone(True)
    stage.office.meeting.camera(True)
    stage.hear(m.Speaking(slots=[], level=0.55))
    stage.later(stage.prejoin().muted.click)


def _prejoin_bare(stage: Stage) -> None:
    stage.look = stills.answering(LinkLost("unreachable"))
    stage.enter()
    _show_invitation(stage)
    stage.hear(m.Devices(cameras=[], microphones=[], speakers=[], screens=[], windows=[]))


def _show_invitation(stage: Stage) -> None:
    from app.intents import JoinMeeting  # noqa: PLC0415 -- as above

    stage.office.open(JoinMeeting(LINK.format()))


def _waiting(stage: Stage) -> None:
    stage.join()
    stage.office.meeting.enter()
    stage.hear(m.Phase(phase="waiting", title=TITLE))


def _stage(stage: Stage) -> None:
    stage.call(9, sharing=True, speaking=1)
    knocker = _knocker(1, "Dr Rachel Dumont", "Radiothérapie", "verified")
    stage.hear(m.Lobby(waiting=[knocker]), m.Code(state="ready", digits="41820733"))


def _lobby(stage: Stage) -> None:
    stage.call(6, sharing=False)
    stage.hear(
        m.Lobby(
            waiting=[
                _knocker(1, "M. Caron", "", "guest"),
                _knocker(2, "Dr Rachel Dumont", "Radiothérapie", "certified"),
                _knocker(3, "Dr Yanis Saïdi", "Pneumologie", "changed"),
            ]
        )
    )


def _knocker(knock: int, name: str, specialty: str, trust: str, minutes: int = 0) -> m.Knocker:
    return m.Knocker(
        knock=knock,
        name=name,
        role="doctor" if specialty else "",
        specialty=specialty,
        trust=trust,
        since_ms=NOW_MS - minutes * 60_000,
        user=bytes([knock]) * 16 if trust != "guest" else b"",
    )


def _crowd(stage: Stage) -> None:
    stage.call(14)
    names = (
        "Dr Rachel Dumont",
        "Dr Yanis Saïdi",
        f"Dr {stills.ODD_NAMES[0][3:]}",
        "M. Caron",
        "Dr Lou Petit",
    )
    trusts = ("verified", "changed", "certified", "guest", "certified")
    people = zip(names, trusts, strict=True)
    waiting = [_knocker(n, name, "Radiothérapie", trust, 6 - n) for n, (name, trust) in enumerate(people, 1)]
    stage.hear(m.Lobby(waiting=[*waiting, _knocker(6, "ד״ר מרים כהן-לוי", "Pneumologie", "certified")]))
    stage.later(lambda: stage.live().open_people())


def _examined(stage: Stage) -> None:
    _lobby(stage)

    def examine() -> None:
        stage.live().lobby.rows[1].main.click()

    stage.later(examine)


def _people(stage: Stage) -> None:
    stage.call(17)
    stage.later(lambda: stage.live().open_people())


def _acts(stage: Stage) -> None:
    stage.call(9)
    stage.later(lambda: stage.live().open_people())
    stage.later(lambda: stage.live().side.people.unfold(bytes([4]) * 16))


def _hands(stage: Stage) -> None:
    stage.call(9, sharing=True, speaking=1)
    turns = {4: 1, 2: 2, 0: 3, 6: 4}
    up = [msgspec.structs.replace(one, hand=turns.get(one.slot, 0)) for one in stills.people(9, sharing=True)]
    up = [msgspec.structs.replace(one, state=one.state | 8) if one.hand else one for one in up]
    stage.hear(m.Roster(n=4, people=up))
    stage.later(lambda: stage.live().open_people())


def _muted(stage: Stage) -> None:
    stage.call(9, sharing=True, speaking=1)
    stage.office.meeting.microphone(True)
    stage.hear(m.HostAsked(what="mute", name="Pr Antoine Delcourt"))


def _gallery(stage: Stage) -> None:
    stage.call(24)
    stage.later(lambda: stage.live().flip_side())


def _second_page(stage: Stage) -> None:
    stage.call(40, speaking=27)
    stage.later(lambda: stage.live().flip_side())
    stage.later(lambda: stage.live().wall.turn(1))


def _zoomed(stage: Stage) -> None:
    """Two colleagues point at the lesion, seen larger."""
    stage.call(9, sharing=True, speaking=1)

    def point() -> None:
        canvas = stage.live().wall.shared.canvas
        canvas.set_zoom(canvas.field.to(canvas.zoom, 1.25, (canvas.width() * 0.2, canvas.height() * 0.4)))
        for slot, x, y in ((2, 11_900, 26_500), (4, 20_300, 21_800)):
            stage.hear(m.Pointed(slot=slot, sharer=1, x=x, y=y))

    stage.later(point)


def _full(stage: Stage) -> None:
    stage.call(9, sharing=True, speaking=1)

    def fill() -> None:
        stage.live().full.flip()
        stage.office.window.showNormal()
        stage.office.window.resize(*stage.size)

    stage.later(fill)


class _Display:
    """A display that this machine does not have."""

    def name(self) -> str:
        """Return its name."""
        return "HDMI-1"

    def geometry(self) -> QRect:
        """Return where it would lie."""
        from PyQt6.QtCore import QRect  # noqa: PLC0415 -- as above

        return QRect(20_000, 0, 1920, 1080)


def _second_display(stage: Stage) -> None:
    stage.call(9, sharing=True, speaking=1)

    def move() -> None:
        staging = stage.live().staging
        staging.displays = lambda: [_Display()]
        staging.flip_display()
        assert staging.second is not None
        staging.second.showNormal()
        staging.second.resize(*stage.size)
        stage.shown = staging.second
        stage.hear(m.Pointed(slot=2, sharer=1, x=11_900, y=26_500))

    stage.later(move)


def _frozen(stage: Stage) -> None:
    stage.call(9)

    def wait() -> None:
        wall = stage.live().wall
        wall.freshen(frozenset(look.box for look in wall.looks))
        stage.now_ms += 4_000
        wall.freshen(frozenset(look.box for look in wall.looks if look.slot != 7))
        wall.tick()

    stage.later(wait)


def _lost_share(stage: Stage) -> None:
    stage.call(9, sharing=True, speaking=3)

    def lose() -> None:
        people = stills.people(9, sharing=True)
        gone = [msgspec.structs.replace(one, live=one.slot != 1) for one in people]
        stage.hear(m.Roster(n=4, people=gone))
        stage.now_ms += 4_000
        wall = stage.live().wall
        wall.freshen(frozenset(look.box for look in wall.looks if look.slot != 1))
        stage.live().second()

    stage.later(lose)


def _reconnecting(stage: Stage) -> None:
    stage.call(9)
    stage.later(lambda: stage.hear(m.Phase(phase="reconnecting", is_host=True, title=TITLE, attempt=2)))


def _speaker(stage: Stage) -> None:
    stage.call(7)
    stage.later(lambda: stage.live().choose_view("speaker"))


def _chat(stage: Stage) -> None:
    stage.call(9, sharing=True, speaking=1)
    said = (
        (6, "Dr Paul Vasseur", "PD-L1 relu en double lecture : 60 %."),
        (2, "Pr Antoine Delcourt", "N2 multi-sites, pas d'indication chirurgicale d'emblée."),
        (
            0,
            "Dr Hélène Marchetti",
            "Merci. Radio-chimiothérapie concomitante, puis réévaluation à six semaines.",
        ),
    )
    lines = [
        m.ChatLine(slot=s, name=n, text=t, at_ms=NOW_MS - 120_000 + i * 40_000)
        for i, (s, n, t) in enumerate(said)
    ]
    stage.hear(*lines)
    stage.later(lambda: stage.live().open_chat())


def _share(stage: Stage) -> None:
    stage.call(5)
    stage.later(lambda: stage.live().open_share())


def _code(stage: Stage) -> None:
    stage.call(5)
    stage.hear(m.Code(state="ready", digits="41820733"))
    stage.later(lambda: stage.live().open_code())


def _more(stage: Stage) -> None:
    stage.call(5)
    stage.later(lambda: stage.live().open_more())


def _troubles(stage: Stage) -> None:
    stage.call(9, sharing=True, speaking=1)
    stage.hear(
        m.Phase(phase="reconnecting", is_host=True, title=TITLE),
        m.Trouble(code="not-received", name="Dr Paul Vasseur", slot=6),
        m.DeviceState(kind="camera", on=False, code="unplugged"),
        m.Trouble(code="frame-forged", name="Dr Inès Belkacem", slot=3),
    )


def _line(answer: Seen | MediaError, section: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        stage.look = stills.answering(answer)
        stage.enter()
        stage.office.window.show_feature(section)
        stage.when(lambda: stage.office.line.state.looked_ms > 0, stage.office.window.tick)

    return play


def _return_bar(stage: Stage) -> None:
    stage.call(5)
    stage.office.meeting.microphone(True)
    stage.later(lambda: stage.office.window.show_feature("settings"))


def _network(stage: Stage) -> None:
    stage.call(5)
    stage.office.meeting.set_ceiling(300, 600)
    stage.office.meeting.camera(True)
    for frames, lost in ((900, 90), (1_800, 180)):
        streams = [
            m.StreamFigures(slot=slot, name="", stream=2, frames=frames, lost=lost, p50_ms=60, p95_ms=180)
            for slot in (1, 2, 3)
        ]
        figures = m.Figures(
            streams=streams,
            rekeys=2,
            rtt_ms=84,
            up_kbps=270,
            down_kbps=410,
            jitter_ms=48,
            sacrificed=["received", "camera"],
        )
        stage.hear(figures)
    stage.later(lambda: stage.live().open_network())


def _removed(stage: Stage) -> None:
    stage.call(5)
    stage.hear(m.Phase(phase="ended", reason="removed", title=TITLE))


def _unreachable(stage: Stage) -> None:
    stage.join()
    stage.office.meeting.enter()
    stage.hear(m.Phase(phase="ended", reason="unreachable", title=TITLE))


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
        today_scenes.today(12)(stage)
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


_POLICY = (
    '{"name":"CHVS-2026-11","forced":{"ceiling.up":1000},"reasons":{"ceiling.up":"Réseau hospitalier partagé : 1 Mb/s."}}'
).encode()
_CONTRAST = b'{"default":{"contrast":"high"}}'
SCENES = (
    Scene("10a-proteger", _first_run("protect")),
    Scene("10a-cle-de-secours", _first_run("code")),
    Scene("10a-identite", _first_run("identity")),
    Scene("10a-enrolement", _first_run("import")),
    Scene("10a-accepter", door_scenes.accept),
    Scene("10a-nouvel-utilisateur", door_scenes.newcomer),
    Scene("10a-dossier-ferme", door_scenes.closed_folder),
    Scene("10-verrou", _lock),
    Scene("10-verrou-compteurs", door_scenes.counts),
    Scene("10-verrou-reunion", door_scenes.calling),
    Scene("10-verrou-long-nom", door_scenes.long_name),
    Scene("10-verrou-attente", door_scenes.waits),
    Scene("10-verrou-majuscules", door_scenes.caps),
    Scene("10-verrou-secours", door_scenes.recovery),
    Scene("10-verrou-trousseau-perdu", door_scenes.refused("keyring-lost")),
    Scene("10-verrou-abime", door_scenes.refused("damaged")),
    Scene("10-verrou-plus-recent", door_scenes.refused("too-new")),
    Scene("10-verrou-150", door_scenes.counts, b'{"default":{"text.size":150}}'),
    Scene("10-utilisateurs", door_scenes.two_users),
    Scene("10-utilisateurs-nombreux", door_scenes.many_users),
    Scene("10-utilisateurs-reunion", door_scenes.ask_leave),
    Scene("10-verrou-refus", _lock_wrong),
    Scene("01-aujourdhui", today_scenes.today(12)),
    Scene("01-aujourdhui-autres", today_scenes.today(-42, 12, 14, alarm=True)),
    Scene("01-aujourdhui-rien", today_scenes.today(calm=True)),
    Scene("01-aujourdhui-erreur", today_scenes.today(broken=True)),
    Scene("01-aujourdhui-hors-ligne", today_scenes.today(12, away=True)),
    Scene("01-aujourdhui-150", today_scenes.today(12), b'{"default":{"text.size":150}}'),
    Scene("01-aujourdhui-contraste", today_scenes.today(12), _CONTRAST),
    Scene("04-rejoindre", _join),
    Scene("04-lien-refuse", _join_refused),
    Scene("02-agenda", agenda_scenes.agenda()),
    Scene("02-agenda-annulee", agenda_scenes.agenda(7)),
    Scene("02-agenda-vide", agenda_scenes.empty),
    Scene("02-agenda-longue", agenda_scenes.many),
    Scene("02-agenda-annuler", agenda_scenes.calling_off),
    Scene("02-agenda-150", agenda_scenes.agenda(), b'{"default":{"text.size":150}}'),
    Scene("02-convoquer", agenda_scenes.new),
    Scene("02-convoquer-refus", agenda_scenes.refused),
    Scene("02-convoquer-150", agenda_scenes.new, b'{"default":{"text.size":150}}'),
    Scene("02-invitation", agenda_scenes.handout()),
    Scene("02-invitation-annulee", agenda_scenes.handout(cancelled=True)),
    Scene("04-avant-de-rejoindre", _prejoin),
    Scene("04-avant-sans-rien", _prejoin_bare),
    Scene("04-avant-150", _prejoin, b'{"default":{"text.size":150}}'),
    Scene("04-sas", _waiting),
    Scene("02-rcp-imagerie", _stage),
    Scene("02-rcp-discussion", _chat),
    Scene("02-rcp-attente", _lobby),
    Scene("02-rcp-sas-6", _crowd),
    Scene("02-rcp-examiner", _examined),
    Scene("02-rcp-mains", _hands),
    Scene("02-rcp-participants", _people),
    Scene("02-rcp-actions", _acts),
    Scene("02-rcp-micro-coupe", _muted),
    Scene("12-reglages-sons", _settings("alerts")),
    Scene("02-rcp-incidents", _troubles),
    Scene("02-texte-150", _stage, b'{"default":{"text.size":150}}'),
    Scene("02-rcp-contraste", _stage, _CONTRAST),
    Scene("03-galerie-24", _gallery),
    Scene("03-galerie-page-2", _second_page),
    Scene("02-rcp-zoom-pointeurs", _zoomed),
    Scene("02-rcp-plein-ecran", _full),
    Scene("02-rcp-second-ecran", _second_display),
    Scene("13-reseau-fige", _frozen),
    Scene("13-partage-perdu", _lost_share),
    Scene("13-reconnexion", _reconnecting),
    Scene("03-orateur", _speaker),
    Scene("02-partager", _share),
    Scene("02-code", _code),
    Scene("02-plus", _more),
    Scene("13-retire", _removed),
    Scene("13-injoignable", _unreachable),
    Scene("11-palette", _palette("rcp")),
    Scene("11-palette-ouverte", _palette("")),
    Scene("11-palette-rien", _palette("zzz")),
    Scene("11-aide", _help),
    Scene("13-discretion", _discretion),
    Scene("08-annuaire", _directory("Dr Paul Vasseur", 5)),
    Scene("08-annuaire-verifie", _directory("Dr Mei-Lin Tran")),
    Scene("08-annuaire-compare", _directory("Dr Marie-Antoinette", 12)),
    Scene("08-annuaire-postes", _directory("Dr Hélène Marchetti", alarm=True)),
    Scene("08-annuaire-personne", _directory_search("zzz")),
    Scene("08-annuaire-recherche", _directory_search("reanim")),
    Scene("08-annuaire-150", _directory("Dr Paul Vasseur", 5), b'{"default":{"text.size":150}}'),
    Scene("12-reglages-appareils", _devices),
    Scene("12-reglages-apparence", _settings("appearance")),
    Scene("12-reglages-debit", _settings("line"), _POLICY),
    Scene("12-reglages-150", _settings("line"), b'{"default":{"text.size":150},' + _POLICY[1:]),
    Scene("12-a-propos", _settings("about")),
    Scene("13-annuler", _undo),
    Scene("13-barre-de-retour", _return_bar),
    Scene("13-reseau", _network),
    Scene("13-hors-ligne", _line(LinkLost("unreachable"), "meeting")),
    Scene("13-relais-ancien", _line(LinkRefused("relay-too-old"), "settings")),
    Scene("13-relais-inconnu", _line(LinkRefused("relay-impostor"), "settings")),
    Scene("13-horloge", _line(Seen(rtt_ms=23, transport="tls", skew_s=-760), "settings")),
    Scene("12-reglages-recherche", _settings_search("débit"), _POLICY),
    Scene("12-reglages-abimes", _broken_settings),
    Scene("11-palette-confrere", _palette("@tran")),
    Scene("14-composants", _gallery_of_components),
    Scene("14-composants-150", _gallery_of_components, b'{"default":{"text.size":150}}'),
)


DESIGNED = (
    *(
        "01-aujourdhui",
        "02-agenda",
        "02-rcp-imagerie",
        "03-galerie-24",
        "04-avant-de-rejoindre",
        "08-annuaire",
    ),
    *(
        "10a-proteger",
        "10-verrou-compteurs",
        "11-palette",
        "12-reglages-debit",
        "13-reconnexion",
        "14-composants",
    ),
)


def _shots(only: str, languages: str, themes: str) -> list[tuple[Scene, str, str]]:
    """Return what to draw; without *languages* and *themes* no combination that shows nothing new."""

    def wanted(scene: Scene, language: str, theme: str) -> bool:
        usual = (language, theme) in (("fr", "light"), ("en", "dark"))
        return only in scene.name and (bool(languages or themes) or usual or scene.name in DESIGNED)

    return [
        (scene, language, theme)
        for language in (languages or "fr,en").split(",")
        for theme in (themes or "light,dark").split(",")
        for scene in SCENES
        if wanted(scene, language, theme)
    ]


class Photographer:
    """Plays one scene after the other and saves each when it has settled."""

    def __init__(
        self, app: QApplication, shots: list[tuple[Scene, str, str]], size: list[int], out: Path
    ) -> None:
        self._app, self._shots, self._size, self._out = app, shots, size, out
        self._patience = PATIENCE
        self._stage: Stage | None = None

    def next(self) -> None:
        """Set the next scene, or end."""
        if not self._shots:
            self._app.quit()
            return
        self._patience = PATIENCE
        self._stage = Stage(*self._shots[0], self._size)
        self._soon(self._act)

    def _soon(self, step: Callable[[], None], *, waited: bool = False) -> None:
        """Take the next *step* once the scene waits for nothing and has come to rest."""
        from PyQt6.QtCore import QTimer  # noqa: PLC0415 -- as above

        def look() -> None:
            assert self._stage is not None
            if not self._stage.pending:
                self._soon(step) if waited else step()
            elif self._patience:
                self._patience -= 1
                self._soon(step, waited=True)
            else:
                _log.error("%s: what it waits for does not come", self._shots[0][0].name)
                self._app.exit(1)

        QTimer.singleShot(SETTLE_MS, look)

    def _act(self) -> None:
        assert self._stage is not None
        for act in self._stage.acts:
            act()
        self._soon(self._settle)

    def _settle(self) -> None:
        assert self._stage is not None
        self._stage.office.window.tick()
        self._soon(self._save)

    def _save(self) -> None:
        from PyQt6.QtCore import QTimer  # noqa: PLC0415 -- as above

        assert self._stage is not None
        scene, language, theme = self._shots.pop(0)
        office = self._stage.office
        self._stage.shown.grab().save(str(self._out / f"{scene.name}-{language}-{theme}.png"))
        self._stage.shown.close()
        office.window.close()
        office.window.deleteLater()
        QTimer.singleShot(0, self.next)


def main(argv: Sequence[str]) -> int:
    """Render the screens; returns the exit status."""
    parser = argparse.ArgumentParser(prog="consilium screenshots")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="part of a scene's name")
    parser.add_argument("--size", default="1440x900", help="logical pixels")
    parser.add_argument("--themes", default="", help="light,dark")
    parser.add_argument("--languages", default="", help="fr,en")
    chosen = parser.parse_args(argv)
    chosen.out.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["TZ"] = "Europe/Paris"
    time.tzset()

    from PyQt6.QtCore import QTimer  # noqa: PLC0415 -- the platform is chosen above
    from PyQt6.QtWidgets import QApplication  # noqa: PLC0415 -- as above

    app = QApplication(["consilium"])
    app.setQuitOnLastWindowClosed(False)
    app.setCursorFlashTime(0)  # the same pixels each time
    shots = _shots(chosen.only, chosen.languages, chosen.themes)
    photographer = Photographer(app, shots, [int(side) for side in chosen.size.split("x")], chosen.out)
    QTimer.singleShot(0, photographer.next)
    return int(app.exec())
