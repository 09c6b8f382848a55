"""Drives a real console: sees a signal of a real Prometheus and an alert of a real Alertmanager, makes
a silence by keys, and ends it by keys.

usage: console.py WARROOM ALERTMANAGER-URL INCIDENT
Prints what it did, a line each; exit code 0 when all of it came true.
"""

import json, sys
import urllib.request

from terminal import Console

warroom, alertmanager, incident = sys.argv[1:4]
console = Console(warroom, incident)
until, drawn, press = console.until, console.drawn, console.press


def silences():
    with urllib.request.urlopen(f"{alertmanager}/api/v2/silences", timeout=5) as answer:
        ours = [s for s in json.load(answer) if f"(warroom {incident} #" in s["comment"]]
    return [s["status"]["state"] for s in ours]


seen = lambda *texts: all(text in console.seen for text in texts)
until("the signal is drawn with its value", lambda: seen(b"error-ratio", b"0.4"))
until("the alert is in the alerts pane", drawn(rb"HighErrorRate"))
press("7")
until("the alerts pane has the keys", drawn(rb"silence"))
press("m")
until("it asks how long and why", drawn(rb"long"))
press("10m deploying the fix\r")
until("it asks once more, by name", drawn(rb"manager"))
press("y")
until("the silence stands in Alertmanager", lambda: silences() == ["active"])
until("the pane says so", drawn(rb"silenced"))
press("x")
until("it asks why it ends", drawn(rb"ends"))
press("deployed\r")
until("the silence is over in Alertmanager", lambda: silences() == ["expired"])
console.end()
