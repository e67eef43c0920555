"""Things one part may ask the window to open; features reach each other by these only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from storage.messages.records import PatientLink


@dataclass(frozen=True)
class JoinMeeting:
    """Show the meeting of this link; never enters it by itself. The rest is known for meetings of the own agenda."""

    link: str = field(repr=False)
    title: str = ""
    invitation_secret: bytes = field(default=b"", repr=False)
    admit_certified: bool = False


@dataclass(frozen=True)
class OpenSettings:
    """Show a section of the settings, one setting there."""

    section: str = ""
    setting: str = ""


@dataclass(frozen=True)
class OpenPerson:
    """Show somebody of the directory, by user id."""

    user: bytes


@dataclass(frozen=True)
class OpenPatient:
    """Show a patient, by the id that the cache gave; asks for a reason first where access wants one.

    Whoever names the `ipp` too never gets somebody else, should the cache have been made anew meanwhile.
    """

    id: int
    ipp: str = field(default="", repr=False)


@dataclass(frozen=True)
class WriteMessage:
    """Write to somebody of the directory (`user` empty: to be chosen), about a patient or not; nothing is sent by itself."""

    user: bytes = b""
    patient: PatientLink | None = field(default=None, repr=False)


@dataclass(frozen=True)
class OpenThread:
    """Show a thread of messages, by the id that the vault gave; one message of it where `message` names one."""

    id: int
    message: int = 0


@dataclass(frozen=True)
class OpenDeposits:
    """Show the documents that were left for people without Consilium."""


@dataclass(frozen=True)
class OpenSection:
    """Show a section as it was left, by its feature's key."""

    key: str


Intent: TypeAlias = (
    OpenSection
    | JoinMeeting
    | OpenSettings
    | OpenPerson
    | OpenPatient
    | WriteMessage
    | OpenThread
    | OpenDeposits
)
