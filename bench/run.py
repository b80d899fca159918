#!/usr/bin/env python3
"""Measures what FlowForge costs beside bare axum, Express and Fastify: see README.md.

    bench/run.py             CPU time per request of five servers, and their ratios
    bench/run.py startup     time to the first answer, and memory

Python 3.11, nothing else; wrk, cargo, node and npm must be there.
"""

import argparse
import contextlib
import http.client
import json
import os
import platform
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
CACHE = Path(os.environ.get("FLOWFORGE_CACHE", Path.home() / ".cache" / "flowforge"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
PATH = "/api/v1/crypto/hash"
LUA = (BENCH / "hash.lua").read_text()
BODY = re.search(r"\[\[(.*?)\]\]", LUA)[1]
HEADERS = dict(re.findall(r'headers\["(.+?)"\] = "(.+?)"', LUA))
CONNECTIONS = 32
WARM_UP = 3  # seconds; V8 has compiled what is hot by then
TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
PINNED = len(CORES) >= 2


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["load", "startup"], default="load")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=5, help="of load a round, at most 15 (the key has a limit)")
    parser.add_argument("--quiet", action="store_true", help="nobody writes access lines")
    parser.add_argument("--only", default="", help="servers to drive, with commas between")
    parser.add_argument("--binary", type=Path, default=TARGET / "release" / "flowforge")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flowforge-bench-") as folder:
        # A copy: whoever builds meanwhile does not change what is measured.
        flowforge = shutil.copy(options.binary, folder)
        print(f"{time.strftime('%Y-%m-%d')}, {cpu()}, {os.cpu_count()} cores, Linux {platform.release()}\n")
        if options.what == "startup":
            startup(flowforge, Path(folder))
        else:
            load(flowforge, Path(folder), options)


def cpu():
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return names[0] if names else platform.machine()


# What is measured.


def load(flowforge, folder, options):
    servers = commands(flowforge)
    if options.only:
        servers = {name: servers[name] for name in options.only.split(",")}
    seconds = min(options.seconds, 15)
    costs = {name: [] for name in servers}
    answers = set()
    for number in range(options.rounds):
        for name, command in servers.items():
            with Server(command, folder, pinned=True, quiet=options.quiet) as server:
                answers.add(server.ask())
                drive(server, WARM_UP)
                cost, rate = drive(server, seconds)
            costs[name].append(cost)
            print(f"round {number + 1}: {name:<8} {cost:6.1f} us/request {rate:8.0f} requests/s", file=sys.stderr)
    if len(answers) != 1:
        sys.exit(f"the servers do not answer alike: {answers}")

    where = "server on one core, wrk on another" if PINNED else "server and wrk on one core"
    print(f"{options.rounds} rounds of {seconds} s, {CONNECTIONS} connections, {where}; median (least to most).")
    print("Without access lines.\n" if options.quiet else "All but axum write an access line a request to a file.\n")
    print("| server | CPU per request, us |\n| --- | --- |")
    for name, values in costs.items():
        print(f"| {name} | {spread(values, 1)} |")
    print("\n| ratio of CPU per request | measured | goal | |\n| --- | --- | --- | --- |")
    for above, below, goal, reached in [
        ("service", "axum", "at most 1.5", lambda ratio: ratio <= 1.5),
        ("gateway", "service", "at most 1.25", lambda ratio: ratio <= 1.25),
        ("express", "gateway", "at least 4", lambda ratio: ratio >= 4),
        ("fastify", "gateway", "at least 3", lambda ratio: ratio >= 3),
    ]:
        if above in costs and below in costs:
            ratios = [a / b for a, b in zip(costs[above], costs[below])]
            verdict = "reached" if reached(statistics.median(ratios)) else "missed"
            print(f"| {above} / {below} | {spread(ratios, 2)} | {goal} | {verdict} |")


def startup(flowforge, folder):
    known = commands(flowforge)
    times = []
    for _ in range(10):
        with Server(known["gateway"], folder) as server:
            times.append(server.ready_after * 1_000)
    with Server(known["service"], folder) as server:
        server.ask()
        idle = memory(server.pid)
        drive(server, 10)
        after = memory(server.pid)
    print("| what | measured | goal |\n| --- | --- | --- |")
    print(f"| exec of `flowforge up` to the first 200 of /hash, 10 times, ms | {spread(times, 0)} | under 1000 |")
    print(f"| `flowforge serve crypto` after one request, MB | {idle} | under 30 |")
    print(f"| the same after 10 s of load, MB | {after} | under 30 |")


