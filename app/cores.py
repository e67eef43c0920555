"""No crash leaves the memory of a program, which holds keys and patients, on a disk. No Qt."""

from __future__ import annotations

import sys


def leave_none() -> None:
    """Have the system write no core file of this process, nor of those that it starts. On Windows: IT's policy (WER)."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 -- exists elsewhere only

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
