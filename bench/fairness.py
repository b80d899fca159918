#!/usr/bin/env python3
"""What one consumer feels of another who wants everything: the latency of a Pro key's light and heavy requests, alone and
beside a Free key with eight connections that post batches of a hundred heavy items.

    bench/fairness.py [--binary target/release/flowforge] [--seconds 20]

Python 3.11, nothing else. Open loop: a request every 200 ms, whether or not the last one was answered.
"""

import argparse
import http.client
import json
import os
import platform
import subprocess
import tempfile
import threading
import time
from pathlib import Path

CACHE = Path(os.environ.get("FLOWFORGE_CACHE", Path.home() / ".cache" / "flowforge"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
LIGHT = ("/api/v1/crypto/hash", {"text": "x" * 1000})
HEAVY = ("/api/v1/crypto/passwords/hash", {"password": "correct horse battery staple"})
EVERY = 0.2


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, default=TARGET / "release" / "flowforge")
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    names = [line.split(": ")[1] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    print(f"{time.strftime('%Y-%m-%d')}, {names[0]}, {os.cpu_count()} cores, Linux {platform.release()}\n")
    with tempfile.TemporaryDirectory(prefix="flowforge-bench-") as folder:
        environment = {
            **os.environ,
            "FLOWFORGE_LISTEN": "127.0.0.1:0",
            "FLOWFORGE_STATUS_LISTEN": "127.0.0.1:0",
            "FLOWFORGE_STORE": folder,
            "FLOWFORGE_DATA": folder,
        }
        command = [options.binary, "up", "--no-access-log", "--drain", "0s"]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            while json.loads(line := server.stdout.readline()).get("message") != "listening":
                pass
            measure(json.loads(line)["address"], options.seconds)
        finally:
            server.terminate()
            server.wait(40)


def measure(address, seconds):
    alone = {name: latencies(address, load, seconds) for name, load in [("light", LIGHT), ("heavy", HEAVY)]}
    over = threading.Event()
    greedy = [threading.Thread(target=batches, args=(address, over)) for _ in range(8)]
    for thread in greedy:
        thread.start()
    time.sleep(1)
    beside = {name: latencies(address, load, seconds) for name, load in [("light", LIGHT), ("heavy", HEAVY)]}
    over.set()
    for thread in greedy:
        thread.join()
    print("| request | alone p50, p99 | beside a greedy key p50, p99 | p99, times | refused |\n| --- | --- | --- | --- | --- |")
    for name in alone:
        (one, _), (other, refused) = alone[name], beside[name]
        cells = [f"{at(times, 50):.0f}, {at(times, 99):.0f} ms" for times in (one, other)]
        ratio = at(other, 99) / at(one, 99)
        print(f"| {name} | {cells[0]} | {cells[1]} | {ratio:.1f} | {refused} of {len(other) + refused} |")


def latencies(address, load, seconds):
    """Milliseconds to each answer, and how many were refused."""
    path, body = load
    times, refused, threads = [], [], []

    def one(due):
        status = post(address, "ff_demo_pro", path, body)
        (times if status == 200 else refused).append((time.monotonic() - due) * 1000)

    start = time.monotonic()
    for number in range(int(seconds / EVERY)):
        due = start + number * EVERY
        time.sleep(max(0, due - time.monotonic()))
        threads.append(threading.Thread(target=one, args=(due,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return sorted(times), len(refused)


def batches(address, over):
    path, body = HEAVY
    while not over.is_set():
        post(address, "ff_demo_free", f"{path}/batch", {"items": [body] * 100})


def post(address, key, path, body):
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("POST", path, json.dumps(body), {"X-API-Key": key, "Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def at(times, percent):
    return times[min(len(times) - 1, len(times) * percent // 100)] if times else float("nan")


if __name__ == "__main__":
    main()
