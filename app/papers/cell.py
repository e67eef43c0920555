"""What the press may do: think, and talk through its pipe. Closed before it looks at the first byte of a document.

POSIX: limits of memory, time and files. Linux besides: it dies with the window; Landlock (reads fonts, nothing else; no TCP) and a seccomp filter (no socket,
no other process, no tracing). What the kernel does not have is left out: the process, its empty environment and the limits stay.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct
import sys

MAX_MEMORY = 1_200 * 1024 * 1024
MAX_CPU_S = 300
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts")

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SIGKILL = 9
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILES = (1 << 2) | (1 << 3)  # LANDLOCK_ACCESS_FS_READ_FILE, _READ_DIR
_ALL_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP = 0b11

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_FORBIDDEN = (
    (41, 198), (53, 199), (49, 200), (50, 201), (43, 202), (288, 242), (42, 203), (44, 206), (46, 211), (307, 269),
    (57, -1), (58, -1), (59, 221), (322, 281),
    (62, 129), (424, 424), (101, 117), (310, 270), (311, 271), (438, 438),
    (321, 280), (425, 425), (323, 282), (298, 241), (250, 219), (248, 217), (249, 218),
    (272, 97), (308, 268), (165, 40), (161, 51), (155, 41), (303, 264), (304, 265), (29, 194), (68, 186), (240, 180),
)  # fmt: skip
"""Numbers on x86_64 and aarch64: socket, socketpair, bind, listen, accept, accept4, connect, sendto, sendmsg, sendmmsg; fork, vfork,
execve, execveat; kill, pidfd_send_signal, ptrace, process_vm_readv, process_vm_writev, pidfd_getfd; bpf, io_uring_setup,
userfaultfd, perf_event_open, keyctl, add_key, request_key; unshare, setns, mount, chroot, pivot_root, name_to_handle_at,
open_by_handle_at, shmget, msgget, mq_open."""
_CLONE, _CLONE3, _CLONE_THREAD = (56, 220), 435, 0x10000
"""Qt paints with threads, so `clone` may make those; `clone3` hides its flags, so it is said not to exist."""
_KILL, _ALLOW, _EPERM, _ENOSYS = 0x80000000, 0x7FFF0000, 0x00050001, 0x00050026
_LOAD, _EQUAL, _AT_LEAST, _HAS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_X32 = 0x40000000
"""Where the numbers of x86's other calling convention begin."""


def close() -> tuple[str, ...]:
    """Give up what is not needed; return the names of what holds now: limits, landlock, seccomp."""
    if sys.platform == "win32":
        return ()
    _limit()
    if not sys.platform.startswith("linux"):
        return ("limits",)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    held = ["limits"]
    if _landlock(libc):
        held.append("landlock")
    if _seccomp(libc):
        held.append("seccomp")
    return tuple(held)


def _limit() -> None:
    """Bound memory and time; write no file, no core; open few. The reserve of addresses is large, so it is not bounded."""
    import resource  # noqa: PLC0415 -- not on Windows

    wanted = {
        resource.RLIMIT_DATA: MAX_MEMORY,
        resource.RLIMIT_CPU: MAX_CPU_S,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 32,
    }
    for what, most in wanted.items():
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


def _landlock(libc: ctypes.CDLL) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    net = struct.pack("<Q", _TCP) if version >= 4 else b""
    rights = struct.pack("<Q", _ALL_FILES[min(version, max(_ALL_FILES))]) + net
    rules = libc.syscall(_CREATE_RULESET, rights, len(rights), 0)
    if rules < 0:
        return False
    for folder in _FONTS:
        with contextlib.suppress(OSError):
            _allow(libc, rules, folder)
    held = libc.syscall(_RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return bool(held)


def _allow(libc: ctypes.CDLL, rules: int, folder: str) -> None:
    place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    libc.syscall(_ADD_RULE, rules, 1, struct.pack("<Qi", _READ_FILES, place), 0)
    os.close(place)


def _seccomp(libc: ctypes.CDLL) -> bool:
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    program = _program(*known)
    held = ctypes.create_string_buffer(program, len(program))
    fprog = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, fprog, 0, 0) == 0)


def _program(architecture: int, column: int) -> bytes:
    """Return the filter: another architecture dies, what is forbidden gets EPERM, the rest passes."""
    numbers = [pair[column] for pair in _FORBIDDEN if pair[column] >= 0]
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ENOSYS)]
    steps += [(_EQUAL, 0, 3, _CLONE[column]), (_LOAD, 0, 0, 16)]
    steps += [(_HAS, len(numbers) + 2, len(numbers) + 3, _CLONE_THREAD), (_LOAD, 0, 0, 0)]
    steps.append((_AT_LEAST, len(numbers) + 1, 0, _X32))
    steps += [(_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps)
