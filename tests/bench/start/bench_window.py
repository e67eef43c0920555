"""Start of the workstation against a bare PyQt6 window: to the painted lock, with memory then, and to Today painted.

The lock is that of somebody who has a profile. Today is painted once its sources were read; it opens without a
password, since the time that one takes to derive a key is meant to be long.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 7
RESULTS = {
    "start to first frame": ("consilium", 0, 5.0),
    "memory at first frame": ("consilium", 1, 2.0),
    "start to Today painted": ("today", 0, 5.0),
}
"""What is printed: which program, time or memory, and the ratio that it should not pass."""

WATCH = """
import sys, time
from PyQt6.QtCore import QEvent, QObject
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            now = time.monotonic_ns()
            with open("/proc/self/smaps_rollup") as file:
                kb = sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
            print(now, kb, flush=True)
            import os
            os._exit(0)
        return False
"""
BARE = (
    WATCH
    + """
from PyQt6.QtWidgets import QApplication, QMainWindow
app = QApplication(sys.argv[:1])
window = QMainWindow()
watch = Watch()
window.installEventFilter(watch)
window.resize(1440, 900)
window.show()
app.exec()
"""
)
LOCK = (
    """
import sys
from pathlib import Path
from PyQt6.QtWidgets import QApplication
from app.signin.service import SignIn
from app.workstation import Profile, build_office
class Known(SignIn):
    def enrolled(self):
        return True
app = QApplication(sys.argv[:1])
office = build_office(Profile(folder=Path(sys.argv[1]), make_signin=Known))
"""
    + WATCH
    + """
watch = Watch()
office.window.installEventFilter(watch)
office.window.resize(1440, 900)
office.window.show()
app.exec()
"""
)
TODAY = (
    """
import sys
from pathlib import Path
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication
from app.scenes import stills
from app.workstation import Profile, build_office
app = QApplication(sys.argv[:1])
profile = Profile(
    folder=Path(sys.argv[1]), now_ms=lambda: stills.NOW_MS, make_signin=stills.StillSignIn, look=stills.look
)
office = build_office(profile, session=stills.session())
page = office.window.page("today")
"""
    + WATCH
    + """
watch = Watch()
def look():
    if not page.loading:
        timer.stop()
        page.installEventFilter(watch)
        page.update()
timer = QTimer()
timer.timeout.connect(look)
timer.start(1)
office.window.resize(1440, 900)
office.window.show()
app.exec()
"""
)


def measure(program: str) -> tuple[float, float]:
    """Run *program* once; return milliseconds to the first paint and megabytes (of its own, not shared)."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic_ns()
        done = subprocess.run(
            [sys.executable, "-c", program, folder],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    painted, kilobytes = done.stdout.split()
    return (int(painted) - start) / 1e6, int(kilobytes) / 1024


def main() -> None:
    """Measure all three by turns; print each against the bare window."""
    programs = {"bare": BARE, "consilium": LOCK, "today": TODAY}
    for program in programs.values():
        measure(program)  # compiled, and in the file cache
    rounds = [{name: measure(program) for name, program in programs.items()} for _ in range(RUNS)]
    middle = {
        (name, index): statistics.median(one[name][index] for one in rounds)
        for name in programs
        for index in (0, 1)
    }
    for result, (name, index, target) in RESULTS.items():
        unit = ("ms", "MB")[index]
        bare, ours = middle["bare", index], middle[name, index]
        detail = {f"bare_{unit}": round(bare, 1), f"consilium_{unit}": round(ours, 1), "runs": RUNS}
        line = {
            "name": result,
            "ratio": round(ours / bare, 2),
            "target": target,
            "unit": f"{unit} / bare PyQt6 window",
        }
        print(json.dumps(line | {"detail": detail}))


if __name__ == "__main__":
    main()
