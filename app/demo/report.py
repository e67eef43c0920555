"""What a demo found: the JSON report, the checks that decide its exit status, and a short summary for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec

from app.demo import orders
from resources.demo.monitoring import COURSES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.demo.orders import Asked, Counted, Posted, StreamCount, Watched

MOST_LOST = 0.001
MOST_MADE_UP = 0.05
"""Share of the sound heard at the workstation; the end of every talk spurt costs some."""
CODE_DIGITS = 8
MOST_TOLD = 5
QUESTIONNAIRES = len(COURSES)
"""Of this day: one of those who answer is silent, one more answers while the demo runs."""
_SENSES = (("n'a pas vu", ("thumbnail", "camera")), ("n'a pas entendu", ("voice",)))
"""A face that is shown large comes as the camera's stream instead of the thumbnail."""


@dataclass
class Findings:
    """All figures of one demo, each counted in a running program."""

    expected: Sequence[str]
    duration_s: float = 0.0
    codes: dict[str, str] = field(default_factory=dict)
    counts: dict[str, Counted] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    packets: Mapping[str, int] = field(default_factory=dict)
    screenshots: list[str] = field(default_factory=list)
    kept: int = 0
    refused: int = 0
    """HL7 messages of the simulated GAM and laboratory, as their systems were answered."""
    posted: Posted | None = None
    """Sealed messages, as the desks that wrote them know."""

    asked: Asked | None = None
    """Messages of the telemonitoring platform, as it was answered."""
    watched: dict[str, Watched] = field(default_factory=dict)
    """How alerts stand, as each desk of the service sees it."""
    desks: int = 2
    """How many desks see them: the doctor's and the nurse's, and the second nurse's where she has a window."""
    recorded: int = 0
    """Summaries of closed alerts that the hospital's record keeps."""

    def hear(self, news: orders.Order) -> None:
        """Keep what a player counted, saw or did."""
        match news:
            case orders.CodeShown(name=name, digits=digits):
                self.codes[name] = digits
            case orders.Counted(name=name):
                self.counts[name] = news
            case orders.Posted():
                self.posted = news
            case orders.Asked():
                self.asked = news
            case orders.Watched(name=name):
                self.watched[name] = news
            case orders.Acknowledged(kept=kept, refused=refused):
                self.kept, self.refused = kept, refused
            case orders.Photographed(path=path):
                self.screenshots.append(path)
            case orders.Failed(name=name, code=code):
                self.failures.append((name, code))

    def complete(self, desks: int) -> bool:
        """Tell whether the desks that write have counted, and so many of the service."""
        return self.posted is not None and len(self.watched) >= desks

    def streams(self) -> list[StreamCount]:
        """Return every stream of every participant."""
        return [one for counted in self.counts.values() for one in counted.streams]

    @property
    def frames(self) -> int:
        """Frames received, over all participants."""
        return sum(one.frames for one in self.streams())

    @property
    def lost_share(self) -> float:
        """Share of the frames that never came, 0..1."""
        lost = sum(one.lost for one in self.streams())
        return lost / max(1, lost + self.frames)

    @property
    def made_up_share(self) -> float:
        """Share of the voices at the workstation that was played without a frame, 0..1."""
        made_up = sum(one.made_up for one in self.streams())
        return made_up / max(1, made_up + sum(one.frames for one in self.streams() if one.made_up))

    @property
    def rekeys(self) -> int:
        """How often the participant who saw most of the meeting changed its key."""
        return max((counted.rekeys for counted in self.counts.values()), default=0)


def as_json(findings: Findings) -> dict[str, Any]:
    """Return the report."""
    return {
        "duration_s": round(findings.duration_s, 2),
        "participants": [
            {
                "name": name,
                "call_code": findings.codes.get(name, ""),
                "streams": [_stream(one) for one in findings.counts[name].streams]
                if name in findings.counts
                else [],
            }
            for name in findings.expected
        ],
        "rekeys": findings.rekeys,
        "relay": dict(findings.packets),
        "hl7": {"kept": findings.kept, "refused": findings.refused},
        "messages": _posted(findings.posted),
        "monitoring": _monitored(findings),
        "screenshots": findings.screenshots,
    }


def _posted(posted: Posted | None) -> dict[str, int]:
    if posted is None:
        return {}
    return {
        "sent": posted.sent,
        "delivered": posted.delivered,
        "read": posted.read,
        "held": posted.held,
    }


def _monitored(findings: Findings) -> dict[str, Any]:
    asked = findings.asked
    told = {"kept": asked.kept, "refused": asked.refused, "today": asked.today} if asked else {}
    desks = [msgspec.structs.asdict(one) for _, one in sorted(findings.watched.items())]
    return {"platform": told, "desks": desks, "recorded": findings.recorded}


def _stream(one: StreamCount) -> dict[str, Any]:
    age = {"p50": one.p50_ms, "p95": one.p95_ms}
    return {
        "from": one.sender,
        "kind": one.kind,
        "frames": one.frames,
        "lost": one.lost,
        "latency_ms": age,
    } | ({"made_up": one.made_up} if one.made_up else {})


def problems(findings: Findings) -> list[str]:
    """Return what a meeting should have had and this one had not, in words; empty when all is well."""
    return [
        *_missing(findings),
        *_codes(findings),
        *_losses(findings),
        *_hl7(findings),
        *_letters(findings),
        *_alerts(findings),
    ]


