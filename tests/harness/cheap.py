"""A program as its user starts it, but for the price of a password: `python -m tests.harness.cheap app.gateway run …`.

Each unlock costs half a second and 256 MiB on purpose (storage/slots.py); tests start programs by the hundred.
"""

from __future__ import annotations

import runpy
import sys

from storage.oskeyring import OsKeyring
from storage.slots import KdfCost
from storage.vault import Terms

CHEAP = Terms("off", OsKeyring(), KdfCost(ops=1, mem_kib=8))
"""What opens, in a test's own process, the profiles of such programs."""


def main() -> None:
    """Run the module that the first argument names, with the others as its command line."""
    KdfCost.__init__.__defaults__ = (CHEAP.cost.ops, CHEAP.cost.mem_kib)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
