#!/usr/bin/env python3
"""Measures signatures, tokens, webhooks and passwords beside Fastify with Node's crypto, jsonwebtoken and argon2: see
README.md.

    bench/signatures.py           CPU time per request of the gateway and of Fastify, and their ratio
    bench/signatures.py waiting   how long /hash takes while passwords are hashed: open loop, idle and busy in turn

Python 3.11, nothing else; wrk, openssl, node and npm must be there.
"""

import argparse
import base64
import hashlib
import hmac
import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from run import BODY, HEADERS, PATH, TARGET, Load, Server, commands, cpu, drive, spread

CRYPTO = "/api/v1/crypto"
CONNECTIONS = 8
KEYS = {
    "EdDSA": ["-algorithm", "ed25519"],
    "ES256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "RS256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
}
TEXT = json.loads(BODY)["text"]
SECRET = "0123456789abcdef0123456789abcdef"
RATE = 200  # requests a second of `waiting`
PASSWORDS = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["cost", "waiting"], default="cost")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--only", default="", help="requests to measure, with commas between")
    parser.add_argument("--binary", type=Path, default=TARGET / "release" / "flowforge")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flowforge-bench-") as folder:
        flowforge = shutil.copy(options.binary, folder)
        print(f"{time.strftime('%Y-%m-%d')}, {cpu()}\n")
        measure = waiting if options.what == "waiting" else cost
        measure(commands(flowforge), Path(folder), options)


def cost(servers, folder, options):
    make = requests(folder)
    names = options.only.split(",") if options.only else list(make)
    ratios = {name: [] for name in names}
    costs = {(name, server): [] for name in names for server in ("gateway", "fastify")}
    for number in range(options.rounds):
        for server_name in ("gateway", "fastify"):
            with Server(servers[server_name], folder, pinned=True) as server:
                for name in names:
                    load = load_of(folder, name, *make[name]())
                    check(name, json.loads(server.ask(load)))
                    drive(server, 1, load)
                    user, system, _ = drive(server, options.seconds, load)
                    costs[name, server_name].append(user + system)
                    print(f"round {number + 1}: {name} {server_name} {user + system:.0f} us", file=sys.stderr)
    for name in names:
        pairs = zip(costs[name, "fastify"], costs[name, "gateway"])
        ratios[name] = [fastify / gateway for fastify, gateway in pairs]
    print(f"{options.rounds} rounds of {options.seconds} s, {CONNECTIONS} connections; median (least to most).\n")
    print("| request | gateway, CPU us | Fastify, CPU us | Fastify / gateway |\n| --- | --- | --- | --- |")
    for name in names:
        figures = (spread(costs[name, server], 0) for server in ("gateway", "fastify"))
        print(f"| {name} | {' | '.join(figures)} | {spread(ratios[name], 2)} |")


def waiting(servers, folder, options):
    """p99 of /hash, asked at a fixed rate whether or not the last answer is there."""
    hashing = folder / "passwords.lua"
    hashing.write_text(lua(folder, "password", {"password": "correct horse"}))
    tables = {"idle": [], "busy": []}
    with Server(servers["gateway"], folder) as server:
        for number in range(options.rounds):
            for state, delays in tables.items():
                url = f"http://127.0.0.1:{server.port}{CRYPTO}/passwords/hash"
                command = ["wrk", "-t1", f"-c{PASSWORDS}", f"-d{options.seconds + 1}s", "-s", str(hashing), url]
                load = subprocess.Popen(command, stdout=subprocess.DEVNULL) if state == "busy" else None
                time.sleep(0.5)
                delays.append(ask_at_rate(server.port, options.seconds))
                if load:
                    load.wait(60)
                print(f"round {number + 1}: {state} p50, p99 {delays[-1]}", file=sys.stderr)
    print(f"/hash {RATE} times a second for {options.seconds} s, {options.rounds} rounds; ms, median (least to most).\n")
    print("| | p50 | p99 |\n| --- | --- | --- |")
    for state, delays in tables.items():
        print(f"| {state} | {' | '.join(spread([one[i] for one in delays], 2) for i in (0, 1))} |")
    ratios = [busy[1] / idle[1] for idle, busy in zip(tables["idle"], tables["busy"])]
    print(f"| busy / idle | | {spread(ratios, 2)} |")


