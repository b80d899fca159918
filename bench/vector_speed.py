"""Speed and recall of the vector service beside numpy, usearch and qdrant-edge; used by bench/vector.py.

Rates are queries per CPU second of one thread: process CPU time of the whole engine's process, in three rounds, engine after engine, the
middle one told. Of an engine with a breadth to choose, the fastest that reaches the recall is told. The service is measured twice: as it is
called (HTTP and JSON included, on its side), and in its own process without them (the test `rates`, which is ignored by default).
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

import numpy

DIMENSIONS = 384
NEAREST = 10
WANTED = 0.98


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def embedded_sentences(server, testdata, most):
    """Vectors of real sentences, and those of the real queries of the same sets."""
    server.ok("POST", "/collections", {"name": "t"})
    texts, asked = [], []
    for folder in sorted(pathlib.Path(testdata).iterdir()):
        if (folder / "corpus.jsonl").exists():
            for row in lines(folder / "corpus.jsonl"):
                texts += [part.strip() for part in row["text"].split(". ") if 40 < len(part) < 400]
            asked += [row["text"] for row in lines(folder / "queries.jsonl")]
    numpy.random.default_rng(1).shuffle(texts)
    texts, sets = texts[:most], []
    for number, chosen in enumerate([texts, asked]):
        rows = {}
        for at in range(0, len(chosen), 50):
            points = [{"id": f"{number}-{at + n}", "text": text, "payload": {"set": number}} for n, text in enumerate(chosen[at : at + 50])]
            server.ok("PUT", "/collections/t/points", {"points": points})
            answer = server.ok("POST", "/collections/t/points/get", {"ids": [point["id"] for point in points], "withVector": True, "withPayload": False})
            rows.update({row["id"]: row["vector"] for row in answer["rows"]})
        sets.append(numpy.array([rows[f"{number}-{n}"] for n in range(len(chosen))], dtype=numpy.float32))
    return sets


def sentences(count, server, testdata, cache):
    """Vectors of sentences, filled up with mixes of near ones and a little noise; and real queries."""
    if not cache.exists():
        started = server()
        real, queries = embedded_sentences(started, testdata, int(os.environ.get("SENTENCES", "20000")))
        started.stop()
        numpy.savez(cache, real=real, queries=queries)
    known = numpy.load(cache)
    real, queries = known["real"], known["queries"]
    rng = numpy.random.default_rng(5)
    rng.shuffle(queries)
    near = numpy.empty((len(real), 8), dtype=numpy.int64)
    for at in range(0, len(real), 1000):
        near[at : at + 1000] = (real[at : at + 1000] @ real.T).argsort(axis=1)[:, -9:-1]
    picks = rng.integers(0, len(real), max(count - len(real), 0))
    others = real[near[picks, rng.integers(0, 8, len(picks))]]
    share = rng.uniform(0.5, 0.9, (len(picks), 1)).astype(numpy.float32)
    mixed = share * real[picks] + (1 - share) * others + rng.normal(0, 0.015, (len(picks), DIMENSIONS)).astype(numpy.float32)
    vectors = numpy.concatenate([real, mixed]).astype(numpy.float32)[:count]
    rng.shuffle(vectors)
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True), queries[:200]


def uniform(count):
    rng = numpy.random.default_rng(11)
    vectors = rng.normal(size=(count + 200, DIMENSIONS)).astype(numpy.float32)
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors[:count], vectors[count:]


class Case:
    """What is asked, and what is right."""

    def __init__(self, name, vectors, queries, kept):
        self.name, self.queries, self.kept = name, queries, kept
        rows = numpy.flatnonzero(kept)
        scores = queries @ vectors[rows].T
        self.truth = [set(rows[row].tolist()) for row in numpy.argsort(-scores, axis=1)[:, :NEAREST]]

    def recall(self, found):
        truth = self.truth[: len(found)]
        return sum(len(right & set(row)) for right, row in zip(truth, found)) / sum(map(len, truth))


def timed(clock, queries, ask):
    start = clock()
    found = [ask(query) for query in queries]
    return len(queries) / max(clock() - start, 1e-9), found


def brute(vectors, case):
    rows = numpy.flatnonzero(case.kept)
    some = vectors if len(rows) == len(vectors) else vectors[rows]

    def ask(query):
        scores = some @ query
        return rows[numpy.argpartition(-scores, NEAREST)[:NEAREST]].tolist()

    return {"": lambda: timed(time.process_time, case.queries[:60], ask)}


class Usearch:
    def __init__(self, vectors):
        from usearch.index import Index

        self.index = Index(ndim=DIMENSIONS, metric="ip", dtype="f16", connectivity=16, expansion_add=128)
        start = time.process_time()
        self.index.add(numpy.arange(len(vectors)), vectors, threads=1)
        self.built = time.process_time() - start

    def delete(self, rows):
        for row in rows.tolist():
            self.index.remove(row)

    def runs(self, case, share):
        """Its Python face has no filter: as many more are asked for as the filter drops."""

        def run(breadth):
            def ask(query):
                wanted = NEAREST if share == 1 else int(NEAREST / share * 1.5) + 20
                keys = self.index.search(query, wanted, threads=1).keys
                return [row for row in keys.tolist() if case.kept[row]][:NEAREST]

            def measure():
                self.index.expansion_search = breadth
                return timed(time.process_time, case.queries, ask)

            return measure

        return {f"ef {breadth}": run(breadth) for breadth in [64, 128, 256, 512, 1024]}


class Edge:
    def __init__(self, vectors):
        import qdrant_edge as q

        self.q, self.folder = q, tempfile.mkdtemp()
        config = q.EdgeConfig(
            vectors=q.EdgeVectorParams(size=DIMENSIONS, distance=q.Distance.Dot),
            hnsw_config=q.HnswIndexConfig(m=16, ef_construct=100, full_scan_threshold=10_000, max_indexing_threads=1),
            optimizers=q.EdgeOptimizersConfig(default_segment_number=1),
            max_search_threads=1,
        )
        start = time.process_time()
        self.shard = q.EdgeShard.create(self.folder, config)
        for at in range(0, len(vectors), 1000):
            points = [q.Point(id=at + n, vector=vector, payload={"tenth": (at + n) % 10, "hundredth": (at + n) % 100}) for n, vector in enumerate(vectors[at : at + 1000].tolist())]
            self.shard.update(q.UpdateOperation.upsert_points(points))
        for field in ["tenth", "hundredth"]:
            self.shard.update(q.UpdateOperation.create_field_index(field, q.PayloadSchemaType.Integer))
        while self.shard.optimize():
            pass
        self.shard.flush()
        self.built = time.process_time() - start

    def delete(self, rows):
        for at in range(0, len(rows), 1000):
            self.shard.update(self.q.UpdateOperation.delete_points(rows[at : at + 1000].tolist()))
        while self.shard.optimize():
            pass

    def runs(self, case, share):
        q = self.q
        filters = {0.1: ("tenth", 3), 0.01: ("hundredth", 7)}
        kept = filters.get(share)
        kept = q.Filter(must=[q.FieldCondition(key=kept[0], match=q.MatchValue(value=kept[1]))]) if kept else None

        def run(breadth):
            def ask(query):
                request = q.QueryRequest(limit=NEAREST, query=q.Query.Nearest(query.tolist()), filter=kept, params=q.SearchParams(hnsw_ef=breadth))
                return [point.id for point in self.shard.query(request)]

            return lambda: timed(time.process_time, case.queries, ask)

        return {f"ef {breadth}": run(breadth) for breadth in [32, 64, 128, 256]}


class Ours:
    def __init__(self, server, vectors):
        self.server, count = server, len(vectors)
        server.ok("POST", "/collections", {"name": "t", "dimensions": DIMENSIONS})
        start, cpu = time.time(), server.cpu()
        point = lambda n: {"id": str(n), "vector": vectors[n].tolist(), "payload": {"tenth": n % 10, "hundredth": n % 100}}
        for at in range(0, count, 500):
            server.ok("PUT", "/collections/t/points", {"points": [point(n) for n in range(at, min(at + 500, count))]})
        wall, used = time.time() - start, server.cpu() - cpu
        print(f"  ours, upsert in 500s: {count / wall:.0f} points/s wall (client included), {used / count * 1e6:.0f} CPU us a point with index building meanwhile", flush=True)
        start = time.time()
        while self.building():
            time.sleep(0.5)
        self.built = server.cpu() - cpu
        kind = server.ok("GET", "/collections/t")["index"]
        print(f"  ours, index: {kind}, {time.time() - start:.0f} s after the last point; {self.built:.0f} CPU s for all; {server.memory():.0f} MB resident", flush=True)

    def building(self):
        """Until it has used no CPU for two seconds."""
        before = self.server.cpu()
        time.sleep(2)
        return self.server.ok("GET", "/collections/t")["index"] == "building" or self.server.cpu() - before > 0.1

    def delete(self, rows):
        for at in range(0, len(rows), 1000):
            self.server.ok("POST", "/collections/t/points/delete", {"ids": [str(row) for row in rows[at : at + 1000]]})
        while self.building():
            time.sleep(0.5)

    def runs(self, case, share):
        body = {1: {}, 0.1: {"filter": {"tenth": 3}}, 0.01: {"filter": {"hundredth": 7}}}.get(share, {})

        def ask(query):
            found = self.server.ok("POST", "/collections/t/query", {"vector": query.tolist(), "withPayload": False, **body})
            return [int(row["id"]) for row in found["rows"]]

        return {"": lambda: timed(self.server.cpu, case.queries, ask)}


def compare(case, engines):
    """Rounds over all engines; of each the fastest way that reaches the recall."""
    measured = {}
    for _ in range(3):
        for name, runs in engines.items():
            for way, run in runs.items():
                rate, found = run()
                measured.setdefault((name, way), ([], case.recall(found)))[0].append(rate)
    print(f"  {case.name}:", flush=True)
    for name in engines:
        ways = [(way, sorted(rates), recall) for (known, way), (rates, recall) in measured.items() if known == name]
        good = [one for one in ways if one[2] >= WANTED] or [max(ways, key=lambda one: one[2])]
        way, rates, recall = max(good, key=lambda one: one[1][1])
        short = "" if recall >= WANTED else "  (never the recall)"
        print(f"    {name} {way}: {rates[1]:.0f} queries/CPU s ({rates[0]:.0f} to {rates[-1]:.0f}), recall {recall:.4f}{short}", flush=True)


def engine_rates(cargo, vectors, queries, folder):
    """The same without HTTP and JSON, by the service's own test."""
    vectors.astype("<f4").tofile(folder / "vectors.f32")
    queries.astype("<f4").tofile(folder / "queries.f32")
    environment = {**os.environ, "FLOWFORGE_RATES": str(folder)}
    command = [*cargo.split(), "test", "--release", "-p", "vector", "--lib", "--", "--ignored", "--nocapture", "rates"]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=pathlib.Path(__file__).parent.parent)
    told = [line for line in answer.stdout.splitlines() if line.startswith("  ")]
    print("\n".join(told) or answer.stdout[-2000:] + answer.stderr[-2000:], flush=True)


