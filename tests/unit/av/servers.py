"""Private X server and sound server for the media tests; each test session starts and ends its own."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess

import pytest

from tests.sound import Pulse


@pytest.fixture(scope="session")
def xvfb():
    """The name of a private display, 640 x 480."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as numbers:
        display = f":{numbers.readline().strip()}"
    yield display
    server.terminate()
    server.wait(30)


@pytest.fixture
def display(xvfb, monkeypatch):
    monkeypatch.setenv("DISPLAY", xvfb)
    return xvfb


@pytest.fixture
def pulse(tmp_path_factory, monkeypatch):
    server = Pulse(tmp_path_factory.mktemp("pulse"))
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    yield server
    server.close()


class Painter:
    """Plain windows of one colour on a private display."""

    def __init__(self, display: str) -> None:
        self.x = ctypes.CDLL(ctypes.util.find_library("X11"))
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XDefaultRootWindow.restype = self.x.XCreateSimpleWindow.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(display.encode()))

    def window(self, title: str, x: int, y: int, width: int, height: int, colour: int) -> int:
        root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))
        window = self.x.XCreateSimpleWindow(
            self.display, root, x, y, width, height, 0, ctypes.c_ulong(0), ctypes.c_ulong(colour)
        )
        self.x.XStoreName(self.display, ctypes.c_ulong(window), title.encode())
        self.x.XMapRaised(self.display, ctypes.c_ulong(window))
        self.x.XSync(self.display, 0)
        return window

    def resize(self, window: int, width: int, height: int) -> None:
        self.x.XResizeWindow(self.display, ctypes.c_ulong(window), width, height)
        self.x.XSync(self.display, 0)

    def destroy(self, window: int) -> None:
        self.x.XDestroyWindow(self.display, ctypes.c_ulong(window))
        self.x.XSync(self.display, 0)

    def close(self) -> None:
        self.x.XCloseDisplay(self.display)


@pytest.fixture
def painter(display):
    painter = Painter(display)
    yield painter
    painter.close()
