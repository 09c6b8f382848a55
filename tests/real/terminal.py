"""A real console in a pseudo-terminal of 200x50, for those who drive it by keys."""

import fcntl, os, pty, re, select, signal, struct, sys, termios, time

PATIENCE = 60
# What moves the cursor or changes colours, and writes no letter.
ESCAPES = re.compile(rb"\x1b(\[[0-9;?]*[a-zA-Z]|[^\[])")


class Console:
    def __init__(self, warroom, incident):
        self.seen = b""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
            server = os.environ["WARROOM_SERVER"]
            os.execv(warroom, [warroom, "join", server, "--incident", incident, "--zone", "utc"])
        size = struct.pack("HHHH", 50, 200, 0, 0)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, size)

    def until(self, what, wanted):
        """Reads what is drawn until it is so, and says what if that is named; ends the program when it
        never is."""
        end = time.monotonic() + PATIENCE
        while not wanted():
            if time.monotonic() > end:
                print(f"not seen: {what or ESCAPES.sub(b'', self.seen[-2000:])}", flush=True)
                os.kill(self.pid, signal.SIGTERM)
                sys.exit(1)
            self.read(0.2)
        if what:
            print(f"      {what}", flush=True)

    def read(self, within):
        """Takes in what comes within that time; says whether anything did."""
        if select.select([self.terminal], [], [], within)[0]:
            self.seen += os.read(self.terminal, 65536)
            return True
        return False

    def drawn(self, pattern):
        """Whether this was drawn since the last keys, whatever its colours."""
        return lambda: re.search(pattern, ESCAPES.sub(b"", self.seen))

    def press(self, keys):
        self.seen = b""
        os.write(self.terminal, keys.encode())

    def end(self):
        os.write(self.terminal, b"q")
        _, status = os.waitpid(self.pid, 0)
        sys.exit(os.waitstatus_to_exitcode(status))