def writes(start_server, vectors):
    """Upserts with durability: one by one, by several writers, in hundreds."""
    for writers, batch, count in [(1, 1, 1500), (8, 1, 6000), (1, 100, 20000), (4, 100, 40000)]:
        server = start_server()
        server.ok("POST", "/collections", {"name": "w", "dimensions": DIMENSIONS})
        each = count // writers
        bodies = [json.dumps({"points": [{"id": f"{writer}-{at + n}", "vector": vectors[(at + n) % len(vectors)].tolist(), "payload": {"n": at + n, "lang": "en"}} for n in range(batch)]}) for writer in range(writers) for at in range(0, each, batch)]
        share = len(bodies) // writers

        def write(mine):
            connection = server.connect()
            for body in mine:
                connection.request("PUT", "/api/v1/vector/collections/w/points", body, {"content-type": "application/json"})
                answer = connection.getresponse()
                assert answer.status == 200, answer.read()
                answer.read()

        start, cpu = time.time(), server.cpu()
        threads = [threading.Thread(target=write, args=(bodies[writer * share : (writer + 1) * share],)) for writer in range(writers)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        wall, used = time.time() - start, server.cpu() - cpu
        print(f"  {writers} writers, {batch} at once: {count / wall:.0f} points/s wall, {used / count * 1e6:.0f} CPU us a point", flush=True)
        server.stop()


def speed(start_server, kind, count, testdata, cargo):
    """`start_server(models, data)` gives a server over a data folder, a new one by default."""
    cache = pathlib.Path(os.environ.get("SENTENCE_VECTORS", tempfile.gettempdir() + "/flowforge-sentences.npz"))
    vectors, queries = uniform(count) if kind == "uniform" else sentences(count, lambda: start_server(True), testdata, cache)
    print(f"{kind}, {count} x {DIMENSIONS}", flush=True)
    if cargo:
        with tempfile.TemporaryDirectory() as folder:
            engine_rates(cargo, vectors, queries, pathlib.Path(folder))
    server = start_server(False)
    engines = {"ours, HTTP and JSON included": Ours(server, vectors)}
    for name, engine in [("usearch f16", Usearch), ("qdrant-edge-py", Edge)]:
        if name in os.environ.get("WITHOUT", "").split(","):
            continue
        try:
            engines[name] = engine(vectors)
            print(f"  {name}: built in {engines[name].built:.0f} CPU s", flush=True)
        except ImportError:
            print(f"  {name} is not installed", flush=True)
    numbers = numpy.arange(count)

    def all_of(name, kept, share):
        case = Case(name, vectors, queries, kept)
        compare(case, {**{name: engine.runs(case, share) for name, engine in engines.items()}, "numpy f32, brute force": brute(vectors, case)})

    all_of("no filter", numpy.ones(count, dtype=bool), 1)
    all_of("filter of 10 %", numbers % 10 == 3, 0.1)
    all_of("filter of 1 %", numbers % 100 == 7, 0.01)
    gone = numpy.random.default_rng(2).permutation(count)[: count // 2]
    kept = numpy.ones(count, dtype=bool)
    kept[gone] = False
    for engine in engines.values():
        engine.delete(gone)
    all_of("half deleted", kept, 1)
    data = server.data
    size = sum(path.stat().st_size for path in pathlib.Path(data).rglob("*") if path.is_file() and not path.is_symlink())
    print(f"  ours: {server.memory():.0f} MB resident, {size / 1e6:.0f} MB on the disk, half of it deleted", flush=True)
    server.kill()
    start = time.time()
    server = start_server(False, data)
    listening = time.time() - start
    server.ok("POST", "/collections/t/query", {"vector": queries[0].tolist()})
    print(f"  started again after kill -9: listening in {listening:.2f} s, first query answered {time.time() - start:.2f} s after the start, {server.cpu():.2f} CPU s", flush=True)
    server.stop()
    if hasattr(engines.get("qdrant-edge-py"), "folder"):
        shutil.rmtree(engines["qdrant-edge-py"].folder, ignore_errors=True)
