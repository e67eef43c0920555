"""All control messages of a connection for rooms, by who says them."""

from __future__ import annotations

from media.wire.door import (
    MAX_ANSWER,
    Admit,
    Admitted,
    Answer,
    Answered,
    CloseRoom,
    Evict,
    Greeting,
    Knock,
    Knocked,
    KnockGone,
    KnockText,
    Open,
    Refuse,
    Refused,
    Resume,
    Waiting,
)
from media.wire.message import Kinds, Message
from media.wire.outside import Blob, BlobStored, FetchBlob, Measure, Measured, StoreBlob
from media.wire.room import Back, Control, Gone, KeyRequest, KeyWanted, OverTls, Subscribe, Wanted

MAX_MESSAGE = MAX_ANSWER + 64

UP: Kinds[Message] = Kinds(
    *(Open, Knock, Resume, KnockText, Answer, Admit, Refuse, Evict, CloseRoom),
    *(Control, Subscribe, KeyRequest, OverTls, StoreBlob, FetchBlob, Measure),
)
"""What a client says."""
DOWN: Kinds[Message] = Kinds(
    *(Greeting, Admitted, Waiting, Refused, Knocked, KnockGone, Answered),
    *(Control, KeyWanted, Wanted, Gone, Back, BlobStored, Blob, Measured),
)
"""What the relay says."""
decode_up, decode_down = UP.decode, DOWN.decode
"""Read a control message of a client, of the relay; `ProtocolError`."""
