"""All that is known of one monitored patient: for programs line by line, for people on paper, each signature verified. No Qt."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from app.i18n import tr, trn
from app.monitoring.ports import Proof
from app.monitoring.proving import prove
from app.monitoring.recorded import read
from app.monitoring.report import Heading, Paper, Prose, patient_line, questionnaire, steps
from app.monitoring.stock import about
from app.times import Site
from storage.monitoring.answers import patient_id, silence_id
from storage.monitoring.life import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from app.interop.mapping import Mapping as Table
    from app.monitoring.memory import Memory
    from app.monitoring.report import Block, Name
    from media.keys.certs import DeviceCert
    from storage.monitoring.records import Life, Questionnaire, Record
    from storage.monitoring.trace import Kept

FORMAT = "consilium-trace/1"


@dataclass(frozen=True)
class Traced:
    """All that is known of one monitored patient. `lines`: objects for JSON lines; `paper`: the same for people.

    `proofs`: how many signatures hold, are broken, or are of certificates that this desk does not know; `missing`: records that
    others name as known to them and that are not here.
    """

    lines: tuple[dict[str, Any], ...] = field(repr=False)
    paper: Paper = field(repr=False)
    proofs: Mapping[Proof, int]
    missing: int = 0

    @property
    def jsonl(self) -> bytes:
        """One JSON object a line, UTF-8."""
        return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in self.lines).encode()


@dataclass(frozen=True)
class Trace:
    """Puts one patient's trace together; in a worker thread, since every signature is verified."""

    memory: Memory
    told: Sequence[Questionnaire]
    name: Name
    certificate: Callable[[bytes], DeviceCert | None]
    now_ms: int
    table: Table

    def tell(self, signed: Sequence[Kept], rules: Sequence[Kept]) -> Traced:
        """Return the trace of *signed* records, and of the *rules* that held."""
        certificates: dict[bytes, DeviceCert] = {}
        proofs = {one.id: prove(one, partial(self._find, certificates)) for one in (*signed, *rules)}
        records = {one.id: read(one) for one in signed}
        named = {parent for one in records.values() if one is not None for parent in one.parents}
        counts = {proof: sum(one is proof for one in proofs.values()) for proof in Proof}
        missing = len(named - records.keys())
        lives = self._lives()
        lines = (
            self._patient(counts, missing),
            *map(self._asked, self.told),
            *(self._record(one, records[one.id], proofs[one.id], lives) for one in signed),
            *(self._rule(one, proofs[one.id]) for one in rules),
            *(_certificate(one) for one in certificates.values()),
        )
        return Traced(lines, self._paper(lives, proofs, counts, missing), counts, missing)

    def _find(self, seen: dict[bytes, DeviceCert], cert_hash: bytes) -> DeviceCert | None:
        found = self.certificate(cert_hash)
        if found is not None:
            seen[cert_hash] = found
        return found

    def _lives(self) -> dict[bytes, Life]:
        """Return how each subject stands."""
        grades = {one.alert: one.grade for one in self.told}
        service = {
            name: self.memory.service_of(one.alert)
            for one in self.told
            for name in about([one], self.memory.numbers(one.person))
        }
        found = {}
        for subject, its in service.items():
            counted = [one for one in self.memory.every(subject) if its.counts(one.author, one.at_ms)]
            found[subject] = fold(counted, grades.get(subject, -1))
        return found

    # --- for programs --------------------------------------------------------------------------------------

    @property
    def _site(self) -> Site:
        return Site(self.memory.service_of(self.told[-1].alert).hours.zone)

    def _at(self, ms: int) -> str | None:
        return self._site.at(ms).isoformat(timespec="milliseconds") if ms else None

    def _person(self, user: bytes) -> dict[str, str]:
        return {"user": user.hex(), "name": self.name(user)}

    def _patient(self, counts: Mapping[Proof, int], missing: int) -> dict[str, Any]:
        who = self.memory.who(self.told[-1])
        numbers = sorted({(one.key.authority, one.key.ipp) for one in self.told})
        return {
            "type": "patient",
            "format": FORMAT,
            "name": who.name or None,
            "birth": who.birth or None,
            "sex": who.sex or None,
            "identity_status": who.status or None,
            "numbers": [{"authority": authority, "ipp": ipp} for authority, ipp in numbers],
            "exported_at": self._at(self.now_ms),
            "exported_by": self._person(self.memory.me),
            "signatures": {str(proof): count for proof, count in counts.items()},
            "missing": missing,
        }

    def _asked(self, one: Questionnaire) -> dict[str, Any]:
        symptoms = [
            {
                "code": each.code,
                "label": each.label,
                "grade": _grade(each.grade),
                "before": _grade(each.before),
            }
            | {"answers": dict(each.answers)}
            for each in one.symptoms
        ]
        vitals = [
            {"code": each.code, "label": each.label, "value": each.value, "unit": each.unit}
            for each in one.vitals
        ]
        return {
            "type": "questionnaire",
            "alert": one.alert.hex(),
            "platform": one.platform,
            "number": one.id,
            "unit": one.unit,
            "answered_at": self._at(one.answered_ms),
            "received_at": self._at(one.received_ms),
            "raised": one.raised or None,
            "corrected": one.corrected,
            "cancelled": one.cancelled and not one.double,
            "double": one.double,
            "grade": _grade(one.grade),
            "symptoms": symptoms,
            "vitals": vitals,
            "text": one.said,
            "warnings": list(one.warnings),
        }

    def _record(
        self, kept: Kept, one: Record | None, proof: Proof, lives: Mapping[bytes, Life]
    ) -> dict[str, Any]:
        line = {"type": "record", "about": self._about(kept.subject), **self._signed(kept, proof)}
        if one is None:
            return line | {"step": None}
        rows = {row.record.id: row for row in lives[kept.subject].rows}
        row = rows.get(one.id)
        return line | {
            "step": str(one.step),
            "parents": [each.hex() for each in one.parents],
            "text": one.text,
            "reason": one.reason or None,
            "grade": _grade(one.grade),
            "to": [self._person(user) for user in one.to],
            "until": self._at(one.until_ms),
            "symptom": one.symptom or None,
            "step_about": one.about.hex() or None,
            "minutes": one.minutes,
            "reached": one.reached,
            "rules_version": one.version or None,
            "counts": row is not None,
            "void": str(row.void) if row is not None and row.void is not None else None,
        }

    def _rule(self, kept: Kept, proof: Proof) -> dict[str, Any]:
        held = (one for its in self.memory.services.values() for one in its.versions if one.id == kept.id)
        policy = next((one.policy for one in held), None)
        line = {"type": "rules", **self._signed(kept, proof), "counts": policy is not None}
        if policy is None:
            return line
        return line | {
            "service": policy.service,
            "title": policy.title,
            "version": policy.number,
            "note": policy.note,
        }

    def _signed(self, kept: Kept, proof: Proof) -> dict[str, Any]:
        return {
            "id": kept.id.hex(),
            "subject": kept.subject.hex(),
            "at": self._at(kept.at_ms),
            "received_at": self._at(kept.came_ms),
            "author": self._person(kept.author),
            "device": kept.device.hex(),
            "signature": str(proof),
            "header": base64.b64encode(kept.proof).decode(),
            "box": base64.b64encode(kept.box).decode(),
        }

    def _about(self, subject: bytes) -> str:
        if subject in {one.alert for one in self.told}:
            return "alert"
        return "patient" if subject in self._named else "silence"

    @property
    def _named(self) -> dict[bytes, Questionnaire]:
        """What records on the patient are about, and a questionnaire of theirs."""
        last = self.told[-1]
        numbers = self.memory.numbers(last.person)
        return {patient_id(key): last for key in sorted(numbers, key=lambda one: (one.authority, one.ipp))}

    # --- for people ----------------------------------------------------------------------------------------

    def _paper(
        self,
        lives: Mapping[bytes, Life],
        proofs: Mapping[bytes, Proof],
        counts: Mapping[Proof, int],
        missing: int,
    ) -> Paper:
        blocks: list[Block] = [Heading(tr("monitoringout.trace"), 1), Prose(_verdict(counts, missing))]
        for one in self.told:
            blocks += questionnaire(one, self._site, self.table)
            blocks += self._steps(lives[one.alert], one, proofs)
            silence = lives[silence_id(one.key, one.platform, one.id)]
            if silence.rows:
                blocks += (Prose(tr("monitoringout.cause.silence")), *self._steps(silence, one, proofs))
        patient = self._named
        if any(lives[subject].rows for subject in patient):
            blocks.append(Heading(tr("monitoringout.trace.patient")))
            for subject, one in patient.items():
                blocks += self._steps(lives[subject], one, proofs)
        blocks.append(Prose(tr("monitoringout.decides_nothing")))
        by, at = self.name(self.memory.me), self._site.moment(self.now_ms)
        head = patient_line(self.memory.who(self.told[-1]))
        return Paper(head, tr("monitoringout.foot.report", at=at, name=by), tuple(blocks))

    def _steps(self, life: Life, one: Questionnaire, proofs: Mapping[bytes, Proof]) -> Iterator[Block]:
        def signature(record: Record) -> str:
            return tr(f"monitoringout.signature.{proofs.get(record.id, Proof.BROKEN)}")

        if life.rows:
            service = self.memory.service_of(one.alert)
            yield steps(life.rows, service, self.name, self._site, self.table, signature)


def _verdict(counts: Mapping[Proof, int], missing: int) -> str:
    """Return what the signatures come to."""
    total = sum(counts.values())
    parts = [trn("monitoringout.signatures", total)]
    if counts[Proof.HOLDS] == total and not missing:
        return f"{parts[0]} {tr('monitoringout.signatures.hold')}" if total else parts[0]
    wrong = ((Proof.BROKEN, counts[Proof.BROKEN]), (Proof.UNKNOWN, counts[Proof.UNKNOWN]))
    parts += [trn(f"monitoringout.signatures.{proof}", count) for proof, count in wrong if count]
    parts += [trn("monitoringout.signatures.missing", missing)] if missing else []
    return " ".join(parts)


def _grade(value: int) -> int | None:
    return value if value >= 0 else None


def _certificate(one: DeviceCert) -> dict[str, Any]:
    signed = base64.b64encode(one.signed).decode()
    return {
        "type": "certificate",
        "hash": one.hash.hex(),
        "user": one.user.hex(),
        "device": one.device_id.hex(),
        "name": one.name,
        "role": one.role,
        "signed": signed,
    }
