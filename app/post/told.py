"""What the post office tells: something that came, judged and about to be stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from media.keys.certs import Verdict
    from media.keys.envelope import Header
    from media.mail.say import Body
    from media.mail.types import Type


@dataclass(frozen=True)
class Told:
    """One message: `by` is whom its author's certificate speaks for (`by.user`, `by.role`), `body` the parsed words.

    A body that is None came before, or too late: nobody is told of it. `own`: it comes from another device of the own user. `warning`: "", or what the page says with it ("gap", "fork", "late",
    "clock", "changed-key"). `proof` is the signed header object and `box` what it was signed over, for acts.
    """

    type: Type
    header: Header = field(repr=False)
    by: Verdict = field(repr=False)
    body: Body | None = field(repr=False)
    own: bool
    at_ms: int
    warning: str = ""
    proof: bytes = field(default=b"", repr=False)
    box: bytes = field(default=b"", repr=False)

    @property
    def msg_id(self) -> bytes:
        """The id that its author gave it."""
        return self.header.msg_id

    @property
    def conv(self) -> bytes:
        """The conversation."""
        return self.header.conv
