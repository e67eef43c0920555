"""Things one part may ask the window to open; features reach each other by these only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.messages.records import PatientLink


@dataclass(frozen=True)
class JoinMeeting:
    """Show the meeting of this link; never enters it by itself. The rest is known for meetings of the own agenda."""

    link: str = field(repr=False)
    title: str = ""
    invitation_secret: bytes = field(default=b"", repr=False)
    admit_certified: bool = False


@dataclass(frozen=True)
class OpenDate:
    """Show a date in the agenda: the meeting's tag, and when it starts."""

    tag: bytes
    starts_s: int


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

    Whoever names the `ipp` too never gets somebody else, should the cache have been made anew meanwhile. `paper`: a document to be shown,
    by its `storage.patients.records.Paper.key`.
    """

    id: int
    ipp: str = field(default="", repr=False)
    paper: str = field(default="", repr=False)


@dataclass(frozen=True)
class WriteMessage:
    """Write to somebody of the directory (`user` empty: to be chosen), about a patient or not; nothing is sent by itself.

    `text` stands in the field, to be changed. `sent` hears once what was written there went: to which conversation, to whom.
    """

    user: bytes = b""
    patient: PatientLink | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)
    sent: Callable[[bytes, tuple[bytes, ...]], object] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class OpenThread:
    """Show a thread of messages, by the id that the vault gave, or by its conversation; one message of it where `message` names one."""

    id: int = 0
    message: int = 0
    conv: bytes = b""


@dataclass(frozen=True)
class OpenDeposits:
    """Show the documents that were left for people without Consilium."""


@dataclass(frozen=True)
class OpenLeaving:
    """Show the messages that the retention is about to erase."""


@dataclass(frozen=True)
class OpenAlert:
    """Show an alert of telemonitoring and begin `act` in its panel ("call"); an empty one the queue, `which` "silent": who did not answer."""

    alert: bytes = b""
    act: str = ""
    which: str = ""


@dataclass(frozen=True)
class OpenRules:
    """Show the rules of the telemonitoring services."""


@dataclass(frozen=True)
class OpenSection:
    """Show a section as it was left, by its feature's key."""

    key: str


Intent: TypeAlias = (
    OpenSection
    | JoinMeeting
    | OpenDate
    | OpenSettings
    | OpenPerson
    | OpenPatient
    | WriteMessage
    | OpenThread
    | OpenDeposits
    | OpenLeaving
    | OpenAlert
    | OpenRules
)
