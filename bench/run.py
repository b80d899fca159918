#!/usr/bin/env python3
"""Measures what FlowForge costs beside bare axum, Express and Fastify: see README.md.

    bench/run.py             CPU time per request of five servers, and their ratios
    bench/run.py ground      files, uploads and batches: CPU time, the share of the cipher or hash in it, peak memory
    bench/run.py startup     time to the first answer, and memory
    bench/run.py instructions   user instructions per request, which other work on the machine does not change

Python 3.11, nothing else; wrk, cargo, node and npm must be there, valgrind for instructions.
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
from typing import NamedTuple

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
CACHE = Path(os.environ.get("FLOWFORGE_CACHE", Path.home() / ".cache" / "flowforge"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
PATH = "/api/v1/crypto/hash"
ENCRYPT = "/api/v1/crypto/encrypt"
MIB = 1 << 20
WHAT = {
    "raw": "1 MiB as the body, SHA-256",
    "seal": "1 MiB in a form, AES-256-GCM",
    "upload": "20 MB in a form, SHA-256",
}
UPLOADS = 20  # a round; counted, because wrk leaves off in the middle of one, which would cost but not count
LUA = (BENCH / "hash.lua").read_text()
BODY = re.search(r"\[\[(.*?)\]\]", LUA)[1]
HEADERS = dict(re.findall(r'headers\["(.+?)"\] = "(.+?)"', LUA))
COUNTED = (500, 2_000)  # requests whose instructions are not counted, and requests whose are
CONNECTIONS = 32
WARM_UP = 3  # seconds; V8 has compiled what is hot by then
TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
PINNED = len(CORES) >= 2


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["load", "ground", "startup", "instructions"], default="load")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=5, help="of load a round, at most 15 (the key has a limit)")
    parser.add_argument("--quiet", action="store_true", help="nobody writes access lines")
    parser.add_argument("--only", default="", help="servers to drive, with commas between")
    parser.add_argument("--profile", type=Path, help="folder to keep callgrind's profiles in (instructions)")
    parser.add_argument("--binary", type=Path, default=TARGET / "release" / "flowforge")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flowforge-bench-") as folder:
        # A copy: whoever builds meanwhile does not change what is measured.
        flowforge = shutil.copy(options.binary, folder)
        print(f"{time.strftime('%Y-%m-%d')}, {cpu()}, {os.cpu_count()} cores, Linux {platform.release()}\n")
        if options.what == "startup":
            startup(flowforge, Path(folder))
        elif options.what == "instructions":
            instructions(flowforge, Path(folder), options)
        elif options.what == "ground":
            ground(flowforge, Path(folder), options)
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
                user, system, rate = drive(server, seconds)
            cost = user + system
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


def ground(flowforge, folder, options):
    (folder / "mib").write_bytes(random.Random(1).randbytes(MIB))
    (folder / "20mb").write_bytes(random.Random(2).randbytes(20_000_000))
    key = random.Random(3).randbytes(32).hex()
    raw = load_of(folder, "raw", f"{PATH}?algorithm=sha256", "mib", None, 4)
    seal_options = {"key": key, "keyEncoding": "hex", "format": "parts"}
    seal = load_of(folder, "seal", ENCRYPT, "mib", seal_options, 4)
    upload = load_of(folder, "upload", PATH, "20mb", {"algorithm": "sha256"}, 0)
    (folder / "items").write_text(json.dumps({"items": [json.loads(BODY)] * 100}))
    known = commands(flowforge)
    servers = {name: known[name] for name in ("service", "gateway", "express", "fastify")}
    runs = [
        *((name, raw) for name in ("service", "gateway")),
        ("fastify", raw._replace(path=f"{PATH}/raw?algorithm=sha256")),
        *((name, seal) for name in ("service", "gateway")),
        ("express", seal._replace(path=f"{ENCRYPT}/form")),
        *((name, upload) for name in ("service", "gateway")),
        ("express", upload._replace(path=f"{PATH}/form")),
    ]
    rounds = []
    for number in range(options.rounds):
        rounds.append(seen := {name: primitive_cost(name) for name in ("sha256", "aes-256-gcm")})
        answers = {}
        for name, work in runs:
            with Server(servers[name], folder, pinned=True, quiet=options.quiet) as server:
                answers.setdefault(work.name, set()).add(sense(server.ask(work)))
                if work.connections:
                    drive(server, 1, work)
                    cost = drive(server, options.seconds, work)
                else:
                    send(server, UPLOADS // 4, work)
                    cost = send(server, UPLOADS, work)
                seen[name, work.name] = Seen(*cost, server.peak())
            print(f"round {number + 1}: {work.name} {name}: {seen[name, work.name]}", file=sys.stderr)
        if any(len(same) != 1 for same in answers.values()):
            sys.exit(f"the servers do not answer alike: {answers}")
        with Server(servers["service"], folder, pinned=True, quiet=options.quiet) as server:
            for connections in (1, CONNECTIONS):
                single = Load("single", PATH, LUA, connections)
                drive(server, 1, single)
                seen["single", connections] = Seen(*drive(server, options.seconds, single), 0)
                hundred = load_of(folder, "batch", f"{PATH}/batch", "items", None, connections, "application/json")
                drive(server, 1, hundred)
                seen["batch", connections] = Seen(*drive(server, options.seconds, hundred), 0)

    ground_tables(rounds, runs, options)


def ground_tables(rounds, runs, options):
    def over(function, digits=2):
        return spread([function(seen) for seen in rounds], digits)

    def cpu(who, what):
        return lambda seen: seen[who, what].user + seen[who, what].system

    def ratio(above, below, what):
        return over(lambda seen: cpu(above, what)(seen) / cpu(below, what)(seen))

    def share(who, what, primitive, size):
        return over(lambda seen: 100 * seen[primitive] * size / MIB / seen[who, what].user, 0)

    how = f"{options.rounds} rounds of {options.seconds} s, 4 connections (uploads: {UPLOADS} one by one)"
    print(f"{how}; median (least to most).\n")
    print("| request | server | user CPU, ms | system CPU, ms | peak memory, MB |\n| --- | --- | --- | --- | --- |")
    for name in ("sha256", "aes-256-gcm"):
        print(f"| 1 MiB of {name} alone | openssl speed | {over(lambda seen: seen[name] / 1e3)} | | |")
    for name, work in runs:
        one = (name, work.name)
        user, system = over(lambda seen: seen[one].user / 1e3), over(lambda seen: seen[one].system / 1e3)
        print(f"| {WHAT[work.name]} | {name} | {user} | {system} | {over(lambda seen: seen[one].peak, 0)} |")
    print("\n| share of the primitive in user CPU, % | service | gateway | goal |\n| --- | --- | --- | --- |")
    for what, primitive, size, goal in (
        ("raw", "sha256", MIB, "at least 70"),
        ("seal", "aes-256-gcm", MIB, ""),
        ("upload", "sha256", 20_000_000, ""),
    ):
        shares = [share(who, what, primitive, size) for who in ("service", "gateway")]
        print(f"| {WHAT[what]} | {' | '.join(shares)} | {goal} |")
    print("\n| ratio of CPU per request | measured |\n| --- | --- |")
    print(f"| fastify / gateway, {WHAT['raw']} | {ratio('fastify', 'gateway', 'raw')} |")
    print(f"| express / gateway, {WHAT['seal']} | {ratio('express', 'gateway', 'seal')} |")
    print(f"| express / gateway, {WHAT['upload']} | {ratio('express', 'gateway', 'upload')} |")
    memory_ratio = over(lambda seen: seen["express", "upload"].peak / seen["gateway", "upload"].peak, 1)
    print(f"| express / gateway, {WHAT['upload']}, peak memory | {memory_ratio} |")
    print("\n| 100 hashes | one batch | 100 calls | ratio |\n| --- | --- | --- | --- |")
    for connections in (1, CONNECTIONS):
        one, hundred = ("single", connections), ("batch", connections)
        batch_cpu, single_cpu = cpu(*hundred), cpu(*one)
        figures = (
            over(lambda seen: batch_cpu(seen) / 1e3),
            over(lambda seen: single_cpu(seen) / 10),
            over(lambda seen: 100 * single_cpu(seen) / batch_cpu(seen), 1),
        )
        print(f"| CPU, ms; connections: {connections} | {' | '.join(figures)} |")
    figures = (
        over(lambda seen: 1e3 / seen["batch", 1].rate),
        over(lambda seen: 1e5 / seen["single", 1].rate),
        over(lambda seen: 100 * seen["batch", 1].rate / seen["single", 1].rate, 1),
    )
    print(f"| wall, ms, one after the other | {' | '.join(figures)} |")


class Load(NamedTuple):
    """A request that is sent over and over; with no connections, one after the other."""

    name: str
    path: str
    lua: str
    connections: int
    body: Path | None = None
    content_type: str = ""


class Seen(NamedTuple):
    """What a load cost: microseconds a request, requests a second, megabytes."""

    user: float
    system: float
    rate: float
    peak: float


def load_of(folder, name, path, file, options, connections, content_type="application/octet-stream"):
    """A file as the body, or in a form after some options."""
    body = (folder / file).read_bytes()
    if options is not None:
        part = '--limit\r\nContent-Disposition: form-data; name="{}"'
        fields = "".join(f"{part.format(option)}\r\n\r\n{value}\r\n" for option, value in options.items())
        head = part.format("file") + '; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n'
        body = f"{fields}{head}".encode() + body + b"\r\n--limit--\r\n"
        content_type = "multipart/form-data; boundary=limit"
    target = folder / f"{name}.body"
    target.write_bytes(body)
    lua = f'''wrk.method = "POST"
wrk.body = io.open("{target}", "rb"):read("*a")
wrk.headers["Content-Type"] = "{content_type}"
wrk.headers["X-API-Key"] = "{HEADERS["X-API-Key"]}"
'''
    return Load(name, path, lua, connections, target, content_type)


def sense(answer):
    """What answers have in common: a digest, or a ciphertext of the right length (nonces are random)."""
    answer = json.loads(answer)
    return answer.get("hash") or (len(answer["ciphertext"]), len(answer["tag"]), answer["bytes"])


def primitive_cost(name):
    """CPU microseconds of OpenSSL for a MiB."""
    command = ["openssl", "speed", "-seconds", "1", "-bytes", str(MIB), "-evp", name]
    command = on_core(0, command) if PINNED else command
    report = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
    return MIB / float(re.findall(r"([\d.]+)k$", report, re.MULTILINE)[-1]) * 1_000


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


def instructions(flowforge, folder, options):
    known = commands(flowforge)
    names = options.only.split(",") if options.only else ["axum", "service", "gateway"]
    warm_up, counted = COUNTED
    print(f"{counted:,} requests on one connection after {warm_up} to warm up, one core; by callgrind.\n")
    print("| server | user instructions per request, thousands |\n| --- | --- |")
    for name in names:
        for old in folder.glob("callgrind.*"):
            old.unlink()
        wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind.out"]
        with Server(known[name], folder, pinned=True, quiet=options.quiet, wrapper=wrapper) as server:
            server.repeat(warm_up)
            server.monitor("zero")
            server.repeat(counted)
            server.monitor("dump")
        dump = (folder / "callgrind.out.1").read_text()
        total = int(re.search(r"^(?:totals|summary): (\d+)", dump, re.MULTILINE)[1])
        if options.profile:
            options.profile.mkdir(parents=True, exist_ok=True)
            shutil.copy(folder / "callgrind.out.1", options.profile / f"callgrind.{name}")
        print(f"| {name} | {total / counted / 1e3:.1f} |", flush=True)


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

    def __init__(self, command, folder, pinned=False, quiet=False, wrapper=()):
        self.port, second = free_port(), free_port()
        self.pinned = pinned and PINNED
        command = [*wrapper, *command(self.port, second)]
        command = on_core(0, command) if self.pinned else command
        # Only what the servers must know: a setting of whoever measures is not measured.
        environment = {"PATH": os.environ["PATH"], "NODE_ENV": "production", "FLOWFORGE_DATA": str(folder / "data")}
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

    def ask(self, load=None):
        """The answer to the request of a load, or of the benchmark, as text to compare."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        if load:
            headers = HEADERS | {"Content-Type": load.content_type}
            connection.request("POST", load.path, load.body.read_bytes(), headers)
        else:
            connection.request("POST", PATH, BODY, HEADERS)
        response = connection.getresponse()
        answer = json.dumps(json.load(response))
        connection.close()
        if response.status != 200:
            raise SystemExit(f"status {response.status}: {answer}")
        return answer

    def repeat(self, count):
        """Sends the request of the benchmark over one connection, each in one piece as wrk does."""
        head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
        request = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Content-Length: {len(BODY)}\r\n\r\n{BODY}".encode()
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(count):
                connection.sendall(request)
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                if answer.status != 200 or not answer.read():
                    sys.exit(f"status {answer.status}, so this run counts for nothing")

    def monitor(self, command):
        """Tells callgrind something while the server waits."""
        subprocess.run(["vgdb", f"--pid={self.pid}", command], check=True, capture_output=True, timeout=60)

    def cpu_seconds(self):
        """User and system time of all threads, those that ended included."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) / TICKS, int(fields[12]) / TICKS

    def peak(self):
        """The most memory it ever had at once (RSS), in MB."""
        return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())[1]) / 1024

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def drive(server, seconds, load=Load("hash", PATH, LUA, CONNECTIONS)):
    """User and system microseconds per request, and requests per second."""
    url = f"http://127.0.0.1:{server.port}{load.path}"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(load.lua)
        script.flush()
        command = ["wrk", "-t1", f"-c{load.connections}", f"-d{seconds}s", "-s", script.name, url]
        command = on_core(1, command) if server.pinned else command
        before = server.cpu_seconds()
        report = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
        after = server.cpu_seconds()
    if "Non-2xx" in report or "Socket errors" in report:
        sys.exit(f"not every request was answered with 200, so this run counts for nothing:\n{report}")
    requests = int(re.search(r"(\d+) requests in", report)[1])
    user, system = ((late - early) / requests * 1e6 for early, late in zip(before, after))
    return user, system, requests / seconds


def send(server, count, load):
    """The same for a number of requests one after the other."""
    before, started = server.cpu_seconds(), time.monotonic()
    for _ in range(count):
        server.ask(load)
    seconds = time.monotonic() - started
    user, system = ((late - early) / count * 1e6 for early, late in zip(before, server.cpu_seconds()))
    return user, system, count / seconds


def on_core(index, command):
    return ["taskset", "-c", str(CORES[index]), *command]


def free_port():
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port := random.randint(20_000, 29_999)))
            return port


if __name__ == "__main__":
    main()
