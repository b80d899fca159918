"""The vector service, measured from outside: quality, speed, durability, a full disk.

    python bench/vector.py PROGRAM quality TESTDATA        nDCG@10 of dense, sparse and hybrid search (folders with corpus.jsonl, queries.jsonl, qrels.tsv)
    python bench/vector.py PROGRAM speed KIND [POINTS [TESTDATA]]   KIND is sentences (of TESTDATA) or uniform: queries per CPU second and recall, in turns
                                                           with numpy (and usearch, qdrant-edge-py where they are installed), memory, disk, start after a crash;
                                                           with CARGO="cargo" also without HTTP and JSON
    python bench/vector.py PROGRAM writes                  upserts one by one and in hundreds, durable
    python bench/vector.py PROGRAM killed [ROUNDS]         kill -9 amid upserts, deletes, documents and index building; every answered change must be there, none half
    python bench/vector.py PROGRAM documents TESTDATA      1,000 documents put in and 200 questions asked, end to end
    python bench/vector.py PROGRAM full FOLDER             a folder on a small file system: clear errors, nothing lost

PROGRAM is the service alone (target/release/vector). Data and models are taken from FLOWFORGE_MODELS (a data folder with models) where texts are embedded.
CPU seconds are those of the whole process, so a query's share has HTTP and JSON in it; numpy's has neither.
"""

import http.client
import json
import math
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

DIMENSIONS = 384


class Server:
    def __init__(self, program, data, reserve="1MB"):
        environment = {
            "FLOWFORGE_DATA": str(data),
            "FLOWFORGE_DATA_RESERVE": reserve,
            "FLOWFORGE_SERVICE_LISTEN": "127.0.0.1:0",
            "FLOWFORGE_STORE": tempfile.mkdtemp(),
            "FLOWFORGE_NO_ACCESS_LOG": "true",
            "FLOWFORGE_VECTOR_MEMORY": "8GB",
        }
        self.data = data
        self.process = subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("message") == "listening":
                self.address = event["address"]
                break
        else:
            raise SystemExit("the service did not start")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.connection = self.connect()

    def connect(self):
        host, port = self.address.rsplit(":", 1)
        return http.client.HTTPConnection(host, int(port), timeout=120)

    def send(self, method, path, body=None, connection=None):
        connection = connection or self.connection
        sent = (method, "/api/v1/vector" + path, json.dumps(body) if body is not None else None, {"content-type": "application/json"})
        try:
            connection.request(*sent)
            answer = connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # A connection that was silent for long is closed; but what writes is not sent twice.
            if method != "GET" and not path.endswith("/query"):
                raise
            connection.close()
            connection.request(*sent)
            answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text)

    def ok(self, method, path, body=None, connection=None):
        status, answer = self.send(method, path, body, connection)
        if status != 200:
            raise SystemExit(f"{method} {path}: {status} {answer}")
        return answer

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait()


def data_folder(with_models):
    folder = pathlib.Path(tempfile.mkdtemp())
    if with_models:
        models = os.environ.get("FLOWFORGE_MODELS") or os.path.expanduser("~/.cache/flowforge/data")
        (folder / "models").symlink_to(pathlib.Path(models) / "models")
    return folder


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def ndcg(ranked, relevant):
    gain = sum(relevant.get(document, 0) / math.log2(rank + 2) for rank, document in enumerate(ranked[:10]))
    ideal = sum(grade / math.log2(rank + 2) for rank, grade in enumerate(sorted(relevant.values(), reverse=True)[:10]))
    return gain / ideal if ideal else 0.0


def quality(program, testdata):
    server = Server(program, data_folder(True))
    for folder in sorted(path for path in pathlib.Path(testdata).iterdir() if (path / "corpus.jsonl").exists()):
        corpus, queries = lines(folder / "corpus.jsonl"), lines(folder / "queries.jsonl")
        relevant = {}
        for line in (folder / "qrels.tsv").read_text().splitlines():
            fields = line.split()
            if len(fields) >= 3 and fields[-1].lstrip("-").isdigit():
                relevant.setdefault(fields[0], {})[fields[-2]] = int(fields[-1])
        name = folder.name
        server.ok("POST", "/collections", {"name": name})
        key = lambda row: str(row.get("_id", row.get("id")))
        start, cpu = time.time(), server.cpu()
        for at in range(0, len(corpus), 16):
            points = [{"id": key(row), "text": ((row.get("title") or "") + ". " + row["text"])[:8000]} for row in corpus[at : at + 16]]
            server.ok("PUT", f"/collections/{name}/points", {"points": points})
        print(f"{name}: {len(corpus)} documents in {time.time() - start:.0f} s, {server.cpu() - cpu:.0f} CPU s", flush=True)
        scores = {}
        for mode in ["dense", "sparse", "hybrid"]:
            results = []
            for query in queries:
                if key(query) not in relevant:
                    continue
                found = server.ok("POST", f"/collections/{name}/query", {"text": query["text"], "mode": mode, "withPayload": False})
                results.append(ndcg([row["id"] for row in found["rows"]], relevant[key(query)]))
            scores[mode] = sum(results) / len(results)
        print(f"{name}: nDCG@10 of {len(results)} queries: " + ", ".join(f"{mode} {score:.4f}" for mode, score in scores.items()), flush=True)
    server.stop()


