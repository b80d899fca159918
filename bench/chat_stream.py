#!/usr/bin/env python3
"""What a proxied chat stream costs the gateway: CPU a piece, beside nginx and LiteLLM, with the same server behind all.

    bench/chat_stream.py [--binary target/release/flowforge] [--rounds 5] [--streams 8] [--pieces 500] [--gap 2 0]

Python 3.11; loopback only. nginx is that of the PATH, else Debian's package, unpacked into $FLOWFORGE_CACHE; LiteLLM comes from PyPI
into a venv there. The server sends a piece, waits `gap` milliseconds and sends the next, as models do; with 0 all come at once. CPU is user and system
time of the gateway's processes, in turns.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

CACHE = Path(os.environ.get("FLOWFORGE_CACHE", Path.home() / ".cache" / "flowforge"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
LITELLM = "litellm[proxy]==1.108.7"
TICK = os.sysconf("SC_CLK_TCK")
WORDS = "the quick brown fox jumps over the lazy dog and says what it has seen on its way".split()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, default=TARGET / "release" / "flowforge")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=3, help="times a round: CPU time comes in steps of 10 ms")
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--pieces", type=int, default=500)
    parser.add_argument("--gap", type=float, nargs="+", default=[2, 0], help="milliseconds between two pieces")
    parser.add_argument("--only", nargs="+", default=["flowforge", "nginx", "litellm"])
    options = parser.parse_args()
    names = [line.split(": ")[1] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    print(f"{time.strftime('%Y-%m-%d')}, {names[0]}, {os.cpu_count()} cores, Linux {platform.release()}")
    print(f"{options.streams} streams of {options.pieces} pieces at once, {options.rounds} rounds in turns; median (least to most)\n")
    print("| pause between pieces | gateway | CPU a piece, us | times flowforge |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="flowforge-bench-") as folder:
        server = Server(options.pieces)
        gateways = []
        try:
            for name in options.only:
                gateways.append(Gateway(name, Path(folder), server.port, options.binary))
            for gap in options.gap:
                server.gap = gap / 1000
                measure(gateways, options, gap)
        finally:
            for gateway in gateways:
                gateway.stop()


def measure(gateways, options, gap):
    costs = {gateway.name: [] for gateway in gateways}
    for turn in range(options.rounds + 1):
        for gateway in gateways:
            before = gateway.cpu()
            for _ in range(options.repeat):
                streams(gateway, options)
            # What it writes down afterwards belongs to it.
            time.sleep(0.2)
            # The first round warms up.
            if turn:
                costs[gateway.name].append((gateway.cpu() - before) / options.repeat / options.streams / options.pieces * 1e6)
    for name, values in costs.items():
        ratios = [one / ours for one, ours in zip(values, costs[gateways[0].name])]
        spread = f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"
        print(f"| {gap:g} ms | {name} | {spread} | {statistics.median(ratios):.2f} |", flush=True)


def streams(gateway, options):
    faults = []

    def one():
        try:
            seen = ask(gateway)
            if seen != options.pieces:
                faults.append(f"{gateway.name} handed on {seen} pieces")
        except OSError as fault:
            faults.append(f"{gateway.name}: {fault}")

    threads = [threading.Thread(target=one) for _ in range(options.streams)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(faults[0])


def ask(gateway):
    """Pieces of one stream."""
    body = json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "What have you seen?"}]}).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {gateway.key}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=60) as connection:
        connection.sendall(head.encode() + body)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    if b"chunked" in head.lower():
        body = unchunked(body)
    return body.count(b'"content":"') + body.count(b'"content": "')


def unchunked(body):
    pieces = []
    while body:
        size, _, body = body.partition(b"\r\n")
        pieces.append(body[: int(size, 16)])
        body = body[int(size, 16) + 2 :]
    return b"".join(pieces)


class Server:
    """A chat server: pieces of one word each."""

    def __init__(self, pieces):
        self.gap = 0
        self.chunks = [
            self.event({"index": 0, "delta": {"content": WORDS[number % len(WORDS)] + " "}, "finish_reason": None})
            for number in range(pieces)
        ]
        self.chunks.append(self.event({"index": 0, "delta": {}, "finish_reason": "stop"}) + b"data: [DONE]\n\n")
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    @staticmethod
    def event(choice):
        chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        return f"data: {json.dumps(chunk)}\n\n".encode()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            start = time.monotonic()
            for number, chunk in enumerate(self.chunks):
                if self.gap:
                    time.sleep(max(0, start + number * self.gap - time.monotonic()))
                connection.sendall(chunk)
            # What was not read of the request would break the answer off.
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass


class Gateway:
    def __init__(self, name, folder, upstream, binary):
        self.name, self.key, self.port = name, "sk-bench", free_port()
        url = f"http://127.0.0.1:{upstream}/v1"
        self.process = getattr(self, name)(folder, url, binary)
        for _ in range(600):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"{name} did not start") from None
                time.sleep(0.1)
        raise SystemExit(f"{name} does not listen")

    def flowforge(self, folder, url, binary):
        self.key = "ff_demo_enterprise"
        chat = {"upstreams": {"up": {"kind": "openai", "url": url}}, "models": {"m": ["up/m"]}}
        environment = {
            **os.environ,
            "FLOWFORGE_LISTEN": f"127.0.0.1:{self.port}",
            "FLOWFORGE_STATUS_LISTEN": "127.0.0.1:0",
            "FLOWFORGE_STORE": str(folder),
            "FLOWFORGE_DATA": str(folder),
            "FLOWFORGE_CHAT": json.dumps(chat),
        }
        return start([str(binary), "up", "--drain", "0s"], environment)

    def nginx(self, folder, url, _):
        conf = folder / "nginx.conf"
        conf.write_text(
            f"""daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr crit;
            events {{ worker_connections 512; }}
            http {{
              access_log {folder}/nginx.log;
              client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
              uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
              server {{ listen 127.0.0.1:{self.port};
                location /v1/ {{ proxy_pass {url}/; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }}
            }}"""
        )
        return start([nginx_program(), "-e", "stderr", "-p", str(folder), "-c", str(conf)], os.environ)

    def litellm(self, folder, url, _):
        venv = CACHE / "bench-litellm-venv"
        if not (venv / "bin" / "litellm").exists():
            subprocess.run([sys.executable, "-m", "venv", venv], check=True)
            subprocess.run([venv / "bin" / "pip", "install", "--quiet", LITELLM], check=True)
        config = folder / "litellm.yaml"
        config.write_text(
            f"""model_list:
  - model_name: m
    litellm_params: {{model: openai/m, api_base: "{url}", api_key: none}}
general_settings: {{master_key: {self.key}}}
litellm_settings: {{telemetry: false}}
"""
        )
        environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "LITELLM_MODE": "PRODUCTION"}
        command = [venv / "bin" / "litellm", "--config", config, "--host", "127.0.0.1", "--port", self.port, "--num_workers", 1]
        return start([str(part) for part in command], environment)

    def cpu(self):
        """Seconds of CPU of its processes."""
        ticks = 0
        for process in family(self.process.pid):
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICK

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()


def start(command, environment):
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def family(process):
    """A process and those it started."""
    found = [process]
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def nginx_program():
    if program := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        return program
    folder = CACHE / "bench-nginx"
    if not (folder / "usr/sbin/nginx").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-qq", "nginx"], cwd=folder, check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["dpkg", "-x", next(folder.glob("nginx_*.deb")), folder], check=True)
    return str(folder / "usr/sbin/nginx")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


if __name__ == "__main__":
    main()
