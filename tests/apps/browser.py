"""A headless Chromium that tests drive over a pipe (the DevTools protocol), without any package."""
import base64
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile

from harness import skip

CHROMIUM = "/usr/bin/chromium"


class Browser:
    """One page. evaluate: the value of a JavaScript expression in it; a promise is waited for."""

    def __init__(self):
        if not os.path.exists(CHROMIUM):
            skip(f"{CHROMIUM} is missing: scripts/bootstrap.sh installs it")
        self.stack = contextlib.ExitStack()
        self.number, self.session, self.events = 0, None, []

    def __enter__(self):
        home = self.stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        ours, theirs = os.pipe(), os.pipe()
        options = "--headless=new --no-sandbox --disable-gpu --no-first-run --hide-scrollbars --remote-debugging-pipe"
        command = f"exec {CHROMIUM} {options} --user-data-dir={home}/profile 3<&{ours[0]} 4>&{theirs[1]}"
        self.process = subprocess.Popen(["sh", "-c", command], pass_fds=(ours[0], theirs[1]), stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env={**os.environ, "HOME": home, "TMPDIR": home})
        os.close(ours[0])
        os.close(theirs[1])
        self.out, self.into, self.rest = theirs[0], ours[1], b""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError, AssertionError):
            self.session = None
            self.send("Browser.close")
        self.process.wait(30)
        os.close(self.out)
        os.close(self.into)
        self.stack.close()

    def receive(self):
        while b"\0" not in self.rest:
            more = os.read(self.out, 1 << 16)
            assert more, "chromium ended"
            self.rest += more
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def send(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        left = json.dumps(message).encode() + b"\0"
        while left:
            left = left[os.write(self.into, left):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)

    def open(self, path):
        self.events.clear()
        self.send("Page.navigate", url=pathlib.Path(path).as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())

    def evaluate(self, expression):
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, f"{expression}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    def resize(self, width, height=900, scale=1):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=width < 600)

    def prefer(self, scheme="light", media=""):
        """The reader's colours (light, dark), and the medium (print)."""
        self.send("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path):
        picture = self.send("Page.captureScreenshot", captureBeyondViewport=True)
        pathlib.Path(path).write_bytes(base64.b64decode(picture["data"]))

    def requests(self):
        return [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]

    def complaints(self):
        """What went wrong in the page by itself."""
        return [e["params"] for e in self.events if e.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded")]
