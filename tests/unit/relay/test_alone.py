"""The relay runs on its own: with Qt, codecs, content keys, the workstation and its vault all out of reach."""

from __future__ import annotations

import json
import subprocess
import sys

BLOCKED = "PyQt6 av app storage keyring sqlcipher3 hl7apy miniaudio msgspec media.keys media.room media.av media.engine media.link"

ALONE = f"""
import runpy, sys
blocked = set({BLOCKED!r}.split())
class Block:
    def find_spec(self, name, path=None, target=None):
        if name in blocked or name.split(".")[0] in blocked:
            raise ImportError("the relay must not import " + name)
sys.meta_path.insert(0, Block())
sys.argv = ["consilium-relay", *sys.argv[1:]]
runpy.run_module("media.relay", run_name="__main__")
"""


def test_the_relay_starts_and_stops_with_everything_else_blocked(tmp_path):
    config = tmp_path / "relay.toml"
    config.write_text('host = "127.0.0.1"\nport = 0\nudp_port = 0\nhttp_port = 0\n')
    process = subprocess.Popen(
        [sys.executable, "-c", ALONE, "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ready = json.loads(process.stdout.readline())
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert ready["ready"] is True
    assert len(bytes.fromhex(ready["fingerprint"])) == 32
    assert min(ready["port"], ready["udp_port"], ready["http_port"]) > 0
    assert (process.returncode, errors) == (0, "")
