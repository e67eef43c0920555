"""The sender: what it makes of a listener's answers, and of none. Its peer is a real socket with a script."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interop.client import Ack, Client, NoAnswerError, asks_again

MESSAGE = b"MSH|^~\\&|A|B|C|D|20260101||ADT^A28^ADT_A05|77|P|2.5\rPID|||1\r"
ENHANCED = MESSAGE.replace(b"|P|2.5\r", b"|P|2.5|||AL|AL\r")


def ack(code: bytes, tail: bytes = b"") -> bytes:
    return b"\x0bMSH|^~\\&|B\rMSA|" + code + b"|77\r" + tail + b"\x1c\r"


@asynccontextmanager
async def listener(*answers: bytes):
    """Answer each frame with the next of *answers*; an empty one closes the connection."""
    heard, left = [], list(answers)

    async def serve(reader, writer):
        for answer in left:
            heard.append(await reader.readuntil(b"\x1c\r"))
            if not answer:
                break
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await server.wait_closed()


def send(*answers: bytes, messages=(MESSAGE,), answer_s=5.0):
    async def run():
        async with (
            listener(*answers) as (port, heard),
            await Client.connect("127.0.0.1", port, answer_s=answer_s) as client,
        ):
            return [await client.send(message) for message in messages], heard

    return asyncio.run(run())


def test_a_message_is_framed_and_its_answer_read():
    [[answer]], heard = send(ack(b"AA"))
    assert (answer.code, answer.control_id, answer.error, answer.accepted) == ("AA", "77", "", True)
    assert heard == [b"\x0b" + MESSAGE + b"\x1c\r"]


def test_several_messages_go_through_one_connection():
    answers, _ = send(ack(b"AA"), ack(b"AR", b"ERR||PID^1^3|101^x^HL70357|E\r"), messages=(MESSAGE, MESSAGE))
    assert [[one.code for one in two] for two in answers] == [["AA"], ["AR"]]
    assert answers[1][0].error == "101"
    assert not answers[1][0].accepted


def test_enhanced_mode_waits_for_both_answers():
    [both], _ = send(ack(b"CA") + ack(b"AE"), messages=(ENHANCED,))
    assert [one.code for one in both] == ["CA", "AE"]


def test_enhanced_mode_waits_for_no_second_answer_after_a_refusal():
    [one], _ = send(ack(b"CR"), messages=(ENHANCED,))
    assert [answer.code for answer in one] == ["CR"]
    assert asks_again(ENHANCED)
    assert not asks_again(MESSAGE)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n\x1c\r", b"\x1c\r", b"x" * (2 << 20)]
)
def test_a_listener_that_gives_no_answer_is_said(answer):
    with pytest.raises(NoAnswerError):
        send(answer)


def test_a_silent_listener_is_not_waited_for_without_end():
    with pytest.raises(NoAnswerError):
        send(b"\x0bMSH|^~\\&|B\rMSA|AA", answer_s=0.2)


def test_other_separators_are_read():
    answer = Ack.parse(b"MSH#$~\\&#B\rMSA#AR#7\rERR###205$Duplicate key identifier$HL70357#E\r")
    assert (answer.code, answer.error) == ("AR", "205")


PIECES = [b"MSH", b"|", b"^~\\&", b"\r", b"\n", b"MSA", b"ERR", b"AA", b"\xff", b"\x00", b" ", b""]


@given(st.binary(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_no_answer_of_a_hostile_listener_is_more_than_refused(raw):
    with suppress(NoAnswerError):
        assert Ack.parse(raw).raw == raw
    asks_again(raw)
