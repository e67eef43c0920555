"""Scenes of the meeting: in the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.scenes import stills
from app.scenes.stage import FULL_HD, LAPTOP, Scene
from app.scenes.stills import LINK, NOW_MS
from media.engine import messages as m
from resources.demo.people import TITLE
from storage.messages.records import File, FileState, State

if TYPE_CHECKING:
    from PyQt6.QtCore import QRect

    from app.scenes.stage import Stage


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


def _handed(stage: Stage) -> None:
    """Three documents: an own one, a colleague's report, and one that may be opened for seconds."""
    stage.call(9, sharing=True, speaking=1)
    people = stills.people(9, sharing=True)
    guest = msgspec.structs.replace(people[8], user=b"", trust="guest")
    users = [msgspec.structs.replace(one, user=one.user or bytes([n]) * 16) for n, one in enumerate(people)]
    stage.hear(m.Roster(n=4, people=[*users[:8], guest]))
    me = stills.directory_session().user
    told, number = stage.messages, stage.messages.thread(users[1].user, title=TITLE)
    told.meetings[LINK.invite_hash] = number
    names = "Fiche_RCP_2025-06.pdf", "CR_anatomopathologie_PD-L1.pdf", "Scanner_thorax_coupe_42.png"
    kinds = "application/pdf", "application/pdf", "image/png"
    states = FileState.SENT, FileState.OFFERED, FileState.HERE
    for n, (author, name, kind, state) in enumerate(
        zip((me, users[6].user, users[1].user), names, kinds, states, strict=True)
    ):
        once = n == 2
        file = File(
            n + 1, name, kind, 412_000, state, ephemeral=once, open_within_s=10 * once, shown_for_s=10 * once
        )
        told.put(number, author, "", NOW_MS - (2 - n) * 90_000, files=(file,), state=_STATES[n])
    stage.later(lambda: told.tell(number))
    stage.later(lambda: stage.live().open_documents())


def _handing(stage: Stage) -> None:
    _handed(stage)

    def choose() -> None:
        panel = stage.live().side.documents
        panel.send.click()
        panel.picking.files.chosen.emit("/dossier/Scanner_thorax_coupe_42.png")
        panel.picking.kind.choose("once")
        panel.picking.kind.chosen.emit("once")

    stage.later(choose)


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


def _return_bar(stage: Stage) -> None:
    stage.call(5)
    stage.office.meeting.microphone(True)
    stage.later(lambda: stage.office.window.show_feature("settings"))


_STATES = (State.DELIVERED, State.RECEIVED, State.RECEIVED)
_POLICY = (
    '{"name":"CHVS-2026-11","forced":{"ceiling.up":1000},"reasons":{"ceiling.up":"Réseau hospitalier partagé : 1 Mb/s."}}'
).encode()
_CONTRAST = b'{"default":{"contrast":"high"}}'
SCENES = (
    Scene("02-rcp-imagerie", _stage),
    Scene("02-rcp-imagerie-1536", _stage, size=LAPTOP),
    Scene("02-rcp-imagerie-1920", _stage, size=FULL_HD),
    Scene("02-rcp-discussion", _chat),
    Scene("02-rcp-attente", _lobby),
    Scene("02-rcp-sas-6", _crowd),
    Scene("02-rcp-examiner", _examined),
    Scene("02-rcp-mains", _hands),
    Scene("02-rcp-participants", _people),
    Scene("02-rcp-actions", _acts),
    Scene("02-rcp-micro-coupe", _muted),
    Scene("02-rcp-incidents", _troubles),
    Scene("02-texte-150", _stage, b'{"default":{"text.size":150}}'),
    Scene("02-rcp-contraste", _stage, _CONTRAST),
    Scene("03-galerie-24", _gallery),
    Scene("03-galerie-page-2", _second_page),
    Scene("02-rcp-zoom-pointeurs", _zoomed),
    Scene("02-rcp-plein-ecran", _full),
    Scene("02-rcp-second-ecran", _second_display),
    Scene("03-orateur", _speaker),
    Scene("02-documents", _handed),
    Scene("02-documents-150", _handed, b'{"default":{"text.size":150}}'),
    Scene("02-documents-remettre", _handing),
    Scene("02-partager", _share),
    Scene("02-code", _code),
    Scene("02-plus", _more),
    Scene("13-barre-de-retour", _return_bar),
)
