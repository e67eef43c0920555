"""`consilium demo`: the demo hospital from the command line."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.demo import report
from app.demo.conductor import Conductor, DemoFailed, Options
from app.demo.house import HouseError, has_display
from app.demo.prepare import StudioFailed
from resources.demo.people import CAST

if TYPE_CHECKING:
    from app.demo.report import Findings

DEFAULT_PARTICIPANTS, DEFAULT_SECONDS = 8, 20.0
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Hold a demo RCP; return 0 when all that was counted is as it must be."""
    options, target = _options(arguments)
    try:
        findings = asyncio.run(_perform(options))
    except (DemoFailed, HouseError, StudioFailed) as error:
        print(f"La démonstration n'a pas pu se tenir : {error}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("Démonstration interrompue ; tout est arrêté.", file=sys.stderr)
        return INTERRUPTED
    return _conclude(findings, target, checked=bool(options.seconds))


async def _perform(options: Options) -> Findings:
    task = asyncio.current_task()
    if sys.platform != "win32" and task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await Conductor(options).perform()


def _conclude(findings: Findings, target: Path | None, *, checked: bool) -> int:
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(report.as_json(findings), ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(report.summary(findings))
    wrong = report.problems(findings) if checked else []
    for line in wrong[:20]:
        print(f"✗ {line}", file=sys.stderr)
    if checked and not wrong:
        print("✓ Chacun voit et entend chacun ; les codes sont égaux.")
    return 1 if wrong else 0


def _options(arguments: list[str]) -> tuple[Options, Path | None]:
    most = len(CAST) + 1
    parser = argparse.ArgumentParser(
        "consilium demo", description="Une RCP de démonstration, de bout en bout."
    )
    parser.add_argument("--headless", action="store_true", help="sans écran : la fenêtre s'ouvre sous Xvfb")
    parser.add_argument(
        "--seconds", type=float, default=None, help="durée ; sans elle, jusqu'à la fermeture de la fenêtre"
    )
    parser.add_argument(
        "--participants", type=int, default=DEFAULT_PARTICIPANTS, help=f"3 à {most}, le médecin compris"
    )
    parser.add_argument(
        "--nurse", action="store_true", help="ouvre aussi la fenêtre d'une infirmière du télésuivi"
    )
    parser.add_argument("--report", type=Path, help="fichier JSON des mesures")
    parser.add_argument("--screenshots", type=Path, help="dossier des captures d'écran")
    parser.add_argument("--camera", type=Path, help="fichier vidéo qui sert de caméra au médecin")
    given = parser.parse_args(arguments)
    if not 3 <= given.participants <= most:
        parser.error(f"--participants : 3 à {most}")
    if given.seconds is not None and given.seconds < 5:
        parser.error("--seconds : 5 au moins")
    if given.camera is not None and not given.camera.is_file():
        parser.error("--camera : ce fichier n'existe pas")
    headless = given.headless or not has_display()
    seconds = given.seconds if given.seconds is not None else DEFAULT_SECONDS if headless else 0.0
    options = Options(given.participants, seconds, headless, given.screenshots, given.camera, given.nurse)
    return options, given.report
