"""`consilium`: the window. Also `demo` (the demo hospital), `screenshots` (every screen as PNG), `gallery` (the kit)."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app import cores, logs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

MAX_LINE = 4096


def data_folder() -> Path:
    """Return where this user's profile lies: local, never roaming, never on the network."""
    if sys.platform == "win32":
        return Path(os.environ["LOCALAPPDATA"]) / "Consilium"
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "consilium"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["demo"]:
        from app.demo.cli import main as demo  # noqa: PLC0415 -- the window starts without it

        return int(demo(arguments[1:]) or 0)
    if arguments[:1] == ["press"]:
        from app.papers.press import main as press  # noqa: PLC0415 -- a frozen program has no `-m`

        press()
        return 0
    if arguments[:1] == ["reader"]:
        from app.directory.reader import main as reader  # noqa: PLC0415 -- as above

        reader()
        return 0
    if arguments[:1] == ["screenshots"]:
        from app.scenes.shoot import main as screenshots  # noqa: PLC0415 -- as above

        return screenshots(arguments[1:])
    if arguments[:1] == ["gallery"]:
        from app.gallery import main as gallery  # noqa: PLC0415 -- as above

        return gallery(arguments[1:])
    return _window(arguments)


def _survive(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """Log where an unforeseen error happened, without its text (it may hold a name), and let the window live."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
    logging.getLogger("consilium").error("unforeseen %s at %s", kind.__name__, place)


def given_link(word: str) -> str:
    """Return *word*, or for `-` the first line of standard input: other programs may read a process's arguments."""
    if word != "-" or sys.stdin is None:
        return word
    return sys.stdin.buffer.readline(MAX_LINE).decode(errors="replace").strip()


def _window(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="consilium", description="Poste de RCP chiffré de bout en bout.")
    parser.add_argument(
        "link",
        nargs="?",
        default="",
        help="consilium://…, ou - pour le lire sur l'entrée standard ; montré après le déverrouillage",
    )
    parser.add_argument("--profile", type=Path, default=data_folder(), help="dossier du profil")
    chosen = parser.parse_args(arguments)
    logs.begin(logging.WARNING, "%(levelname)s %(name)s %(message)s")
    sys.excepthook = _survive
    cores.leave_none()

    from PyQt6.QtCore import Qt  # noqa: PLC0415 -- `--help` needs no Qt
    from PyQt6.QtWidgets import QApplication  # noqa: PLC0415

    from app.config import Policy, policy_path  # noqa: PLC0415
    from app.instance import Doorbell, hand_over  # noqa: PLC0415
    from app.signin.oslock import SystemLock, follow  # noqa: PLC0415
    from app.workstation import Profile, build_office  # noqa: PLC0415

    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Consilium")
    app.setDesktopFileName("consilium")
    link, policy = given_link(chosen.link), Policy.load(policy_path())
    if hand_over(chosen.profile, link):
        return 0
    bell = Doorbell(chosen.profile)  # first of all: who starts it twice in a row means one window
    office = build_office(Profile(folder=chosen.profile, link=link, policy=policy))
    bell.rung.connect(office.ring)
    office.window.resize(1440, 900)
    office.window.show()
    system = SystemLock()
    system.locked.connect(office.lock_with_system)
    watch = follow(system, int(office.window.winId()))
    status = int(app.exec())
    del watch
    bell.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
