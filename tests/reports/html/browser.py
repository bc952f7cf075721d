"""A headless Chromium that is driven through a pipe, and tells what a page has said."""

import json
import os
import select
import signal
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)
ANSWER_BOUND = 30.0
"""Seconds within which the browser answers, however busy the machine."""
STEP = 0.05
"""Seconds between two looks at a condition."""
END_BOUND = 10.0
"""Seconds within which the browser ends."""


class Browser:
    """One page of a browser. `said` collects what the console shows, errors and refusals among it."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self.said: list[str] = []
        self.requested: list[str] = []
        self._loaded = False
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._ask(f"{domain}.enable")

    def open(self, path: Path, place: str = "", *, width: int = 1280, dark: bool = False, scripts: bool = True) -> None:
        """Load a file, at a width in pixels, and wait until it is loaded."""
        self._ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.resize(width)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", media="", features=[scheme])
        for url in ("about:blank", path.resolve().as_uri() + place):
            self._loaded = False
            self.said.clear()
            self.requested.clear()
            self._ask("Page.navigate", url=url)
            self.until(lambda: self._loaded)

    def resize(self, width: int) -> None:
        """Show the page at a width in pixels."""
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)

    def on_paper(self) -> None:
        """Show the page as it would be printed by somebody who prefers it dark."""
        dark = {"name": "prefers-color-scheme", "value": "dark"}
        self._ask("Emulation.setEmulatedMedia", media="print", features=[dark])

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        given = {"expression": expression, "returnByValue": True, "awaitPromise": True, "userGesture": True}
        result = self._ask("Runtime.evaluate", **given)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def screenshot(self, *, whole: bool = False) -> bytes:
        """What is to be seen, as a PNG."""
        shot = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return b64decode(shot["data"])

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return b64decode(self._ask("Page.printToPDF", printBackground=True)["data"])

    def press(self, key: str) -> None:
        """Press a key, by the name that the DevTools protocol has for it."""
        for kind in ("keyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode={"Tab": 9}[key])

    def until(self, condition: Any) -> None:
        """Wait until something holds. Raises `TimeoutError` when it does not in time."""
        end = time.monotonic() + ANSWER_BOUND
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("the page did not come to what was waited for")
            self._receive(STEP)

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        end = time.monotonic() + ANSWER_BOUND
        while time.monotonic() < end:
            for answer in self._receive(STEP):
                if answer.get("id") == self._number:
                    assert "error" not in answer, (method, answer["error"])
                    result: dict[str, Any] = answer["result"]
                    return result
        raise TimeoutError(f"the browser did not answer {method}")

    def _receive(self, seconds: float) -> list[dict[str, Any]]:
        readable, _, _ = select.select([self._from], [], [], seconds)
        if readable:
            chunk = os.read(self._from, 2**20)
            if not chunk:
                raise TimeoutError("the browser has ended")
            self._buffer += chunk
        *whole, self._buffer = self._buffer.split(b"\0")
        messages = [json.loads(each) for each in whole]
        for message in messages:
            self._note(message.get("method"), message.get("params", {}))
        return messages

    def _note(self, event: str | None, params: dict[str, Any]) -> None:
        if event == "Page.loadEventFired":
            self._loaded = True
        elif event in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.said.append(json.dumps(params))
        elif event == "Network.requestWillBeSent":
            self.requested.append(params["request"]["url"])


@contextmanager
def running(program: str, profile: Path) -> Iterator[Browser]:
    """A browser with a fresh profile, ended with everything that it has started."""
    read_by_browser, write = os.pipe()
    read, written_by_browser = os.pipe()
    command = f'exec "$@" 3<&{read_by_browser} 4>&{written_by_browser}'
    process = subprocess.Popen(
        ["bash", "-c", command, "browser", program, *FLAGS, f"--user-data-dir={profile}"],
        pass_fds=(read_by_browser, written_by_browser),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "HOME": str(profile)},
    )
    os.close(read_by_browser)
    os.close(written_by_browser)
    try:
        yield Browser(write, read)
    finally:
        os.close(write)
        os.close(read)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(END_BOUND)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(END_BOUND)
