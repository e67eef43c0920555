"""`consilium-admin hl7 send FILE… --to HOST:PORT`: the messages of files to a listener, its acknowledgements on the screen."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from app.admin import store
from app.admin.errors import AdminError
from app.interop.client import Client, NoAnswerError
from app.interop.endpoint import EndpointError, address, client_tls
from app.interop.split import messages

if TYPE_CHECKING:
    import ssl
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Sequence

    from app.interop.client import Ack

MAX_FILE = 512 << 20


def options(send: ArgumentParser) -> None:
    """Declare what the command takes."""
    send.add_argument("files", type=Path, nargs="+", metavar="FICHIER", help="messages HL7 v2")
    send.add_argument("--to", required=True, metavar="HÔTE:PORT", help="où écouter les envois MLLP")
    send.add_argument("--tls", action="store_true", help="par TLS, autorités du système")
    send.add_argument(
        "--tls-ca", type=Path, metavar="PEM", help="par TLS, autorité du certificat de l'écoute"
    )
    send.add_argument("--tls-cert", type=Path, metavar="PEM", help="certificat à présenter")
    send.add_argument("--tls-key", type=Path, metavar="PEM", help="sa clé, fichier en 0600")
    send.add_argument("--json", action="store_true", help="pour les programmes : une ligne par message")


def run(arguments: Namespace, _now_s: int) -> None:
    """Send all of them in order; raises AdminError when one was not accepted."""
    try:
        (host, port), tls = address(arguments.to), _tls(arguments)
    except EndpointError as error:
        raise AdminError(str(error)) from error
    show = _show_json if arguments.json else _show
    refused = asyncio.run(_send_all(_Line(host, port, tls), arguments.files, show))
    if refused:
        raise AdminError(f"Messages non acceptés : {refused}. Voyez MSA et ERR ci-dessus.")


def _tls(arguments: Namespace) -> ssl.SSLContext | None:
    if arguments.tls_key and not arguments.tls_cert:
        raise AdminError("--tls-key va avec --tls-cert : donnez les deux.")
    wanted = arguments.tls or arguments.tls_ca or arguments.tls_cert
    return client_tls(arguments.tls_ca, arguments.tls_cert, arguments.tls_key) if wanted else None


class _Line:
    """A connection that is made when it is needed, and made again after it broke."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._client: Client | None = None

    async def send(self, message: bytes) -> list[Ack]:
        """Return the answers to *message*, none when the listener hung up or fell silent; raises AdminError."""
        try:
            self._client = self._client or await Client.connect(self._host, self._port, self._tls)
        except OSError as error:
            raise AdminError(
                f"{self._host}:{self._port} ne répond pas : vérifiez l'adresse, que l'écoute est ouverte, et le TLS."
            ) from error
        try:
            return await self._client.send(message)
        except NoAnswerError:
            await self.close()
            return []

    async def close(self) -> None:
        """End the connection, if there is one."""
        if self._client is not None:
            await self._client.close()
        self._client = None


async def _send_all(line: _Line, files: Sequence[Path], show: Callable[[Path, int, list[Ack]], None]) -> int:
    """Send, show each answer at once; return how many messages were not accepted."""
    refused = 0
    try:
        for path in files:
            for number, message in enumerate(_pieces(path), 1):
                answers = await line.send(message)
                show(path, number, answers)
                refused += not (answers and all(answer.accepted for answer in answers))
    finally:
        await line.close()
    return refused


def _pieces(path: Path) -> Iterator[bytes]:
    """Yield the messages of *path*; a file in which none is found goes whole, for the listener to judge."""
    raw = store.read(path, MAX_FILE)
    yield from messages(raw) or [raw]


def _show(path: Path, number: int, answers: list[Ack]) -> None:
    print(f"# {path} · message {number}")
    for answer in answers:
        for segment in answer.raw.decode(errors="replace").replace("\r", "\n").split("\n"):
            print("".join(letter for letter in segment if letter.isprintable()))
    if not answers:
        print("(pas de réponse : personne ne sait si ce message a été gardé, renvoyez-le)\n")


def _show_json(path: Path, number: int, answers: list[Ack]) -> None:
    last = answers[-1] if answers else None
    row = {
        "file": str(path),
        "message": number,
        "control_id": last.control_id if last else None,
        "ack": last.code if last else None,
        "error": last.error if last else None,
        "answers": [answer.raw.decode(errors="replace") for answer in answers],
    }
    print(json.dumps(row, ensure_ascii=False), flush=True)
