"""The wall page in a real browser: what it shows, how soon, and what it does when the server is gone.

    wall.py WARROOM CHROMIUM [FOLDER FOR PICTURES]

Prints a line for each thing that was looked at; ends with status 1 when one was not so.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from browser import Browser

PATIENCE = 30
# A change must be on the screen within this long, in seconds; a busy machine is given a little more.
SOON = 1.5
# The same, where the page asks every two seconds.
ASKED = 4
MARKUP = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"

# Whether a column holds more than it shows.
HALF = """
[].some.call(document.querySelectorAll('.column'), function (column) {
  return column.scrollHeight > column.clientHeight;
})
"""

failed = 0


def check(name, holds, more=""):
    global failed
    failed += not holds
    print("%s %s%s" % ("ok   " if holds else "FAIL ", name, " (%s)" % more if more else ""), flush=True)


class House:
    """A server on a folder of its own, and the verbs that write to it."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.data = os.path.join(folder, "data")
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": folder, "TZ": "Europe/Berlin",
            "WARROOM_STATE": os.path.join(folder, "state"), "WARROOM_DATA": self.data,
        }
        self.port = 0
        self.process = None

    def start(self):
        listen = "127.0.0.1:%d" % self.port
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen", listen], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for line in self.process.stderr:
            if b"listens on" in line:
                self.port = int(line.rsplit(b":", 1)[1])
                break
        else:
            raise RuntimeError("the server did not start")
        # What it says further must not fill the pipe.
        os.set_blocking(self.process.stderr.fileno(), False)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def say(self, *words):
        done = subprocess.run([self.program, *words], env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        if done.returncode:
            raise RuntimeError("%s: %s%s" % (words, done.stdout, done.stderr))
        return done.stdout.strip()

    def writes(self, *words):
        return self.say(*words, "--server", "ws://127.0.0.1:%d" % self.port, "--name", "maya")


    def alert(self, name, summary):
        labels = {"alertname": name, "service": "checkout"}
        alert = {"status": "firing", "labels": labels, "annotations": {"summary": summary},
                 "startsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                 "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "1"}
        body = {"version": "4", "receiver": "warroom", "status": "firing", "alerts": [alert],
                "commonLabels": labels, "groupLabels": labels}
        url = "http://127.0.0.1:%d/hooks/alertmanager" % self.port
        with urllib.request.urlopen(url, json.dumps(body).encode(), PATIENCE) as answer:
            answer.read()


def look(house, browser, shot):
    link = house.say("token", "create", "hall", "--level", "wall")
    words = link.split("#")[1]
    browser.size(1920, 1080)
    browser.go(link)
    browser.until("it is let in", lambda text: "All quiet" in text)
    check("a link lets it in, and is not in the address", words not in browser.value("location.href"))
    check("no request has the link's words in its address",
          not any(words in url.split("#")[0] for url in browser.requests))
    check("no script can read the cookie", words not in browser.value("document.cookie"))
    # The browser remarks that reading it is slow, which is this test's doing.
    browser.said = [one for one in browser.said if "DocumentCookie" not in one]

    house.writes("declare", "checkout is down " + MARKUP, "--severity", "1", "--service", "checkout")
    took = browser.until("the incident", lambda text: "SEV1" in text and "INC-1" in text)
    check("a new incident is shown by itself", True, "%.2f s after the verb ended" % took)
    house.writes("note", "INC-1", "pods restart " + MARKUP)
    browser.until("the note", lambda text: "pods restart" in text)
    check("markup is shown as text", "<script>" in browser.text() and "<img src=x" in browser.text())
    check("and does nothing", "owned" not in browser.value("document.title").split("<")[0])
    house.writes("role", "INC-1", "ic", "maya")
    house.writes("role", "INC-1", "scribe", "lee")
    house.writes("note", "INC-1", "/decision roll release 4f2a back")
    house.writes("note", "INC-1", "/finding 4f2a holds a connection for each request")
    house.writes("ask", "INC-1", "@bo 10m check the connection pool of eu-west")
    house.writes("update", "INC-1", "Checkout fails for 4 in 10 customers; a release is rolled back.")
    house.writes("handover", "INC-1", "offer", "ic", "cy")
    browser.until("the offer", lambda text: "maya \u2192 cy offered" in " ".join(text.split()))
    check("a role on its way is shown with whom it is offered to", True)
    check("whom the next update is for is told", "next update (internal) in " in browser.text())
    house.alert("HighErrorRate", "41 % of the requests for checkout fail")
    browser.until("the alert", lambda text: "HighErrorRate" in text)
    began = time.monotonic()
    house.writes("severity", "INC-1", "2", "--reason", "a part works again")
    verb = time.monotonic() - began
    took = browser.until("the severity", lambda text: "SEV2" in text)
    check("a change is shown within a second", took < SOON, "%.2f s, the verb %.2f s" % (took, verb))
    check("the clock is UTC, and the zone of the screen is named",
          "UTC" in browser.text() and "Europe/Berlin" in browser.text())
    shot("wall-1080.png")
    for width, height in ((1920, 1080), (1280, 720)):
        browser.size(width, height)
        over = browser.value("document.documentElement.scrollHeight > innerHeight "
                             "|| document.documentElement.scrollWidth > innerWidth")
        check("nothing needs scrolling at %dx%d" % (width, height), over is False)
        # The picture is fitted when the next thing happens.
        house.writes("note", "INC-1", "written at %d by %d" % (width, height))
        browser.until("the note", lambda text: "written at %d" % width in text)
        check("no row is shown by half at %dx%d" % (width, height), not browser.value(HALF))
        shot("wall-%d.png" % height)
    browser.size(1920, 1080)

    house.stop(signal.SIGKILL)
    took = browser.until("staleness", lambda text: "STALE" in text)
    check("a server that is gone makes it say STALE", took < 10, "%.1f s" % took)
    clock = "document.getElementById('clock').textContent"
    stood, age = browser.value(clock), browser.value("document.getElementById('stale').textContent")
    browser.until("its age", lambda text: age not in text)
    before = browser.text()
    check("no row is shown by half while it is stale", not browser.value(HALF))
    check("and since when", "this screen shows" in before and "UTC" in before)
    check("its clock stands still", browser.value(clock) == stood)
    check("and no countdown claims to run", "next update (internal) by " in before
          and "as of " in before and "next update (internal) in" not in before)
    shot("wall-stale.png")
    house.start()
    took = browser.until("recovery", lambda text: "STALE" not in text and "SEV2" in text)
    check("it comes back by itself", True, "%.1f s after the start" % took)
    house.writes("note", "INC-1", "seen after the restart")
    browser.until("what came after", lambda text: "seen after the restart" in text)
    check("and shows what is written then", True)

    loud = [one for one in browser.said if "ERR_CONNECTION_REFUSED" not in one
            and "ERR_INCOMPLETE_CHUNKED_ENCODING" not in one and "ERR_CONNECTION_RESET" not in one]
    check("no script fails, and nothing breaks the policy", not loud, "; ".join(loud)[:600])
    house.say("token", "revoke", "hall")
    took = browser.until("revocation", lambda text: "not let in" in text)
    check("a link that is revoked ends it", took < SOON, "%.2f s" % took)
    check("and takes the picture away", "INC-1" not in browser.text())
    shot("wall-revoked.png")


def by_asking(house, browser):
    """A browser that cannot listen asks every two seconds."""
    link = house.say("token", "create", "lobby", "--level", "wall")
    # Another page, not only another part of the one that is there.
    browser.go("about:blank")
    end = browser.before("delete window.EventSource;")
    browser.requests.clear()
    browser.go(link)
    browser.until("the picture", lambda text: "INC-1" in text)
    check("a browser without EventSource has the picture",
          browser.value("typeof window.EventSource") == "undefined")
    house.writes("note", "INC-1", "seen by asking")
    took = browser.until("the note", lambda text: "seen by asking" in text)
    check("it asks for what is new", took < ASKED, "%.1f s" % took)
    house.stop(signal.SIGKILL)
    took = browser.until("staleness", lambda text: "STALE" in text)
    check("it says STALE as well", took < 10, "%.1f s" % took)
    house.start()
    took = browser.until("recovery", lambda text: "STALE" not in text and "INC-1" in text)
    check("it comes back by itself as well", True, "%.1f s after the start" % took)
    house.say("token", "revoke", "lobby")
    took = browser.until("revocation", lambda text: "not let in" in text)
    check("a link that is revoked ends it as well", took < ASKED, "%.1f s" % took)
    check("it never tried to listen", not any("/wall/events" in url for url in browser.requests))
    end()


# Notes what is on the screen, so often that nothing is missed.
WATCH = """
window.seen = []; window.blank = 0;
setInterval(function () {
  var card = /INC-\\d+/.exec(document.getElementById('title').textContent);
  if (document.getElementById('board').hidden || !card) { window.blank += 1; return; }
  if (seen[seen.length - 1] !== card[0]) { seen.push(card[0]); }
}, 20);
"""

# The clock that the picture moves by stands where it is set.
SET = """
(function () {
  var real = Date.now;
  window.at = null;
  Date.now = function () { return window.at === null ? real() : window.at; };
}());
"""

# How bright the words are that are lit all day, by the size of their letters.
BRIGHT = """
[].map.call(document.querySelectorAll('#board *'), function (node) {
  var style = getComputedStyle(node), c = style.color.match(/\\d+/g).map(Number);
  return [parseFloat(style.fontSize), 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2]];
})
"""


def in_turn(house, browser, shot):
    """Several incidents, each for a while, and a picture that moves."""
    link = house.say("token", "create", "foyer", "--level", "wall")
    # Another page, not only another part of the one that is there.
    browser.go("about:blank")
    for number in range(7):
        house.writes("declare", "Incident %d with a title of some length" % number, "--severity", "3")
    end = browser.before(SET)
    browser.go(link)
    browser.until("the picture", lambda text: "INC-1" in text and "more open" in text)
    check("those at the foot that have no room are counted", browser.value(
        "document.getElementById('others').scrollWidth <= document.getElementById('others').clientWidth"))
    shot("wall-foot.png")
    bright = browser.value(BRIGHT)
    check("nothing is white, and what is large is dimmer still", all(
        light < (210 if size > 60 else 225) for size, light in bright), "%d words" % len(bright))

    moved = "document.getElementById('wall').style.transform"
    places = []
    browser.value("window.at = 7 * 180000")
    browser.until("a last place", lambda _: "-6px" in (browser.value(moved) or ""))
    for turn in range(8):
        stood = browser.value(moved)
        browser.value("window.at = %d" % (turn * 180000))
        browser.until("the next place", lambda _: browser.value(moved) != stood)
        places.append(browser.value(moved))
    check("the picture stands in eight places, one after the other", len(set(places)) == 8)
    far = [abs(int(one)) for place in places for one in re.findall(r"-?\d+", place.replace("px", ""))]
    check("never far from the middle", max(far) <= 12, " ".join(places))
    browser.value("window.at = 8 * 180000")
    browser.until("the first place", lambda _: browser.value(moved) == places[0])
    check("and comes round", True)
    end()

    browser.go(link.replace("/wall#", "/wall?rotate=5#"))
    browser.until("the picture", lambda text: "INC-" in text)
    browser.value(WATCH)
    browser.until("three turns", lambda _: browser.value("window.seen.length") >= 3)
    seen = browser.value("window.seen")
    check("each open incident has its turn", len(set(seen)) >= 3, " ".join(seen))
    check("and nothing is blank in between", browser.value("window.blank") == 0)


def main():
    program, chromium = sys.argv[1:3]
    pictures = sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        house = House(program, folder)
        browser = None
        os.environ["TZ"] = "Europe/Berlin"
        try:
            house.start()
            browser = Browser(chromium, PATIENCE)

            def shot(name):
                if pictures:
                    browser.picture(os.path.join(pictures, name))

            look(house, browser, shot)
            by_asking(house, browser)
            in_turn(house, browser, shot)
        finally:
            if browser:
                browser.end()
            if house.process.poll() is None:
                house.stop()
    sys.exit(1 if failed else 0)


main()