def killed(program, rounds):
    data, known, documents, lock = data_folder(True), {}, {}, threading.Lock()
    rng = random.Random(3)
    vector = lambda number: [math.sin(number * (axis + 1) * 0.37) for axis in range(32)]
    total = 0
    server = Server(program, data)
    server.ok("POST", "/collections", {"name": "k", "dimensions": 32, "distance": "euclid"})
    server.ok("POST", "/collections", {"name": "d"})
    # Enough for a graph, so that kills also fall into the building of one.
    for at in range(0, 22_000, 1_000):
        server.ok("PUT", "/collections/k/points", {"points": [{"id": f"base{at + n}", "vector": vector(at + n)} for n in range(1_000)]})

    def write(server, writer, number):
        connection = server.connect()
        try:
            for step in range(1_000_000):
                batch = 50 if writer == 0 else 1
                numbers = [writer * 10_000_000 + number * 10_000 + step * batch + n for n in range(batch)]
                points = [{"id": f"w{writer}-{n % 2003}", "vector": vector(n), "payload": {"n": n}} for n in numbers]
                with lock:
                    for point in points:
                        known.pop(point["id"], None)
                status, answer = server.send("PUT", "/collections/k/points", {"points": points}, connection)
                if status != 200:
                    raise SystemExit(f"{status} {answer}")
                with lock:
                    known.update({point["id"]: n for point, n in zip(points, numbers)})
                if step % 4 == 3:
                    gone = points[0]["id"]
                    with lock:
                        known.pop(gone, None)
                    server.send("POST", "/collections/k/points/delete", {"ids": [gone]}, connection)
                    with lock:
                        known[gone] = None
        except (OSError, http.client.HTTPException, ValueError):
            return

    def ingest(server, number):
        connection = server.connect()
        try:
            for step in range(1_000_000):
                name, mark = f"d{step % 7}", f"edition-{number}-{step}"
                text = "\n\n".join(f"{mark} page {page}: " + "the pump of the second stage was changed. " * 3 for page in range(5))
                with lock:
                    documents.pop(name, None)
                gone = step % 5 == 4
                path = "/collections/d/documents"
                status, answer = server.send(*(("DELETE", f"{path}/{name}") if gone else ("POST", path, {"documentId": name, "text": text, "chunkSize": 200})), connection=connection)
                if status != 200 and not (gone and status == 404):
                    raise SystemExit(f"{status} {answer}")
                with lock:
                    documents[name] = None if gone else mark
        except (OSError, http.client.HTTPException, ValueError):
            return

    def look_up_documents(server, number):
        """Each document is the edition that was answered, and whole, whichever it is."""
        for name in [f"d{n}" for n in range(7)]:
            status, answer = server.send("GET", f"/collections/d/documents/{name}")
            editions = {row["text"].split()[0] for row in answer["rows"]} if status == 200 else set()
            if status == 200 and (len(editions) != 1 or len(answer["rows"]) != 5 or answer["document"]["chunks"] != 5):
                raise SystemExit(f"round {number}: half of {name}: {answer}")
            if name in documents and editions != ({documents[name]} if documents[name] else set()):
                raise SystemExit(f"round {number}: {name} is {editions}, answered was {documents[name]}")
        return len(documents)

    editions = 0
    for number in range(rounds + 1):
        editions += look_up_documents(server, number)
        items = list(known.items())
        for at in range(0, len(items), 500):
            part = items[at : at + 500]
            rows = {row["id"]: row["payload"]["n"] for row in server.ok("POST", "/collections/k/points/get", {"ids": [name for name, _ in part]})["rows"]}
            for name, n in part:
                if rows.get(name) != n:
                    raise SystemExit(f"round {number}: {name} is {rows.get(name)}, answered was {n}")
        total += len(items)
        base = server.ok("POST", "/collections/k/points/count", {})["count"]
        if base < 22_000:
            raise SystemExit(f"round {number}: {base} points")
        for name, n in [item for item in items if item[1] is not None][:20]:
            found = server.ok("POST", "/collections/k/query", {"vector": vector(n), "limit": 1})
            if found["rows"][0]["id"] != name and found["rows"][0]["score"] > 1e-6:
                raise SystemExit(f"round {number}: {name} is not found")
        if number == rounds:
            break
        writers = [threading.Thread(target=write, args=(server, writer, number)) for writer in range(4)]
        writers.append(threading.Thread(target=ingest, args=(server, number)))
        [writer.start() for writer in writers]
        time.sleep(rng.uniform(0.2, 1.0))
        server.kill()
        [writer.join() for writer in writers]
        server = Server(program, data)
    print(f"{rounds} kills, {total} answered changes of points and {editions} of documents looked up, none lost, none half, {base} points at the end")
    server.stop()


