"""A console and its server on two networks that are parted and joined again.

Each has a network namespace of its own; a pair of virtual wires joins them. The wire is taken down
while the console types, for long enough that both sides give each other up, and put up again: every
line is in the log once, and the header said that it is stale, and since when.

Needs root and `ip` (iproute2); else it says SKIPPED and passes.

    python3 tests/real/partition.py path/to/warroom [SECONDS]
"""

import json, os, re, signal, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.dirname(__file__))
from terminal import Console

# Two addresses that are set aside for documents: no network has them.
SERVER, CONSOLE = "192.0.2.1", "192.0.2.2"
PORT = 7911


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True)


def skip(why):
    print(f"SKIPPED: two networks parted and joined were NOT tested: {why}")
    sys.exit(0)


class Networks:
    """The two, and the wire between them."""

    def __init__(self):
        mark = os.getpid()
        self.near, self.far = f"warroom-near-{mark}", f"warroom-far-{mark}"
        self.wire = f"wr{mark}"[:14]

    def __enter__(self):
        try:
            for name in (self.near, self.far):
                run("ip", "netns", "add", name)
            run("ip", "-n", self.near, "link", "add", self.wire, "type", "veth", "peer", "name", "up0", "netns", self.far)
        except (OSError, subprocess.CalledProcessError) as error:
            self.__exit__()
            skip(getattr(error, "stderr", None) or error)
        for name, device, address in ((self.near, self.wire, SERVER), (self.far, "up0", CONSOLE)):
            run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", device)
            run("ip", "-n", name, "link", "set", device, "up")
            run("ip", "-n", name, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_):
        for name in (self.near, self.far):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)

    def set(self, state):
        run("ip", "-n", self.near, "link", "set", self.wire, state)


def main(warroom, seconds):
    if os.geteuid() != 0:
        skip("only root may make networks")
    with tempfile.TemporaryDirectory() as folder:
        serve_in(folder, warroom, seconds)


def serve_in(folder, warroom, seconds):
    os.environ.update(HOME=folder, WARROOM_DATA=f"{folder}/data", WARROOM_STATE=f"{folder}/state")
    os.environ.update(WARROOM_CONFIG=f"{folder}/config.toml", TZ="UTC")
    token = run(warroom, "token", "create", "lee", "--level", "admin").stdout.split()
    os.environ["WARROOM_TOKEN"] = next(word for word in token if len(word) > 30)
    os.environ["WARROOM_SERVER"] = f"ws://{SERVER}:{PORT}"
    with Networks() as networks:
        log = open(f"{folder}/server.log", "w")
        serve = ["ip", "netns", "exec", networks.near, warroom, "serve", "--insecure", "--listen", f"{SERVER}:{PORT}"]
        server = subprocess.Popen(serve, stdin=subprocess.DEVNULL, stderr=log)
        try:
            drive(warroom, networks, seconds)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def verb(warroom, networks, *words, tries=100):
    """Runs a verb where the console is; again while the server starts."""
    for _ in range(tries):
        done = subprocess.run(["ip", "netns", "exec", networks.far, warroom, *words], capture_output=True, text=True)
        if done.returncode != 3:
            break
        time.sleep(0.1)
    if done.returncode != 0:
        sys.exit(f"{words}: {done.stderr}")
    return done.stdout


def drive(warroom, networks, seconds):
    verb(warroom, networks, "declare", "Checkout 500s")
    inside = f"{os.environ['HOME']}/inside"
    with open(inside, "w") as script:
        script.write(f'#!/bin/sh\nexec ip netns exec {networks.far} {warroom} "$@"\n')
    os.chmod(inside, 0o755)
    console = Console(inside, "INC-1")
    # The board's own header has a "live" in it from the first frame.
    console.until("live", console.drawn("● live ·".encode()))
    console.press("i")
    console.until("the composer", console.drawn(b"enter send"))
    lines = [f"typed while parted {n}" for n in range(5)]
    networks.set("down")
    parted = time.monotonic()
    console.seen = b""
    for line in lines:
        os.write(console.terminal, f"{line}\r".encode())
        console.read(0.5)
    stale = console.drawn(rb"stale since")
    while time.monotonic() - parted < seconds:
        console.read(0.5)
    if seconds > 45:
        console.until(f"stale within {seconds} s", stale)
    networks.set("up")
    joined = time.monotonic()
    log = ""
    while not all(line in log for line in lines):
        if time.monotonic() - joined > 60:
            sys.exit(f"lines are missing a minute after the networks were joined:\n{log}")
        console.read(0.2)
        log = verb(warroom, networks, "export", "INC-1", "--format", "jsonl")
    print(f"      all there {time.monotonic() - joined:.1f} s after the networks were joined", flush=True)
    texts = [json.loads(row).get("text") for row in log.splitlines()]
    for line in lines:
        times = len(re.findall(f'"text":"{line}"', log))
        if times != 1:
            sys.exit(f"{times} times: {line}: {texts}")
    print(f"ok    {len(lines)} lines typed while the networks were parted for {seconds} s, each once")
    os.kill(console.pid, signal.SIGTERM)
    os.waitpid(console.pid, 0)


if __name__ == "__main__":
    main(os.path.realpath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60)