def _letters(findings: Findings) -> list[str]:
    posted = findings.posted
    if posted is None:
        return ["les messages scellés n'ont pas été comptés"]
    if posted.delivered < posted.sent or not posted.sent:
        return [f"{posted.delivered} messages scellés remis sur {posted.sent}"]
    return []


def _alerts(findings: Findings) -> list[str]:
    """Return what the service's day should have had."""
    asked, desks = findings.asked, list(findings.watched.values())
    if asked is None or asked.refused or asked.today != QUESTIONNAIRES:
        return [
            f"{asked.today if asked else 0} questionnaires du jour gardés, {asked.refused if asked else 0} refusés"
        ]
    if len(desks) < findings.desks:
        return [f"{len(desks)} postes ont compté leurs alertes au lieu de {findings.desks}"]
    expected = (
        ("une alerte de chaque grade", all(all(one.by_grade[1:5]) for one in desks)),
        ("une escalade et sa réponse", all(one.escalated and one.answered for one in desks)),
        ("une alerte hors délai et un patient silencieux", all(one.overdue and one.silent for one in desks)),
        ("les mêmes listes à tous les postes", len({_lists(one) for one in desks}) == 1),
        ("un résumé de clôture dans le dossier", findings.recorded and any(one.accepted for one in desks)),
    )
    return [f"télésuivi : il manque {what}" for what, holds in expected if not holds]


def _lists(one: Watched) -> tuple[int, ...]:
    return one.todo, one.in_hand, one.escalated, one.answered, one.closed


def _hl7(findings: Findings) -> list[str]:
    if findings.refused or not findings.kept:
        return [f"le poste a gardé {findings.kept} messages HL7 et en a refusé {findings.refused}"]
    return []


def _missing(findings: Findings) -> list[str]:
    found = []
    for name in findings.expected:
        counted = findings.counts.get(name)
        if counted is None:
            found.append(f"{name} n'a rien compté")
            continue
        arrived = {(one.sender, one.kind) for one in counted.streams if one.frames}
        for other in findings.expected:
            found += [
                f"{name} {did_not} {other}"
                for did_not, kinds in _SENSES
                if other != name and not any((other, kind) in arrived for kind in kinds)
            ]
    return found


def _codes(findings: Findings) -> list[str]:
    codes = {findings.codes.get(name, "") for name in findings.expected}
    if len(codes) == 1 and all(len(code) == CODE_DIGITS and code.isdigit() for code in codes):
        return []
    return ["les codes d'appel ne sont pas tous présents et égaux"]


def _losses(findings: Findings) -> list[str]:
    found = []
    if findings.lost_share > MOST_LOST:
        found.append(f"{_percent(findings.lost_share)} des images et des sons perdus (0,1 % au plus)")
    if findings.made_up_share > MOST_MADE_UP:
        found.append(f"{_percent(findings.made_up_share)} des sons comblés au poste du médecin (5 % au plus)")
    return found


def summary(findings: Findings) -> str:
    """Return the figures in a few French lines."""
    streams = [one for one in findings.streams() if one.frames]
    middle = median(one.p50_ms for one in streams) if streams else 0.0
    late = max((one.p95_ms for one in streams), default=0.0)
    packets = findings.packets
    lines = [
        f"RCP de démonstration : {len(findings.counts)} participants, {findings.duration_s:.0f} s",
        f"Codes d'appel : {_spoken(findings.codes)}",
        f"Images et sons reçus : {_number(findings.frames)}, perdus {_percent(findings.lost_share)}",
        f"Sons comblés au poste du médecin : {_percent(findings.made_up_share)}",
        f"Délai capture → reçu : médiane {middle:.0f} ms, pire p95 {late:.0f} ms".replace(".", ","),
        f"Changements de clé : {findings.rekeys}",
        f"Relais : {_number(packets.get('packets_in', 0))} paquets reçus, {_number(packets.get('packets_out', 0))} remis",
    ]
    lines.append(
        f"Messages HL7 de la GAM et du laboratoire : {findings.kept} acquittés, {findings.refused} refusés"
    )
    if posted := findings.posted:
        held = f", {posted.held} en attente d'une clé à comparer" if posted.held else ""
        came = f"{posted.sent} envoyés, {posted.delivered} remis, {posted.read} lus{held}"
        lines.append(f"Messages scellés entre postes : {came}")
    lines += _told_of_alerts(findings)
    told = Counter(code for _, code in findings.failures)
    lines += [f"Incident signalé : {code}, {count} fois" for code, count in told.most_common(MOST_TOLD)]
    lines += [f"Capture d'écran : {path}" for path in findings.screenshots]
    return "\n".join(lines)


def _told_of_alerts(findings: Findings) -> list[str]:
    asked, one = findings.asked, next(iter(findings.watched.values()), None)
    if asked is None or one is None:
        return []
    did = f"{one.escalated} escaladées, {one.answered} réponse du médecin, {one.closed} closes"
    return [
        f"Télésuivi : {asked.today} questionnaires du jour, {one.todo} alertes à traiter, {did}",
        f"Hors délai : {one.overdue} ; sans réponse : {one.silent} ; résumés au dossier : {findings.recorded}",
    ]


def _spoken(codes: Mapping[str, str]) -> str:
    distinct = set(codes.values())
    if len(distinct) > 1:
        return f"{len(codes)} lus, différents !"
    return "".join(f"{len(codes)} lus, {code[:4]} {code[4:]}" for code in distinct) or "aucun lu"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def _percent(share: float) -> str:
    return f"{share * 100:.3f}\u202f%".replace(".", ",")
