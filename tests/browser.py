"""A real browser for tests: headless Chromium over its debugging pipe, without any library between.

The pipe carries the DevTools protocol as JSON, one message after another with a NUL between; nothing listens
on a port. Only loopback addresses are ever asked for.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fcntl import F_DUPFD, fcntl
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    *(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-sync",
    ),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-extensions",
        "--mute-audio",
    ),
    *(
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--force-color-profile=srgb",
        "--font-render-hinting=none",
    ),
    *("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-pipe"),
)
BEGIN = (
    "import os, sys; [os.dup2(int(sys.argv[n]), n + 2) for n in (1, 2)]; os.execv(sys.argv[3], sys.argv[3:])"
)
"""Puts the two ends of the pipe where Chromium looks for them."""
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "Escape": 27}
TYPED = {"Enter": "\r", " ": " "}


def axe_source() -> str | None:
    """The checker's script, from the package that ships it; None where it is not installed."""
    spec = find_spec("axe_playwright_python")
    if spec is None or not spec.submodule_search_locations:
        return None
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")


@contextmanager
def opened() -> Iterator[Page]:
    """A page in a browser of its own, which ends with the context."""
    assert CHROMIUM
    low_in, ours_out = os.pipe()
    ours_in, low_out = os.pipe()
    # Chromium reads from 3 and writes to 4: what is handed on must not be either of them already.
    theirs_in, theirs_out = (fcntl(low, F_DUPFD, 10) for low in (low_in, low_out))
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [sys.executable, "-c", BEGIN, str(theirs_in), str(theirs_out), CHROMIUM, *FLAGS]
        process = subprocess.Popen(
            [*command, f"--user-data-dir={folder}", "about:blank"],
            pass_fds=(theirs_in, theirs_out),
            stderr=subprocess.DEVNULL,
        )
        for handed_on in (low_in, low_out, theirs_in, theirs_out):
            os.close(handed_on)
        pipe = _Pipe(ours_in, ours_out)
        try:
            yield Page(pipe)
            pipe.call("Browser.close")
        finally:
            os.close(ours_out)
            os.close(ours_in)
            process.kill()
            process.wait()


class _Pipe:
    """Sends commands and reads what comes until the answer is there; keeps the events on the way."""

    def __init__(self, source: int, sink: int) -> None:
        self._source, self._sink = source, sink
        self._number = 0
        self._rest = b""
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._sink, data) :]
        while True:
            answer = self.read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._source, 1 << 20)
            if not more:
                raise RuntimeError("Chromium has gone.")
            self._rest += more
        first, self._rest = self._rest.split(b"\0", 1)
        message: dict[str, Any] = json.loads(first)
        return message


class Page:
    """One tab."""

    def __init__(self, pipe: _Pipe) -> None:
        self._pipe = pipe
        targets = pipe.call("Target.getTargets")["targetInfos"]
        target = next(target for target in targets if target["type"] == "page")["targetId"]
        self._session = pipe.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._pipe.call(method, self._session, **parameters)

    def goto(self, url: str) -> None:
        """Opens an address and waits until everything on it is there."""
        self._pipe.events.clear()
        answer = self._call("Page.navigate", url=url)
        assert "errorText" not in answer, answer
        self._wait_until_loaded()

    def _wait_until_loaded(self) -> None:
        while not any(event.get("method") == "Page.loadEventFired" for event in self._pipe.events):
            self._pipe.events.append(self._pipe.read())

    def show(self, html: str) -> None:
        """Shows a page that is nowhere but here."""
        frame = self._call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._call("Page.setDocumentContent", frameId=frame, html=html)

    def printed(self, *, furniture: bool = False) -> bytes:
        """A PDF on the paper that its style asks for; `furniture` is date, title, address, page number."""
        answer = self._call("Page.printToPDF", displayHeaderFooter=furniture, preferCSSPageSize=True)
        return base64.b64decode(answer["data"])

    def complaints(self) -> list[str]:
        """What the browser wrote to its console since the page was opened: scripts and styles refused, …"""
        logged = [event for event in self._pipe.events if event.get("method") == "Log.entryAdded"]
        return [f"{e['params']['entry']['text']} {e['params']['entry'].get('url', '')}" for e in logged]

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, after its promise if it is one."""
        answer = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def emulate(self, media: str = "screen", **features: str) -> None:
        """`media` is "screen" or "print"; features as `prefers_color_scheme="dark"`."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self._call("Emulation.setEmulatedMedia", media=media, features=named)

    def resize(self, width: int, height: int = 900) -> None:
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def without_script(self, off: bool = True) -> None:
        self._call("Emulation.setScriptExecutionDisabled", value=off)

    def press(self, key: str) -> None:
        parameters: Mapping[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
        text = {"text": TYPED[key]} if key in TYPED else {}
        self._call("Input.dispatchKeyEvent", type="keyDown", **parameters, **text)
        self._call("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def follow(self, key: str) -> None:
        """Presses a key that opens another page, and waits until that is there."""
        self._pipe.events.clear()
        self.press(key)
        self._wait_until_loaded()

    def screenshot(self, whole: bool = False) -> bytes:
        """PNG of what is seen, or of the whole page."""
        answer = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(answer["data"])
