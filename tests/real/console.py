"""Drives a real console in a pseudo-terminal: sees a signal of a real Prometheus and an alert of a
real Alertmanager, makes a silence by keys, and ends it by keys.

usage: console.py WARROOM ALERTMANAGER-URL INCIDENT
Prints what it did, a line each; exit code 0 when all of it came true.
"""

import fcntl, json, os, pty, re, select, signal, struct, sys, termios, time
import urllib.request

PATIENCE = 60
warroom, alertmanager, incident = sys.argv[1:4]
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
    os.execv(warroom, [warroom, "join", os.environ["WARROOM_SERVER"], "--incident", incident])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
seen = b""


def until(what, wanted):
    """Reads what the console draws until it is so."""
    global seen
    end = time.monotonic() + PATIENCE
    while not wanted():
        if time.monotonic() > end:
            print(f"not seen: {what}", flush=True)
            os.kill(pid, signal.SIGTERM)
            sys.exit(1)
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536)
    print(f"      {what}", flush=True)


def drawn(pattern):
    return lambda: re.search(pattern, seen)


def press(keys):
    global seen
    seen = b""
    os.write(terminal, keys.encode())


def silences():
    with urllib.request.urlopen(f"{alertmanager}/api/v2/silences", timeout=5) as answer:
        ours = [s for s in json.load(answer) if f"(warroom {incident} #" in s["comment"]]
    return [s["status"]["state"] for s in ours]


until("the signal is drawn with its value", lambda: b"error-ratio" in seen and b"0.4" in seen)
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
os.write(terminal, b"q")
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
