#!/usr/bin/env python3
"""The math service beside NumPy, pandas, statsmodels and FastAPI: CPU time, one thread each, in turns.

    bench/math_speed.py PROGRAM EXAMPLE [ROUNDS]

PROGRAM is the service alone (`math`), EXAMPLE its example `math-speed`; both of a release build. Needs a Python with numpy,
pandas, statsmodels, fastapi, uvicorn (with uvloop and httptools) and orjson. A ratio is taken within a round; shown are
the median of the rounds, least and most. Over HTTP the CPU time is that of the whole server process, from /proc.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import http.client

import numpy as np

PREFIX = "/api/v1/math"

SERVER = r'''
import sys
import numpy as np
import orjson
import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import BaseModel

class OR(Response):
    media_type = "application/json"
    def render(self, content):
        return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)

app = FastAPI()

class Sample(BaseModel):
    data: list[float]

class Pair(BaseModel):
    x: list[float]
    y: list[float]

class Matrices(BaseModel):
    operation: str
    a: list[list[float]]
    b: list[list[float]] = []

class Polynomial(BaseModel):
    coefficients: list[float]

class Signal(BaseModel):
    real: list[float]

@app.post("/describe")
def describe(request: Sample):
    x = np.array(request.data)
    q1, median, q3 = np.percentile(x, [25, 50, 75])
    return OR({"count": len(x), "mean": x.mean(), "standardDeviation": x.std(ddof=1), "min": x.min(), "max": x.max(),
               "median": median, "q1": q1, "q3": q3, "sum": x.sum()})

@app.post("/regression")
def regression(request: Pair):
    x, y = np.array(request.x), np.array(request.y)
    design = np.column_stack([np.ones_like(x), x])
    coefficients, rest, rank, _ = np.linalg.lstsq(design, y)
    residuals = y - design @ coefficients
    variance = residuals @ residuals / (len(x) - 2)
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * variance)
    return OR({"coefficients": coefficients, "standardErrors": errors, "rSquared": 1 - residuals @ residuals / ((y - y.mean()) ** 2).sum()})

@app.post("/matrix")
def matrix(request: Matrices):
    a = np.array(request.a)
    match request.operation:
        case "multiply": return OR({"result": a @ np.array(request.b)})
        case "solve": return OR({"result": np.linalg.solve(a, np.array(request.b))})
        case "inverse": return OR({"result": np.linalg.inv(a)})
        case "cholesky": return OR({"l": np.linalg.cholesky(a)})
        case "qr":
            q, r = np.linalg.qr(a)
            return OR({"q": q, "r": r})
        case "symmetric-eigen":
            values, vectors = np.linalg.eigh(a)
            return OR({"eigenvalues": values, "eigenvectors": vectors})
        case "svd":
            u, s, v = np.linalg.svd(a)
            return OR({"u": np.ascontiguousarray(u), "singularValues": s, "v": np.ascontiguousarray(v.T)})

@app.post("/roots")
def roots(request: Polynomial):
    found = np.roots(request.coefficients)
    return OR({"rows": [{"real": root.real, "imaginary": root.imag} for root in found]})

@app.post("/fft")
def fft(request: Signal):
    found = np.fft.fft(request.real)
    return OR({"real": np.ascontiguousarray(found.real), "imaginary": np.ascontiguousarray(found.imag)})

uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False, loop="uvloop", http="httptools")
'''


class Server:
    """A process that answers HTTP."""

    def __init__(self, process, host, port):
        self.process = process
        self.connection = http.client.HTTPConnection(host, port, timeout=120)

    def post(self, path, body, content_type="application/json"):
        self.connection.request("POST", path, body, {"content-type": content_type})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {text[:300]}")
        return text

    def cpu(self):
        """Seconds of CPU time so far."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def end(self):
        self.process.terminate()
        self.process.wait()


def service(program):
    folder = tempfile.mkdtemp()
    environment = {"FLOWFORGE_SERVICE_LISTEN": "127.0.0.1:0", "FLOWFORGE_STORE": folder, "FLOWFORGE_DATA": folder, "FLOWFORGE_NO_ACCESS_LOG": "true"}
    process = subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("message") == "listening":
            break
    else:
        raise SystemExit("the service did not start")
    threading.Thread(target=process.stdout.read, daemon=True).start()
    host, port = event["address"].rsplit(":", 1)
    return Server(process, host, int(port))


def fastapi():
    port = 20000 + os.getpid() % 9000
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)])
    for _ in range(100):
        time.sleep(0.2)
        server = Server(process, "127.0.0.1", port)
        try:
            server.post("/fft", json.dumps({"real": [1, 2]}))
            return server
        except OSError:
            continue
    raise SystemExit("FastAPI did not start")


def shown(name, ours, theirs):
    """A line of the table: both in milliseconds, and how many times less we take."""
    ratios = [b / a for a, b in zip(ours, theirs)]
    line = f"{name:34} {statistics.median(ours):10.3f} {statistics.median(theirs):10.3f} {statistics.median(ratios):7.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    print(line, flush=True)


def spent(work):
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1e3


