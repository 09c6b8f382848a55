"""A headless Chromium, spoken to over a pipe. Needs nothing but Python's own library."""

import base64
import json
import os
import subprocess
import tempfile
import threading
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Browser:
    """One browser with one page. What its console says and what its page refuses is kept."""

    def __init__(self, program, patience):
        self.patience = patience
        self.said = []
        self.requests = []
        self.answers = {}
        self.heard = threading.Condition()
        self.number = 0
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()

        def pipes():
            os.dup2(to_read, 13)
            os.dup2(from_write, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
             "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--hide-scrollbars", "--window-size=1920,1080",
             "--remote-debugging-pipe", "--user-data-dir=" + self.folder.name, "about:blank"],
            preexec_fn=pipes, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.to = to_write
        threading.Thread(target=self.listen, args=(from_read,), daemon=True).start()
        self.session = None
        pages = self.ask("Target.getTargets")["targetInfos"]
        page = next(one for one in pages if one["type"] == "page")
        attached = self.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for part in ("Page", "Runtime", "Log", "Network", "Audits"):
            self.ask(part + ".enable")

    def listen(self, pipe):
        """Takes what the browser says until it ends."""
        left = b""
        while True:
            try:
                some = os.read(pipe, 65536)
            except OSError:
                return
            if not some:
                return
            left += some
            while b"\0" in left:
                one, left = left.split(b"\0", 1)
                self.take(json.loads(one))

    def take(self, message):
        with self.heard:
            if "id" in message:
                self.answers[message["id"]] = message
            elif message["method"] == "Runtime.consoleAPICalled":
                args = message["params"]["args"]
                self.said.append(" ".join(str(one.get("value")) for one in args))
            elif message["method"] == "Runtime.exceptionThrown":
                self.said.append("exception: " + json.dumps(message["params"])[:400])
            elif message["method"] == "Log.entryAdded":
                entry = message["params"]["entry"]
                self.said.append("%s: %s" % (entry["source"], entry["text"]))
            elif message["method"] == "Audits.issueAdded":
                issue = message["params"]["issue"]
                self.said.append("issue: " + json.dumps(issue)[:400])
            elif message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            self.heard.notify_all()

    def ask(self, method, **params):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        with self.heard:
            if not self.heard.wait_for(lambda: number in self.answers, self.patience):
                raise TimeoutError(method)
            answer = self.answers.pop(number)
        if "error" in answer:
            raise RuntimeError("%s: %s" % (method, answer["error"]))
        return answer["result"]

    def before(self, script):
        """Runs this on every page from now on before its own scripts; answers what ends that."""
        asked = self.ask("Page.addScriptToEvaluateOnNewDocument", source=script)
        return lambda: self.ask("Page.removeScriptToEvaluateOnNewDocument",
                                identifier=asked["identifier"])

    def go(self, url):
        self.ask("Page.navigate", url=url)

    def value(self, script):
        """What the script comes to on the page; a page that is just changing has none."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    def text(self):
        """All words that can be seen."""
        return self.value("document.body ? document.body.innerText : ''") or ""

    def until(self, what, holds):
        """Waits until `holds(text of the page)`; answers how long it took, in seconds."""
        began = time.monotonic()
        while not holds(self.text()):
            if time.monotonic() - began > self.patience:
                raise TimeoutError("%s; the page says:\n%s" % (what, self.text()))
            time.sleep(0.02)
        return time.monotonic() - began

    def size(self, width, height):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)

    def picture(self, path):
        data = self.ask("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def end(self):
        os.close(self.to)
        self.process.terminate()
        self.process.wait(self.patience)
        self.folder.cleanup()
