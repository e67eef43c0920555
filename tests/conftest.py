"""Canaries over the whole suite: no log record of this process, no command line of a process that it starts, no temporary file that
any of them leaves may carry a patient's name or INS. (What the gateway's own process says is read by its tests.)

The names and numbers of the demo hospital, and those that tests plant, stand for those of real people.
"""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from app.garbage import collect
from app.interop import intake
from resources.demo.monitoring import AT_HOME
from resources.demo.patients import PATIENTS
from tests.harness.adt import CANARIES as SENT

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORT = 6
MAX_FILE = 16 << 20
_found: list[str] = []
_scratch = pytest.StashKey[Path]()


def _words() -> tuple[str, ...]:
    people = (*PATIENTS, *AT_HOME)
    names = {name for sick in people for name in (sick.birth_name, sick.used_name) if len(name) >= SHORT}
    return (*SENT, *sorted(names | {sick.ins for sick in people if sick.ins}))


CANARIES = _words()


def sung(text: str) -> str:
    """Return the canary in *text*, empty for none."""
    return next((one for one in CANARIES if one in text), "")


class _Ear(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else ""
        if one := sung(f"{record.getMessage()} {error}"):
            _found.append(f"{one} in a log record of {record.name}")


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "subprocess.Popen" and (one := sung(repr(arguments[1]))):
        _found.append(f"{one} on a command line")


def pytest_configure(config: pytest.Config) -> None:
    """Show no window, measure no speed, listen, and give this run and its processes temporary files of its own; pytest's own folders stay where they were."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    wanders = config.option.markexpr == "long"  # the others try the same each time: what fails was changed
    hypothesis.settings.register_profile("suite", deadline=None, database=None, derandomize=not wanders)
    hypothesis.settings.load_profile("suite")
    logging.getLogger().addHandler(_Ear())
    logging.getLogger().setLevel(logging.INFO)  # as the gateway says most
    sys.addaudithook(_watch)
    if hasattr(config, "workerinput"):
        return  # a worker has the folder of who started it
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    config.stash[_scratch] = Path(tempfile.mkdtemp(prefix="ct-"))
    os.environ["TMPDIR"] = tempfile.tempdir = str(config.stash[_scratch])


@pytest.fixture(scope="session", autouse=True)
def _disks_are_slow() -> Iterator[None]:
    """A listener of this process waits for its disk as long as a loaded machine may need; "later" is answered where a test asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "ANSWER_WITHIN_S", 30)
        yield


@pytest.fixture(autouse=True)
def _canaries() -> Iterator[None]:
    """Fail the test in which one was heard."""
    yield
    found, _found[:] = list(_found), []
    assert not found


@pytest.fixture(autouse=True)
def _garbage(request: pytest.FixtureRequest) -> Iterator[None]:
    """Beside widgets garbage is collected on this thread only, as in the program: after each test; else by Python itself."""
    if "qapp" in request.fixturenames:
        gc.disable()
    elif not gc.isenabled():
        gc.collect()
        gc.enable()
    yield
    if not gc.isenabled():
        collect()


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private XDG_RUNTIME_DIR with a short name: a socket's whole path has room for 107 bytes."""
    place = Path(tempfile.mkdtemp(prefix="run-"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place))
    return place


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Look at what is left of temporary files."""
    scratch = session.config.stash.get(_scratch, None)
    if scratch is None:
        return
    left = [str(file.relative_to(scratch)) for file in scratch.rglob("*") if _holds(file)]
    shutil.rmtree(scratch, ignore_errors=True)
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\npatients in temporary files: {left[:5]}")


def _holds(file: Path) -> bool:
    if file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as opened:
        data = opened.read(MAX_FILE)
    return any(one.encode() in data for one in CANARIES)
