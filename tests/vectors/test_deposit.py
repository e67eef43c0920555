"""The keys of a deposit and its sealed file, from a link and a code that are written down (docs/protocol.md §14)."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

from media.keys import deposit

VECTOR = json.loads((Path(__file__).parent / "data" / "deposit.json").read_text())


def test_link_and_code_give_these_keys_and_these_bytes() -> None:
    secret = deposit.Secret(bytes.fromhex(VECTOR["id"]), bytes.fromhex(VECTOR["key"]), VECTOR["code"])
    assert secret.link("https://depot.example/") == VECTOR["link"]
    keys, into, content = secret.unlock(), io.BytesIO(), bytes(range(256)) * 300
    assert (keys.file.hex(), keys.proof.hex(), keys.verifier.hex()) == tuple(
        VECTOR[name] for name in ("file_key", "proof", "verifier")
    )
    digest = deposit.seal_file(keys, VECTOR["name"], io.BytesIO(content), len(content), into)
    assert digest.hex() == VECTOR["sealed_sha256"] == hashlib.sha256(into.getvalue()).hexdigest()
    assert len(into.getvalue()) == VECTOR["sealed_bytes"]
