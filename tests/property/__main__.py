"""`python -m tests.property COUNT [FIRST]`: so many random schedules of messages, from the seed FIRST on; prints what they were, fails at the first that does not hold."""

from __future__ import annotations

import json
import sys
import time

from tests.property.test_mail_schedules import play

STEPS = 45
AT_ONCE = 500


def main(count: int, first: int = 1000) -> None:
    """Run schedules, and say after each 500 of them how far it is: JSON lines."""
    began, late, lost = time.monotonic(), 0, 0
    for at in range(first, first + count, AT_ONCE):
        seeds = range(at, min(at + AT_ONCE, first + count))
        found = play(seeds, STEPS)
        late, lost = late + found[0], lost + found[1]
        seconds = round(time.monotonic() - began)
        said = {"schedules": seeds.stop - first, "late": late, "undelivered": lost, "seconds": seconds}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