def ask_at_rate(port, seconds, threads=4):
    """Milliseconds from when a request was due to its answer: p50 and p99."""
    delays = []
    begin = time.monotonic() + 0.05

    def run(offset):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(offset, RATE * seconds, threads):
            due = begin + number / RATE
            time.sleep(max(0, due - time.monotonic()))
            connection.request("POST", PATH, BODY, HEADERS)
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise SystemExit(f"status {response.status}")
            delays.append((time.monotonic() - due) * 1e3)

    runs = [threading.Thread(target=run, args=(offset,)) for offset in range(threads)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    delays.sort()
    return delays[len(delays) // 2], delays[len(delays) * 99 // 100]


def requests(folder):
    """What to send, by name: functions that make path and body, because some of it holds the time."""
    made = {}
    for algorithm, options in KEYS.items():
        key, public = folder / f"{algorithm}.pem", folder / f"{algorithm}.pub.pem"
        openssl("genpkey", *options, "-out", key)
        openssl("pkey", "-in", key, "-pubout", "-out", public)
        private, public = key.read_text(), public.read_text()
        signing = {"text": TEXT, "algorithm": algorithm, "key": private}
        made[f"sign {algorithm}"] = lambda body=signing: ("/sign", body)
        checking = {"text": TEXT, "algorithm": algorithm, "key": public, "signature": sign(folder, key, algorithm)}
        made[f"verify {algorithm}"] = lambda body=checking: ("/verify", body)
    for algorithm in ("HS256", "RS256"):
        made[f"jwt/verify {algorithm}"] = lambda algorithm=algorithm: ("/jwt/verify", token(folder, algorithm))
    made["webhooks/verify stripe"] = lambda: ("/webhooks/verify", stripe())
    made["passwords/hash argon2id"] = lambda: ("/passwords/hash", {"password": "correct horse battery staple"})
    return made


def check(name, answer):
    if answer.get("valid") is False or not (answer.get("valid") or answer.get("signature") or answer.get("hash")):
        sys.exit(f"{name}: {answer}")


def sign(folder, key, algorithm):
    text, out = folder / "text", folder / "signature"
    text.write_text(TEXT)
    if algorithm == "EdDSA":
        openssl("pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", text, "-out", out)
    else:
        openssl("dgst", "-sha256", "-sign", key, "-out", out, text)
    return base64.b64encode(out.read_bytes()).decode()


def token(folder, algorithm):
    def part(what):
        return base64.urlsafe_b64encode(what).rstrip(b"=")

    claims = {"sub": "42", "name": "Ada", "role": "admin", "exp": int(time.time()) + 3600}
    signed = b".".join(part(json.dumps(one).encode()) for one in ({"alg": algorithm, "typ": "JWT"}, claims))
    if algorithm == "HS256":
        key, signature = SECRET, hmac.digest(SECRET.encode(), signed, hashlib.sha256)
    else:
        key = (folder / "RS256.pub.pem").read_text()
        (folder / "token").write_bytes(signed)
        openssl("dgst", "-sha256", "-sign", folder / "RS256.pem", "-out", folder / "signature", folder / "token")
        signature = (folder / "signature").read_bytes()
    return {"token": b".".join([signed, part(signature)]).decode(), "key": key, "algorithms": [algorithm]}


def stripe():
    body = json.dumps({"id": "evt_1", "object": "event", "data": {"object": {"amount": 1000, "text": TEXT * 5}}})
    seconds = int(time.time())
    signature = hmac.new(SECRET.encode(), f"{seconds}.{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={seconds},v1={signature}"}
    return {"provider": "stripe", "headers": headers, "body": body, "secret": SECRET}


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


def lua(folder, name, body):
    target = folder / f"{name.replace('/', '-').replace(' ', '-')}.json"
    target.write_text(json.dumps(body))
    return f"""wrk.method = "POST"
wrk.body = io.open("{target}", "rb"):read("*a")
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = "{HEADERS["X-API-Key"]}"
"""


def load_of(folder, name, path, body):
    script = lua(folder, name, body)
    target = folder / f"{name.replace('/', '-').replace(' ', '-')}.json"
    return Load(name, CRYPTO + path, script, CONNECTIONS, target, "application/json")


if __name__ == "__main__":
    main()