def matrices(example, rounds):
    print("\n1000 x 1000 in process, ms: ours, NumPy, NumPy/ours")
    child = subprocess.Popen([example], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ours(name):
        child.stdin.write(f"{name} 1000\n")
        child.stdin.flush()
        return float(child.stdout.readline().split()[0])

    random = np.random.default_rng(1)
    a, b, c = random.uniform(-1, 1, (1000, 1000)), random.uniform(-1, 1, (1000, 1000)), random.uniform(-1, 1, (1000, 1))
    s = np.triu(a) + np.triu(a, 1).T + 2000 * np.eye(1000)
    theirs = {
        "multiply": lambda: a @ b,
        "solve": lambda: np.linalg.solve(a, c),
        "inverse": lambda: np.linalg.inv(a),
        "cholesky": lambda: np.linalg.cholesky(s),
        "qr": lambda: np.linalg.qr(a),
        "symmetric-eigen": lambda: np.linalg.eigh(s),
        "svd": lambda: np.linalg.svd(a),
    }
    for name, work in theirs.items():
        work(), ours(name)
        pairs = [(ours(name), spent(work)) for _ in range(rounds)]
        shown(name, *zip(*pairs))
    child.stdin.close()


def over_http(title, program, cases, count, rounds):
    print(f"\n{title}, CPU ms a request: ours, FastAPI with NumPy and orjson, theirs/ours")
    mine, other = service(program), fastapi()
    for name, (path, body), (their_path, their_body) in cases:
        body, their_body = json.dumps(body), json.dumps(their_body)

        def cost(server, path, body):
            before = server.cpu()
            for _ in range(count):
                server.post(path, body)
            return (server.cpu() - before) / count * 1e3

        for server, path_, body_ in ((mine, PREFIX + path, body), (other, their_path, their_body)):
            for _ in range(20):
                server.post(path_, body_)
        pairs = [(cost(mine, PREFIX + path, body), cost(other, their_path, their_body)) for _ in range(rounds)]
        shown(name, *zip(*pairs))
    mine.end(), other.end()


def small_matrices(program, rounds):
    random = np.random.default_rng(2)
    a, b, c = (random.uniform(-1, 1, shape) for shape in ((50, 50), (50, 50), (50, 1)))
    s = np.triu(a) + np.triu(a, 1).T + 100 * np.eye(50)
    cases = []
    for name, first, second in [
        ("multiply", a, b), ("solve", a, c), ("inverse", a, None), ("cholesky", s, None), ("qr", a, None), ("symmetric-eigen", s, None), ("svd", a, None),
    ]:
        request = {"operation": name, "a": first.tolist()}
        if second is not None:
            request["b"] = second.tolist()
        cases.append((name, ("/matrix", request), ("/matrix", request)))
    over_http("50 x 50 over HTTP", program, cases, 100, rounds)


def typical(program, rounds):
    random = np.random.default_rng(3)
    data = random.normal(100, 15, 30).round(2).tolist()
    x = list(range(1, 13))
    y = [round(3 + 2 * value + error, 2) for value, error in zip(x, random.normal(0, 1, 12))]
    wave = np.sin(np.arange(64) / 3).round(6).tolist()
    system = {"operation": "solve", "a": [[4, 1, 2], [1, 5, 3], [2, 3, 6]], "b": [[1], [2], [3]]}
    cases = [
        ("describe 30 numbers", ("/statistics/describe", {"data": data}), ("/describe", {"data": data})),
        ("line through 12 points", ("/regression", {"x": x, "y": y}), ("/regression", {"x": x, "y": y})),
        ("solve 3 x 3", ("/matrix", system), ("/matrix", system)),
        ("roots of degree 5", ("/numeric/polynomial-roots", {"coefficients": [1, -3, 2, 5, -7, 1]}), ("/roots", {"coefficients": [1, -3, 2, 5, -7, 1]})),
        ("FFT of 64 values", ("/signal/fft", {"real": wave}), ("/fft", {"real": wave})),
    ]
    over_http("five typical calls", program, cases, 500, rounds)


def files(program, rounds):
    import pandas as pd
    import statsmodels.api as sm

    print("\nfiles over HTTP, CPU ms: ours (whole server, upload and answer included), pandas or statsmodels (in process), theirs/ours")
    random = np.random.default_rng(4)
    folder = pathlib.Path(tempfile.mkdtemp())
    numbers = folder / "numbers.csv"
    pd.DataFrame({"value": random.lognormal(3, 1, 1_000_000).round(6)}).to_csv(numbers, index=False)
    frame = pd.DataFrame(random.normal(0, 1, (100_000, 20)).round(8), columns=[f"x{index}" for index in range(20)])
    frame["y"] = (frame @ np.arange(20) + random.normal(0, 1, 100_000)).round(8)
    table = folder / "table.csv"
    frame.to_csv(table, index=False)
    raw = folder / "numbers.f64"
    raw.write_bytes(pd.read_csv(numbers)["value"].to_numpy().tobytes())

    def fit():
        data = pd.read_csv(table)
        result = sm.OLS(data["y"], sm.add_constant(data.drop(columns="y"))).fit()
        return result.params, result.bse, result.tvalues, result.pvalues, result.conf_int(), result.rsquared, result.fvalue, result.llf

    cases = [
        ("describe 10^6 numbers, CSV", numbers, "/statistics/describe", lambda: pd.read_csv(numbers)["value"].describe()),
        ("describe 10^6 numbers, raw", raw, "/statistics/describe", lambda: pd.Series(np.fromfile(raw)).describe()),
        ("OLS of 10^5 x 20, CSV", table, "/regression?target=y", fit),
    ]
    mine = service(program)
    for name, file, path, work in cases:
        body = file.read_bytes()
        kind = "text/csv" if file.suffix == ".csv" else "application/octet-stream"

        def cost():
            before = mine.cpu()
            mine.post(PREFIX + path, body, kind)
            return (mine.cpu() - before) * 1e3

        cost(), work()
        pairs = [(cost(), spent(work)) for _ in range(rounds)]
        shown(name, *zip(*pairs))
    mine.end()


def main():
    program, example = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    print(subprocess.run(["lscpu"], capture_output=True, text=True).stdout.split("Model name:")[1].splitlines()[0].strip(), "NumPy", np.__version__)
    matrices(example, rounds)
    small_matrices(program, rounds)
    typical(program, rounds)
    files(program, rounds)


if __name__ == "__main__":
    main()
