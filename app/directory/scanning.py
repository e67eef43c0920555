"""From the button to the verdict: the camera runs while its pane is seen, and no longer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from app.config import CAMERA
from app.directory.sight import Unseen
from app.intents import OpenSettings

if TYPE_CHECKING:
    from app.bridge import Job
    from app.config import Config
    from app.directory.comparing import Parties, Verdict
    from app.directory.comparison import Comparison
    from app.directory.sight import Sight
    from app.feature import Desk

log = logging.getLogger(__name__)


class Scanning(QObject):
    """Scans for *shown*, with the camera of the settings. `concluded` hands over a verdict that ends the scan."""

    concluded = pyqtSignal(object)

    def __init__(self, desk: Desk, config: Config, sight: Sight, shown: Comparison, owner: QObject) -> None:
        super().__init__(owner)
        self._desk, self._config, self._sight, self._shown = desk, config, sight, shown
        self.parties: Parties | None = None
        self._job: Job | None = None
        shown.scanned.connect(self.begin)
        shown.pane.again.connect(self.begin)
        shown.pane.stopped.connect(self._hidden)
        shown.pane.chosen.connect(lambda: desk.open(OpenSettings("devices")))
        desk.bridge.watch(self, sight.fresh, self._freshen)
        desk.bridge.watch(self, sight.hinted, self._hint)

    def begin(self) -> None:
        """Open the camera, unless it is open already or there is no number yet."""
        parties = self.parties
        if parties is None or self._running():
            return
        self._shown.begin_scan(self._sight, parties.code)
        look = self._sight.look(self._config.get(CAMERA), parties.judge)
        self._job = self._desk.bridge.start(self, look, self._found, self._failed)

    def stop(self) -> bool:
        """Free the camera and show the number again; tell whether there was anything to stop."""
        scanning = self._shown.pane.isVisibleTo(self._shown)
        self._free()
        if scanning:
            self._shown.end_scan()
            self._shown.scan.setFocus()
        return scanning

    def _hidden(self) -> None:
        """Stop by the button, or because the pane is seen no more."""
        if self._running() or self._shown.pane.isVisible():
            self.stop()

    def _running(self) -> bool:
        return self._job is not None

    def _free(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _freshen(self, _nothing: None) -> None:
        if self._running():
            self._shown.pane.show_fresh()

    def _hint(self, verdict: Verdict) -> None:
        if self._running():
            self._shown.pane.show_hint(verdict.kind)

    def _found(self, verdict: Verdict) -> None:
        self._job = None
        self._shown.end_scan()
        self.concluded.emit(verdict)

    def _failed(self, error: Exception) -> None:
        self._job = None
        code = error.code if isinstance(error, Unseen) else "engine"
        log.warning("no code was scanned: %s", type(error).__name__)
        self._shown.pane.show_trouble(code)
