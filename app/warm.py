"""What the lock does not need: loaded by a worker once the window is painted, so that no first opening waits for it."""

from __future__ import annotations

import gc
from functools import cache
from importlib import import_module

from app import i18n

MODULES = (
    "app.today.page",
    "storage.patients.store",
    "storage.inbox",
    "app.patients.today",
    "app.patients.found",
    "app.interop.flow",
    "app.patients.page",
    "app.directory.page",
    "app.messages.page",
    "app.monitoring.page",
    "app.meeting.page",
    "app.meeting.call.live",
    "app.settings.page",
    "app.meeting.entry.devicetest",
    "media.link.probe",
)


@cache
def warm() -> None:
    """Load them, one after the other, half a second of a worker; once a process.

    What is loaded then stays: the collector on Qt's thread need not go through it again each time (28 ms).
    """
    for name in MODULES:
        import_module(name)
    i18n.read()
    gc.freeze()


def warmed() -> bool:
    """Tell whether they are loaded."""
    return bool(warm.cache_info().currsize)
