"""Two desks without windows, a relay process between them: messages a second, one alone, and a file of 1 GB.

The plain peer of `tests.bench.relay.bench_mailboxes` hands on the same 8 KiB over TLS, and takes a plain copy that it flushes: it
neither signs, seals, numbers, keeps nor answers. Both desks run in this process; a message counts once the other desk has it on its
disk and its sender has the receipt. `CONSILIUM_BENCH_FILE_MB` makes the file smaller.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.messages.ports import Outgoing
from storage.messages.records import FileState, State
from tests.bench.relay.bench_forward import cpu_s
from tests.bench.relay.bench_mailboxes import (
    FILE_BYTES,
    FILES,
    file_through_plain,
    plain_peer,
    say,
    through_plain,
)
from tests.harness.correspondents import Clinic
from tests.harness.postal import until

if TYPE_CHECKING:
    from tests.bench.relay.bench_mailboxes import Lines
    from tests.harness.correspondents import Desk

MESSAGES, AT_ONCE, ALONE = 320, 16, 20
FILE_MB = int(os.environ.get("CONSILIUM_BENCH_FILE_MB", "1024"))
MESSAGES_RATIO, ALONE_MS, FILE_RATIO = 60.0, 250.0, 8.0
PATIENCE_S = 280.0


async def messages(alice: Desk, bruno: Desk, lines: Lines, relay_pid: int) -> None:
    """Write many at once; then one at a time."""
    plain = max([await through_plain(lines) for _ in range(3)])
    thread = await alice.direct(bruno)
    sent = await alice.messages.send(thread, "premier", confirmed=True)
    await alice.reaches(sent, State.DELIVERED)
    begun, cpu, relay_cpu = time.perf_counter(), time.process_time(), cpu_s(relay_pid)
    for number in range(0, MESSAGES, AT_ONCE):
        texts = (f"message {number + one}" for one in range(AT_ONCE))
        await asyncio.gather(*(alice.messages.send(thread, text, confirmed=True) for text in texts))
    kept_s = time.perf_counter() - begun
    await until(lambda: sum(one.type == 1 for one in bruno.told) > MESSAGES, PATIENCE_S)
    there_s = time.perf_counter() - begun
    await until(lambda: _answered(alice, MESSAGES + 1), PATIENCE_S)
    took_s = time.perf_counter() - begun
    say(
        "messages, desk to desk with receipts, against plain TLS delivery of the same bytes",
        plain * took_s / MESSAGES,
        MESSAGES_RATIO,
        "times as long",
        messages_s=round(MESSAGES / took_s),
        written_s=round(MESSAGES / kept_s),
        received_s=round(MESSAGES / there_s),
        plain_s=round(plain),
        both_desks_cpu_ms_each=round((time.process_time() - cpu) * 1000 / MESSAGES, 1),
        relay_cpu_ms_each=round((cpu_s(relay_pid) - relay_cpu) * 1000 / MESSAGES, 1),
    )
    await alone(alice, bruno, thread)


async def _answered(alice: Desk, count: int) -> bool:
    sql = "SELECT count(*) FROM message WHERE state = ?"
    found = alice.vault.mail._database.read(lambda db: db.execute(sql, (int(State.DELIVERED),)).fetchone())
    return (await asyncio.wrap_future(found))[0] >= count


async def alone(alice: Desk, bruno: Desk, thread: int) -> None:
    """Measure from the key that sends until the other desk has it on its disk, nothing else under way."""
    times = []
    for number in range(ALONE):
        before = len(bruno.told)
        begun = time.perf_counter()
        message = await alice.messages.send(thread, f"seul {number}", confirmed=True)
        while len(bruno.told) == before:  # noqa: ASYNC110 -- it measures
            await asyncio.sleep(0.001)
        times.append((time.perf_counter() - begun) * 1000)
        await alice.reaches(message, State.DELIVERED)
    times.sort()
    median = times[len(times) // 2]
    say(
        f"one message from the key to the other desk's disk, median of {ALONE}, of {ALONE_MS:.0f} ms",
        median / ALONE_MS,
        1.0,
        "x",
        median_ms=round(median, 1),
        worst_ms=round(times[-1], 1),
    )


async def file(alice: Desk, bruno: Desk, lines: Lines, folder: Path) -> None:
    """Seal a file, bring it to the relay, fetch it, look whether it is the one that was announced; against a plain copy."""
    source = folder / "source.bin"
    with source.open("wb") as out:
        for _ in range(FILE_MB):
            out.write(os.urandom(1 << 20))
    plain_s = await file_through_plain(lines, os.urandom(FILE_BYTES // FILES)) * FILE_MB / (FILE_BYTES >> 20)
    begun, cpu = time.perf_counter(), time.process_time()
    thread, before = await alice.direct(bruno), len(bruno.told)
    await alice.messages.send(thread, "", files=(Outgoing(source, source.name),), confirmed=True)
    await until(lambda: len(bruno.told) > before, PATIENCE_S)
    up_s = time.perf_counter() - begun
    (one,) = (await bruno.messages.page((await bruno.thread()).id))[-1].files
    begun_down = time.perf_counter()
    await bruno.messages.fetch(one.id)

    async def here() -> bool:
        found = await asyncio.wrap_future(bruno.vault.mail.read(lambda rows: rows.files.get(one.id)))
        return found.state is FileState.HERE

    await until(here, PATIENCE_S)
    down_s = time.perf_counter() - begun_down
    size = FILE_MB * (1 << 20) / 1e6
    say(
        f"file of {FILE_MB} MB, sealed, to the relay and to the other desk, against a plain copy over TLS",
        (up_s + down_s) / plain_s,
        FILE_RATIO,
        "times as long",
        up_mb_s=round(size / up_s),
        down_mb_s=round(size / down_s),
        plain_mb_s=round(size / plain_s),
        cpu_share=round((time.process_time() - cpu) / (up_s + down_s), 2),
    )


async def main(folder: Path) -> None:
    clinic = Clinic(folder, caps="mail_kbps = 10000000")
    try:
        alice, bruno = await clinic.desk("Alice Aubry"), await clinic.desk("Bruno Bel")
        await clinic.settle()
        async with plain_peer(folder) as lines:
            await messages(alice, bruno, lines, clinic.relay.process.pid)
            await file(alice, bruno, lines, folder)
    finally:
        await clinic.end()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        asyncio.run(main(Path(scratch)))
