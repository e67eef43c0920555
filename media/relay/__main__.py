"""`consilium-relay --config FILE`: runs a relay until SIGTERM or SIGINT; prints one JSON line when it listens."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from asyncio.sslproto import SSLProtocol
from pathlib import Path

from media.relay.config import Config, ConfigError, load
from media.relay.server import Relay

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

SWITCH_S = 0.0005
"""How long one thread may keep the other waiting: media must not wait 5 ms for a control message."""
TLS_READ_BYTES = 64 * 1024
"""What asyncio holds for every TLS connection, idle ones too; its own 256 KiB make 250 MB of a thousand devices."""


def main() -> int:
    """Run the command; the exit status."""
    parser = argparse.ArgumentParser(prog="consilium-relay", description=__doc__)
    parser.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="TOML file, see docs/relay.md"
    )
    parser.add_argument("--verbose", action="store_true", help="log what is worth knowing beyond errors")
    arguments = parser.parse_args()
    level = logging.INFO if arguments.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    os.umask(0o077)
    _open_many_files()
    sys.setswitchinterval(SWITCH_S)
    SSLProtocol.max_size = TLS_READ_BYTES
    try:
        config = load(arguments.config)
        return asyncio.run(_serve(config))
    except (ConfigError, OSError) as error:
        print(f"consilium-relay: {error}", file=sys.stderr)
        return 2


def _open_many_files() -> None:
    """Raise the limit of open files as far as the system lets one: every connection is one."""
    if resource is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _serve(config: Config) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends it by itself
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
    relay = Relay(config)
    running = asyncio.create_task(relay.run(stop))
    await asyncio.wait({running}, timeout=0)
    ready = {
        "ready": True,
        "port": relay.port,
        "udp_port": relay.udp_port,
        "fingerprint": relay.fingerprint.hex(),
        "http_port": relay.http_port,
    }
    print(json.dumps(ready), flush=True)
    await running
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
