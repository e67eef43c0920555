"""The few things that x11grab does not tell: which screens and windows there are, and a window's own pixels.

A window is redirected off-screen (Composite extension) before it is grabbed: reading the screen where it lies would
also show what lies over it.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from media.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Iterator

VIEWABLE = 2
ANY_TYPE = 0
REDIRECT_AUTOMATIC = 0
MOST_WINDOWS = 256
SMALLEST = 16

_ErrorHandler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


_stay_alive = _ErrorHandler(lambda _display, _event: 0)
"""Without it Xlib ends the process when a window has vanished."""


class _Attributes(ctypes.Structure):
    """XWindowAttributes; only the first fields and `map_state` are read."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("x", "y", "width", "height", "border_width", "depth")),
        ("visual", ctypes.c_void_p),
        ("root", ctypes.c_ulong),
        *((name, ctypes.c_int) for name in ("window_class", "bit_gravity", "win_gravity", "backing_store")),
        ("backing_planes", ctypes.c_ulong),
        ("backing_pixel", ctypes.c_ulong),
        ("save_under", ctypes.c_int),
        ("colormap", ctypes.c_ulong),
        ("map_installed", ctypes.c_int),
        ("map_state", ctypes.c_int),
        ("event_masks", ctypes.c_long * 3),
        ("override_redirect", ctypes.c_int),
        ("screen", ctypes.c_void_p),
    )


@dataclass(frozen=True)
class XWindow:
    """A window as listed: its id, its title, and its size in pixels."""

    id: int
    title: str
    width: int
    height: int


@cache
def _library(name: str) -> ctypes.CDLL | None:
    found = ctypes.util.find_library(name)
    if found is None:
        return None
    library = ctypes.CDLL(found)
    if name == "X11":
        library.XOpenDisplay.restype = library.XSetErrorHandler.restype = ctypes.c_void_p
        library.XDefaultRootWindow.restype = library.XInternAtom.restype = ctypes.c_ulong
    return library


class _Display:
    """One connection to the X server, and the calls on it."""

    def __init__(self, library: ctypes.CDLL, pointer: int) -> None:
        self.library = library
        self.pointer = ctypes.c_void_p(pointer)
        self.root = library.XDefaultRootWindow(self.pointer)

    def attributes(self, window: int) -> _Attributes | None:
        found = _Attributes()
        ok = self.library.XGetWindowAttributes(self.pointer, ctypes.c_ulong(window), ctypes.byref(found))
        return found if ok else None

    def property(self, window: int, name: str) -> tuple[int, bytes]:
        """Return (bits an item, bytes) of a property; longs are 8 bytes each, as Xlib has it."""
        kind, form, count, after = ctypes.c_ulong(), ctypes.c_int(), ctypes.c_ulong(), ctypes.c_ulong()
        data = ctypes.c_void_p()
        atom = ctypes.c_ulong(self.library.XInternAtom(self.pointer, name.encode(), 0))
        self.library.XGetWindowProperty(
            self.pointer, ctypes.c_ulong(window), atom, ctypes.c_long(0), ctypes.c_long(1024), 0, ctypes.c_ulong(ANY_TYPE),
            *(ctypes.byref(out) for out in (kind, form, count, after, data)),
        )  # fmt: skip
        if not data:
            return 0, b""
        item = ctypes.sizeof(ctypes.c_long) if form.value == 32 else form.value // 8
        value = ctypes.string_at(data, count.value * item)
        self.library.XFree(data)
        return form.value, value

    def children(self, window: int) -> list[int]:
        root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        found = ctypes.POINTER(ctypes.c_ulong)()
        outs: tuple[Any, ...] = (
            ctypes.byref(root),
            ctypes.byref(parent),
            ctypes.byref(found),
            ctypes.byref(count),
        )
        if not self.library.XQueryTree(self.pointer, ctypes.c_ulong(window), *outs) or not found:
            return []
        windows = found[: min(count.value, MOST_WINDOWS)]
        self.library.XFree(found)
        return windows


@contextmanager
def _display(name: str | None = None) -> Iterator[_Display | None]:
    library = _library("X11")
    pointer = library.XOpenDisplay(name.encode() if name else None) if library else None
    if library is None or not pointer:
        yield None
        return
    library.XSetErrorHandler(_stay_alive)
    try:
        yield _Display(library, pointer)
    finally:
        library.XCloseDisplay(ctypes.c_void_p(pointer))


def screen_size() -> tuple[int, int] | None:
    """Return the whole display's width and height in pixels; None without an X server."""
    with _display() as display:
        found = display.attributes(display.root) if display else None
        return (found.width, found.height) if found else None


def windows() -> list[XWindow]:
    """Return the visible windows with a title: the window manager's list, else the root's children."""
    with _display() as display:
        if display is None:
            return []
        _, listed = display.property(display.root, "_NET_CLIENT_LIST")
        size = ctypes.sizeof(ctypes.c_long)
        ids = [int.from_bytes(listed[at : at + size], "little") for at in range(0, len(listed), size)][
            :MOST_WINDOWS
        ]
        described = (_describe(display, window) for window in ids or display.children(display.root))
        return [window for window in described if window]


def window_size(window: int) -> tuple[int, int] | None:
    """Return a visible window's width and height in pixels; None when it is gone or hidden."""
    with _display() as display:
        found = display.attributes(window) if display else None
        return (found.width, found.height) if found and found.map_state == VIEWABLE else None


@contextmanager
def own_pixels(window: int) -> Iterator[None]:
    """Keep *window* drawn off-screen meanwhile, so that a grab holds nothing that lies over it.

    Raises DeviceError `failed` where the X server cannot: the window is then not shared.
    """
    composite = _library("Xcomposite")
    with _display() as display:
        event, error = ctypes.c_int(), ctypes.c_int()
        if (
            display is None
            or composite is None
            or not composite.XCompositeQueryExtension(
                display.pointer, ctypes.byref(event), ctypes.byref(error)
            )
        ):
            raise DeviceError("failed", str(window))
        composite.XCompositeRedirectWindow(display.pointer, ctypes.c_ulong(window), REDIRECT_AUTOMATIC)
        display.library.XSync(display.pointer, 0)
        yield  # closing the display ends the redirection


def _describe(display: _Display, window: int) -> XWindow | None:
    found = display.attributes(window)
    if found is None or found.map_state != VIEWABLE or min(found.width, found.height) < SMALLEST:
        return None
    title = display.property(window, "_NET_WM_NAME")[1] or display.property(window, "WM_NAME")[1]
    return XWindow(window, title.decode(errors="replace"), found.width, found.height) if title else None
