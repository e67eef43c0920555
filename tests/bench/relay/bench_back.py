"""How long the last of a meeting takes to be back once a killed relay listens again, against the three seconds of docs/relay.md."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path

from tests.unit.relay.harness import Meeting, RelayProcess

PEOPLE, PROMISED_S = 5, 3.0


async def main(folder: Path) -> None:
    with RelayProcess(folder) as relay:
        meeting = Meeting(relay)
        people = [await meeting.open(), *[await meeting.join() for _ in range(PEOPLE - 1)]]
        relay.kill()
        for one in people:
            await one.heard.wait("down")
        await asyncio.to_thread(relay.start)
        began = time.monotonic()
        for slot, one in enumerate(people):
            await one.heard.until(lambda one=one, slot=slot: (slot, True) in one.heard.all("up"))
        took_s = time.monotonic() - began
        await meeting.close()
    line = {"name": "back at a relay that was killed", "ratio": round(took_s / PROMISED_S, 3), "target": 1.0}
    line |= {"unit": f"of {PROMISED_S:g} s", "detail": {"people": PEOPLE, "s": round(took_s, 2)}}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        asyncio.run(main(Path(scratch)))
