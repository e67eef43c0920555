"""Start to the first painted frame, and memory then, of the workstation's locked window against a bare PyQt6 window."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 7
TARGETS = {"start to first frame": 5.0, "memory at first frame": 2.0}

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
OURS = (
    """
import sys
from pathlib import Path
from PyQt6.QtWidgets import QApplication
from app.workstation import Profile, build_office
app = QApplication(sys.argv[:1])
office = build_office(Profile(folder=Path(sys.argv[1])))
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
    measure(BARE)
    measure(OURS)
    pairs = [(measure(BARE), measure(OURS)) for _ in range(RUNS)]
    for index, (name, target) in enumerate(TARGETS.items()):
        unit = ("ms", "MB")[index]
        bare = statistics.median(pair[0][index] for pair in pairs)
        ours = statistics.median(pair[1][index] for pair in pairs)
        detail = {f"bare_{unit}": round(bare, 1), f"consilium_{unit}": round(ours, 1), "runs": RUNS}
        result = {
            "name": name,
            "ratio": round(ours / bare, 2),
            "target": target,
            "unit": f"{unit} / bare PyQt6 window",
        }
        print(json.dumps(result | {"detail": detail}))


if __name__ == "__main__":
    main()
