"""Still life for the screenshots: an engine that says what it is told, an arena drawn from the demo hospital's portraits."""

from __future__ import annotations

from app.scenes.stills.arena import Still, StillArena
from app.scenes.stills.desk import (
    BrokenAgenda,
    StillAgenda,
    StillEngine,
    StillSignIn,
    answering,
    look,
)
from app.scenes.stills.facts import (
    DAY_S,
    LINK,
    NOW_MS,
    NOW_S,
    RELAY,
    at_once,
    id_of,
    seeded,
)
from app.scenes.stills.meeting import people, session, week
from app.scenes.stills.organisation import ODD_NAMES, directory_session, here, shelf, unexpected

__all__ = [
    "DAY_S",
    "LINK",
    "NOW_MS",
    "NOW_S",
    "ODD_NAMES",
    "RELAY",
    "BrokenAgenda",
    "Still",
    "StillAgenda",
    "StillArena",
    "StillEngine",
    "StillSignIn",
    "answering",
    "at_once",
    "directory_session",
    "here",
    "id_of",
    "look",
    "people",
    "seeded",
    "session",
    "shelf",
    "unexpected",
    "week",
]
