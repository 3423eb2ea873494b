"""The browser, told over the DevTools protocol what to open and to photograph."""

import base64
import json
import os
import re
import subprocess
import tempfile
import time

import websocket

from .. import browser, console

WAIT = 60
#: The client has nothing under way, and pictures and fonts are there.
QUIET = """
    (async () => {
        await document.fonts.ready;
        return !document.querySelector(".o_loading_indicator")
            && [...document.images].every((one) => one.complete);
    })()
"""
#: Where an element is, once it has been scrolled to.
PLACE = """
    (() => {
        const element = document.querySelector(%s);
        element.scrollIntoView({block: "center"});
        const {x, y, width, height} = element.getBoundingClientRect();
        return {x: x + scrollX, y: y + scrollY, width, height};
    })()
"""


class Chrome:
    """A browser without a window; a context manager."""

    def __enter__(self):
        folder = browser.ensure()
        if folder is None:
            raise console.Stop("Screenshots need a browser.")
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [
                os.path.join(folder, "google-chrome"),
                "--headless=new",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                f"--user-data-dir={self._profile.name}",
                "about:blank",
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        self._number = 0
        self.errors = []
        address = self._get_address()
        self._socket = websocket.create_connection(
            address, timeout=WAIT, suppress_origin=True
        )
        self._session = None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call(
            "Target.attachToTarget", targetId=target, flatten=True
        )["sessionId"]
        for domain in ("Page", "Runtime"):
            self._call(f"{domain}.enable")
        return self

    def __exit__(self, *_exception):
        self._socket.close()
        self._process.terminate()
        self._process.wait()
        self._profile.cleanup()

    def _get_address(self):
        for line in self._process.stderr:
            if found := re.search(r"DevTools listening on (ws://\S+)", line):
                return found[1]
        raise console.Stop("The browser did not start.")

    def _call(self, method, **params):
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                break
            self._notice(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _notice(self, event):
        """Remember what a page complains about."""
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            text = details.get("exception", {}).get("description")
            self.errors.append(text or details["text"])
        if event.get("method") == "Runtime.consoleAPICalled":
            if params["type"] == "error":
                said = (str(one.get("value", "")) for one in params["args"])
                self.errors.append(" ".join(said))

    def resize(self, width, height):
        """Make the window so large, in pixels."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def open(self, url):
        """Go to a page."""
        self._call("Page.navigate", url=url)

    def run(self, script):
        """The value of an expression of JavaScript, or of its promise."""
        answer = self._call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(
                details.get("exception", {}).get("description", details["text"])
            )
        return answer["result"].get("value")

    def wait_for(self, selector, is_there=True):
        """Until something is on the page, or has left it; fails after a minute.

        :raises RuntimeError: naming the selector
        """
        script = f"Boolean(document.querySelector({json.dumps(selector)}))"
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            if self._try(script) == is_there:
                return
            time.sleep(0.2)
        found = "No" if is_there else "Still"
        raise RuntimeError(f"{found} {selector} on {self.run('location.href')}")

    def _try(self, script):
        """The value of an expression; None while one page gives way to the next."""
        try:
            return self.run(script)
        except RuntimeError:
            return None

    def settle(self):
        """Until the page has come to rest."""
        deadline = time.monotonic() + WAIT
        calm = 0
        while calm < 3 and time.monotonic() < deadline:
            calm = calm + 1 if self._try(QUIET) else 0
            time.sleep(0.3)

    def picture(self, part=None):
        """What the window shows, as PNG.

        :param part: CSS selector of the part of it that is wanted
        """
        options = {}
        if part:
            options["clip"] = self.run(PLACE % json.dumps(part)) | {"scale": 1}
        answer = self._call("Page.captureScreenshot", **options)
        return base64.b64decode(answer["data"])
