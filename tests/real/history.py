"""Drives a real console: reads off a chart what a real Prometheus has of two hours ago.

usage: history.py WARROOM INCIDENT SIGNAL MOMENT VALUE
MOMENT is in seconds since 1970: about when the signal had that value, and not before and after.
Prints what it did, a line each; exit code 0 when all of it came true.
"""

import re, sys, time

from terminal import ESCAPES, Console

warroom, incident, name, moment, value = sys.argv[1:6]
# The chart is as wide as the screen, and begins half an hour before the incident did.
LEFT = "\x1b[D"
READS = re.compile(rb"(\d+)\s+at (\d\d:\d\d:\d\d)")
console = Console(warroom, incident)


def reading():
    """The value at the chart's cursor, and how far its moment is from the one that is looked for."""
    console.press("\x0c")
    console.until("", lambda: READS.search(ESCAPES.sub(b"", console.seen)))
    read = READS.search(ESCAPES.sub(b"", console.seen))
    at = time.gmtime(float(moment))
    wanted = at.tm_hour * 3600 + at.tm_min * 60 + at.tm_sec
    hours, minutes, seconds = map(int, read[2].split(b":"))
    day = 24 * 3600
    off = (hours * 3600 + minutes * 60 + seconds - wanted + day // 2) % day - day // 2
    return read[1].decode(), off


console.until("the signal is there", console.drawn(name.encode()))
console.press("5")
console.until("the signals pane has the keys", console.drawn(rb"earlier|chart|enter"))
console.press("G\r\x0c")
console.until("its chart has the screen", console.drawn(rb"Signal: " + name.encode()))
console.press(LEFT)
found, off = reading()
while off > 60:
    # A column is less than a minute.
    console.press(LEFT * (int(off) // 60))
    found, off = reading()
if found != value or abs(off) > 120:
    print(f"read {found}, {off} s from where it was looked for; expected {value}")
    sys.exit(1)
print(f"      the chart reads {found} where it was written two hours ago")
console.end()