def spread(values, digits):
    return "{:.{d}f} ({:.{d}f} to {:.{d}f})".format(statistics.median(values), min(values), max(values), d=digits)


def memory(pid):
    kilobytes = dict(re.findall(r"(\w+):\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text()))
    return f"{int(kilobytes['Rss']) / 1024:.1f} RSS, {int(kilobytes['Pss']) / 1024:.1f} PSS"


# The servers.


def commands(flowforge):
    """How to start each server: functions from a port and a second one to a command. What they need is made once."""
    baseline = CACHE / "bench-target"
    node = CACHE / "bench-node"

    def axum(port, _):
        build = ["cargo", "build", "--quiet", "--release", "--locked", "--target-dir", str(baseline)]
        subprocess.run(build, cwd=BENCH / "baseline", check=True, timeout=900)
        return [str(baseline / "release" / "baseline"), f"127.0.0.1:{port}"]

    def script(name):
        def command(port, _):
            installed = node / "package-lock.json"
            lock = BENCH / "node" / "package-lock.json"
            fresh = installed.exists() and installed.read_bytes() == lock.read_bytes()
            # Node looks for modules beside the file, and the checkout stays free of them.
            shutil.copytree(BENCH / "node", node, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
            if not fresh or not (node / "node_modules").exists():
                subprocess.run(["npm", "ci", "--silent"], cwd=node, check=True, timeout=300)
            return ["node", str(node / name), str(port)]

        return command

    return {
        "axum": axum,
        "service": lambda port, _: [flowforge, "serve", "crypto", "--service-listen", f"127.0.0.1:{port}"],
        "gateway": lambda port, second: [
            *(flowforge, "up", "--kong", str(ROOT / "kong.yml")),
            *("--listen", f"127.0.0.1:{port}", "--status-listen", f"127.0.0.1:{second}"),
        ],
        "express": script("express.mjs"),
        "fastify": script("fastify.mjs"),
    }


class Server:
    """A server that runs while the block does; its output, the access log, goes to a file."""

    def __init__(self, command, folder, pinned=False, quiet=False):
        self.port, second = free_port(), free_port()
        self.pinned = pinned and PINNED
        command = on_core(0, command(self.port, second)) if self.pinned else command(self.port, second)
        # Only what the servers must know: a setting of whoever measures is not measured.
        environment = {"PATH": os.environ["PATH"], "NODE_ENV": "production"}
        if quiet:
            environment |= {"FLOWFORGE_NO_ACCESS_LOG": "true", "NO_ACCESS_LOG": "true"}
        with open(folder / "output", "w") as output:
            started = time.monotonic()
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self.pid = self.process.pid
        try:
            self.ready_after = self.first_answer() - started
        except BaseException:
            self.__exit__()
            print((folder / "output").read_text()[-2_000:], file=sys.stderr)
            raise

    def first_answer(self):
        for _ in range(5_000):
            with contextlib.suppress(ConnectionError):
                self.ask()
                return time.monotonic()
            if self.process.poll() is not None:
                break
            time.sleep(0.002)
        raise SystemExit(f"{self.process.args[-1]} does not answer")

    def ask(self):
        """The answer to the request of the benchmark, as text to compare."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("POST", PATH, BODY, HEADERS)
        response = connection.getresponse()
        answer = json.dumps(json.load(response))
        connection.close()
        if response.status != 200:
            raise SystemExit(f"status {response.status}: {answer}")
        return answer

    def cpu_seconds(self):
        """User and system time of all threads, those that ended included."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def drive(server, seconds):
    """CPU microseconds per request, and requests per second."""
    url = f"http://127.0.0.1:{server.port}{PATH}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(BENCH / "hash.lua"), url]
    command = on_core(1, command) if server.pinned else command
    before = server.cpu_seconds()
    report = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    spent = server.cpu_seconds() - before
    if "Non-2xx" in report or "Socket errors" in report:
        sys.exit(f"not every request was answered with 200, so this run counts for nothing:\n{report}")
    requests = int(re.search(r"(\d+) requests in", report)[1])
    return spent / requests * 1e6, requests / seconds


def on_core(index, command):
    return ["taskset", "-c", str(CORES[index]), *command]


def free_port():
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port := random.randint(30_000, 39_999)))
            return port


if __name__ == "__main__":
    main()
