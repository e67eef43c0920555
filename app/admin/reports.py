"""What desks report to the issuer: whose safety numbers were compared and not the same (docs/protocol.md §16).

The commands and the running issuer share the folder, as they share the requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.admin import store
from media.errors import MediaError
from media.keys import cbor
from media.keys.sign import digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER, SUFFIX = "signalements", ".csl"
LABEL = "CSL1/report-file"
ID_DIGITS = 12
MAX_KEPT, MAX_OF_ONE = 1_000, 20
"""Reports that are kept at once; of one author."""
KEPT_S = 30 * 86_400


@dataclass(frozen=True)
class Report:
    """*by* compared with *about* (user ids), and it was not the same; `at_s` by the issuer's clock."""

    by: bytes
    about: bytes
    at_s: int

    @property
    def id(self) -> str:
        """What names it: of two people there is one, the newest."""
        return digest(self.by + self.about).hex()[:ID_DIGITS]

    def encode(self) -> bytes:
        """Return the file's bytes."""
        return cbor.encode([LABEL, self.by, self.about, self.at_s])

    @classmethod
    def parse(cls, data: bytes) -> Report:
        """Read a file; raises ProtocolError."""
        return cls(*cbor.record(data, LABEL, (bytes, bytes, int)))


class Reports:
    """The reports in the *folder* of an organisation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place = folder / FOLDER

    def all(self) -> list[Report]:
        """Return every report, the oldest first; what is damaged is passed over."""
        return sorted(self._read(), key=lambda one: (one.at_s, one.id))

    def _read(self) -> Iterator[Report]:
        for path in self._place.glob(f"*{SUFFIX}"):
            try:
                yield Report.parse(store.read(path, cbor.MAX_BYTES))
            except MediaError:
                continue

    def take(self, new: Report) -> bool:
        """Keep a report; False where there are too many. What is older than a month goes. Raises AdminError, OSError."""
        with store.locked(self.folder):
            known = self.all()
            for one in known:
                if one.at_s < new.at_s - KEPT_S:
                    (self._place / (one.id + SUFFIX)).unlink(missing_ok=True)
            others = [one for one in known if one.id != new.id and one.at_s >= new.at_s - KEPT_S]
            if len(others) >= MAX_KEPT or sum(one.by == new.by for one in others) >= MAX_OF_ONE:
                return False
            self._place.mkdir(mode=0o700, exist_ok=True)
            store.write(self._place / (new.id + SUFFIX), new.encode())
            return True
