"""A real Chromium without a window, spoken to by its DevTools protocol: what a visitor sees, types, saves, and what the page asks of the network."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from websockets.asyncio.client import connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
    ),
    *("--disable-default-apps", "--disable-breakpad", "--no-default-browser-check", "--no-proxy-server"),
    *("--ignore-certificate-errors", "--remote-debugging-port=0", "--password-store=basic"),
)
START_S = WAIT_S = 60


class Chromium:
    """One browser with an empty profile in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._visits: list[str] = []

    async def __aenter__(self) -> Self:
        self._start()
        self._socket = await connect(await self._address(), max_size=64 << 20, ping_interval=None)
        self._numbers, self._answers = itertools.count(1), {}
        self._hears: list[Callable[[dict[str, Any]], None]] = []
        self._reader = asyncio.create_task(self._read())
        return self

    def _start(self) -> None:
        command = [PROGRAM, *FLAGS, f"--user-data-dir={self._folder / 'profile'}", "about:blank"]
        environment = os.environ | {"HOME": str(self._folder)}
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            command, stdout=self._log, stderr=self._log, env=environment, start_new_session=True
        )

    async def _address(self) -> str:
        end = time.monotonic() + START_S
        while time.monotonic() < end and self._process.poll() is None:
            found = re.search(r"listening on (ws://\S+)", (self._folder / "log").read_text(errors="replace"))
            if found:
                return found[1]
            await asyncio.sleep(0.05)
        raise AssertionError((self._folder / "log").read_text(errors="replace")[-2000:])

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._socket.close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(20)
        self._log.close()

    async def _read(self) -> None:
        async for text in self._socket:
            said = json.loads(text)
            if "id" in said:
                self._answers.pop(said["id"]).set_result(said)
            else:
                for hear in self._hears:
                    hear(said)

    async def ask(self, method: str, session: str = "", **parameters: Any) -> Any:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": parameters} | (
            {"sessionId": session} if session else {}
        )
        await self._socket.send(json.dumps(message))
        said = await asyncio.wait_for(answer, WAIT_S)
        assert "result" in said, said
        return said["result"]

    async def page(
        self, address: str, *, width: int = 1100, height: int = 800, language: str = "fr", dark: bool = False
    ) -> Page:
        """Open *address* in a context of its own, as a new visitor would."""
        context = (await self.ask("Target.createBrowserContext"))["browserContextId"]
        self._visits.append(context)
        downloads = self._folder / context
        downloads.mkdir()
        await self.ask(
            "Browser.setDownloadBehavior",
            behavior="allow",
            browserContextId=context,
            downloadPath=str(downloads),
        )
        target = await self.ask("Target.createTarget", url="about:blank", browserContextId=context)
        session = (await self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True))[
            "sessionId"
        ]
        page = Page(self, session, downloads)
        self._hears.append(page.hear)
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            await page.ask(f"{domain}.enable")
        await page.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        await page.ask("Emulation.setLocaleOverride", locale=language)
        await page.ask("Emulation.setUserAgentOverride", userAgent="test", acceptLanguage=language)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await page.ask("Emulation.setEmulatedMedia", features=[scheme])
        await page.ask("Page.navigate", url=address)
        await page.until("document.readyState === 'complete'")
        return page

    async def part(self) -> None:
        """Let every visitor go, with all that the browser knows of them."""
        while self._visits:
            await self.ask("Target.disposeBrowserContext", browserContextId=self._visits.pop())
        self._hears.clear()


class Page:
    """One tab. `requests`: every address that it asked for; `complaints`: errors and refusals by the security policy; `downloads`: where it saves."""

    def __init__(self, browser: Chromium, session: str, downloads: Path) -> None:
        self._browser, self._session, self.downloads = browser, session, downloads
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def hear(self, said: dict[str, Any]) -> None:
        if said.get("sessionId") != self._session:
            return
        match said["method"], said["params"]:
            case "Network.requestWillBeSent", told:
                self.requests.append(told["request"]["url"])
            case "Network.webSocketCreated", told:
                self.requests.append(told["url"])
            case (("Runtime.exceptionThrown" | "Audits.issueAdded"), told):
                self.complaints.append(json.dumps(told))
            case "Log.entryAdded", told if told["entry"]["level"] == "error":
                self.complaints.append(told["entry"]["text"])

    async def ask(self, method: str, **parameters: Any) -> Any:
        return await self._browser.ask(method, self._session, **parameters)

    async def run(self, script: str) -> Any:
        """Return what *script* is in the page."""
        said = await self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until *script* is true."""
        end = time.monotonic() + WAIT_S
        while not await self.run(script):
            assert time.monotonic() < end, (script, await self.seen())
            await asyncio.sleep(0.05)

    async def seen(self) -> str:
        """Return the words that are visible."""
        return await self.run("document.body ? document.body.innerText : ''")

    async def shows(self, words: str) -> None:
        """Wait until *words* are visible."""
        await self.until(f"document.body.innerText.includes({json.dumps(words)})")

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        await self.ask("Input.insertText", text=text)

    async def press(self, key: str, code: int, text: str = "") -> None:
        """Press and release a key."""
        named = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        await self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", **named)

    async def enter(self) -> None:
        """Press Enter."""
        await self.press("Enter", 13, "\r")
