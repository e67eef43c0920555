"""What the lock does not need: loaded by a worker once the window is painted, so that no first opening waits for it."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "app.today.page",
    "app.directory.page",
    "app.meeting.page",
    "app.meeting.live",
    "app.settings.page",
    "app.meeting.devicetest",
    "media.link.probe",
)


def warm() -> None:
    """Load them, one after the other; half a second of a worker."""
    for name in MODULES:
        import_module(name)
