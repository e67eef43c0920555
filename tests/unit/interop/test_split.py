"""Finding messages in files."""

from __future__ import annotations

import pytest

from app.interop.split import messages

ONE = b"MSH|^~\\&|A\rPID|1\r"
TWO = b"msh|^~\\&|B\rPID|2\r"


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (ONE, [ONE]),
        (ONE + TWO, [ONE, TWO]),
        (b"\xef\xbb\xbf" + ONE, [ONE]),
        (b"/* notes */\n" + ONE + b"\n\n" + TWO, [ONE + b"\n\n", TWO]),
        (b"\x0b" + ONE + b"\x1c\r\x0b" + TWO + b"\x1c\r", [ONE, TWO]),
        (b"\x0b" + ONE + b"\x0b" + TWO, [ONE, TWO]),
        (b"FHS|^~\\&\rBHS|^~\\&\r" + ONE + TWO + b"BTS|2\rFTS|1\r", [ONE, TWO]),
        (
            b"MSH|^~\\&|A\rOBX|1|TX|||FHS is a word; MSH too\r",
            [b"MSH|^~\\&|A\rOBX|1|TX|||FHS is a word; MSH too\r"],
        ),
    ],
)
def test_each_message_is_found(raw, found):
    assert messages(raw) == found


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"GET / HTTP/1.1\r\n",
        b'text = "MSH|^~\\\\&|A"\n',
        b'  - "MSH|^~\\\\&|A"\n',
        b"MSHELL\r",
        b"MSH",
        b"a MSH|^~\\&|\r",
    ],
)
def test_what_is_written_about_messages_is_none(raw):
    assert messages(raw) == []
