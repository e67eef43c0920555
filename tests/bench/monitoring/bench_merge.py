"""10,000 records of twenty devices about five hundred alerts, in any order, and thousands about one: folded as they come."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING

from app.monitoring.memory import Memory
from app.scenes.stills import NOW_MS
from storage.monitoring.answers import alert_id
from storage.monitoring.life import fold
from storage.monitoring.records import Questionnaire, Record, Step, Symptom
from tests.bench.monitoring.ground import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable

RECORDS, DEVICES, ALERTS, MERGE_S = 10_000, 20, 500, 5.0
LONG, LONG_S = 3_000, 5.0
"""So many records on one alert, each by somebody who knew of those before."""
MINUTE_MS = 60_000
_STEPS = (Step.TAKE, Step.CALL, Step.NOTE, Step.ADVISE, Step.HAND)


def records(dice: random.Random) -> list[Record]:
    """Return what twenty devices said, each knowing what it said itself and now and then what others did."""
    heads: dict[tuple[bytes, int], bytes] = {}
    made = []
    for number in range(RECORDS):
        patient, device = dice.randrange(ALERTS), dice.randrange(DEVICES)
        subject = alert_id(key_of(patient), "SUIVI", f"Q{patient}-0")
        known = {
            heads[subject, other] for other in (device, dice.randrange(DEVICES)) if (subject, other) in heads
        }
        one = Record(
            id=number.to_bytes(16, "big"),
            step=_STEPS[number % len(_STEPS)],
            subject=subject,
            at_ms=NOW_MS + number * MINUTE_MS,
            author=device.to_bytes(16, "big"),
            device=device.to_bytes(16, "big"),
            parents=tuple(sorted(known)),
            text="noté",
            to=((device + 1).to_bytes(16, "big"),),
        )
        heads[subject, device] = one.id
        made.append(one)
    return made


def merged(said: Iterable[Record]) -> tuple[Memory, float]:
    """Return what one desk knows after hearing these records, and how long it took in seconds."""
    memory = Memory(bytes(16))
    for patient in range(ALERTS):
        memory.answer(patient, [_asked(patient)], None)
    begun = time.perf_counter()
    for one in said:
        memory.hear(one)
    return memory, time.perf_counter() - begun


def chain() -> list[Record]:
    """Return what is said about one alert by people who know of each other."""
    subject = alert_id(key_of(0), "SUIVI", "Q0-0")
    made: list[Record] = []
    for number in range(LONG):
        device = (number % DEVICES).to_bytes(16, "big")
        one = Record(
            id=number.to_bytes(16, "big"),
            step=_STEPS[number % len(_STEPS)],
            subject=subject,
            at_ms=NOW_MS + number * MINUTE_MS,
            author=device,
            device=device,
            parents=tuple(each.id for each in made[-1:]),
            text="noté",
            to=(device,),
        )
        made.append(one)
    return made


def _asked(patient: int) -> Questionnaire:
    key = key_of(patient)
    symptom = Symptom("fatigue", "Fatigue", 1 + patient % 4)
    alert = alert_id(key, "SUIVI", f"Q{patient}-0")
    return Questionnaire(
        f"Q{patient}-0", alert, key, patient, "SUIVI", NOW_MS, NOW_MS, (symptom,), raised="Y"
    )


def main() -> None:
    """Merge in two orders, print the result."""
    dice = random.Random(3)
    said = records(dice)
    first, first_s = merged(said)
    other = list(said)
    dice.shuffle(other)
    second, second_s = merged(other)
    same = all(first.life(alert) == second.life(alert) for alert in first.asked)
    line = {
        "name": "merge of 10,000 records of 20 devices, in any order",
        "ratio": round(max(first_s, second_s) / MERGE_S, 3),
        "target": 1.0,
        "unit": f"of {MERGE_S:g} s",
        "detail": {"in_order_s": round(first_s, 2), "shuffled_s": round(second_s, 2), "same": same},
    }
    print(json.dumps(line, ensure_ascii=False))
    long, long_s = merged(chain())
    line = {
        "name": f"{LONG:,} records of one alert, each folded as it comes",
        "ratio": round(long_s / LONG_S, 3),
        "target": 1.0,
        "unit": f"of {LONG_S:g} s",
        "detail": {"s": round(long_s, 2), "whole": long.life(chain()[0].subject) == fold(chain(), 1)},
    }
    print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