def documents(program, testdata):
    """Documents of SciFact put in one by one and asked, as a flow does."""
    server = Server(program, data_folder(True))
    server.ok("POST", "/collections", {"name": "s"})
    folder = pathlib.Path(testdata) / "scifact"
    rows, asked = lines(folder / "corpus.jsonl")[:1_000], lines(folder / "queries.jsonl")[:200]
    start, cpu, pieces = time.time(), server.cpu(), 0
    for row in rows:
        pieces += server.ok("POST", "/collections/s/documents", {"documentId": str(row["_id"]), "title": row.get("title"), "text": row["text"]})["chunks"]
    wall, used = time.time() - start, server.cpu() - cpu
    print(f"{len(rows)} documents, {pieces} pieces: {wall:.1f} s, {used:.1f} CPU s, {used / pieces * 1e3:.1f} CPU ms a piece")
    start, cpu = time.time(), server.cpu()
    for row in rows:
        assert server.ok("POST", "/collections/s/documents", {"documentId": str(row["_id"]), "title": row.get("title"), "text": row["text"]})["unchanged"]
    print(f"the same again, all unchanged: {time.time() - start:.1f} s, {server.cpu() - cpu:.1f} CPU s")
    waits, cpu, abstained = [], server.cpu(), 0
    for row in asked:
        start = time.time()
        answer = server.ok("POST", "/collections/s/ask", {"question": row["text"], "answer": False})
        waits.append((time.time() - start) * 1e3)
        abstained += answer["abstained"]
    used = (server.cpu() - cpu) / len(asked) * 1e3
    waits.sort()
    print(f"{len(asked)} questions: {used:.1f} CPU ms each, {waits[len(waits) // 2]:.1f} ms in the middle, {waits[-2]:.1f} ms the second worst; {abstained} abstained")
    print(f"{server.memory():.0f} MB resident")
    server.stop()


def full(program, folder):
    folder = pathlib.Path(folder)
    server = Server(program, folder, reserve="0B")
    server.ok("POST", "/collections", {"name": "f", "dimensions": DIMENSIONS})
    kept, status = 0, 200
    while status == 200:
        points = [{"id": str(kept + n), "vector": [math.sin(kept + n + axis) for axis in range(DIMENSIONS)], "payload": {"n": kept + n}} for n in range(50)]
        status, answer = server.send("PUT", "/collections/f/points", {"points": points})
        kept += 50 if status == 200 else 0
    print(f"full after {kept} points: {status} {answer['error']['message']}")
    assert server.ok("POST", "/collections/f/points/count", {})["count"] == kept
    health = server.send("GET", "/health")
    print("health:", health[0], health[1]["status"])
    server.kill()
    server = Server(program, folder, reserve="0B")
    assert server.ok("POST", "/collections/f/points/count", {})["count"] == kept, "lost"
    status, answer = server.send("POST", "/collections/f/points/delete", {"filter": {"n": {"lt": kept // 2}}})
    print(f"started again on the full disk: all {kept} there; deleting half: {status}", flush=True)
    time.sleep(5)
    status, answer = server.send("PUT", "/collections/f/points", {"points": points[:10]})
    print("then 10 more:", status)
    assert server.ok("POST", "/collections/f/points/count", {})["count"] >= kept // 2
    server.stop()


if __name__ == "__main__":
    program, what, *rest = sys.argv[1:]
    if what == "quality":
        quality(program, rest[0])
    elif what in ["speed", "writes"]:
        import vector_speed

        def start(models=False, data=None):
            return Server(program, data or data_folder(models))

        if what == "writes":
            vector_speed.writes(start, vector_speed.uniform(10_000)[0])
        else:
            kind, count, testdata = (rest + ["sentences", "100000", None][len(rest) :])[:3]
            vector_speed.speed(start, kind, int(count), testdata, os.environ.get("CARGO"))
    elif what == "killed":
        killed(program, int(rest[0]) if rest else 50)
    elif what == "documents":
        documents(program, rest[0])
    elif what == "full":
        full(program, rest[0])
