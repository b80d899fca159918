#!/usr/bin/env python3
"""Data: what tables, spreadsheets, filters and SQL cost, beside what one would use instead; run in turns.

    bench/data.py PROGRAM [--size 100] [--rounds 3] [--only convert,xlsx,jq,query,sql,gateway] [--gateway FLOWFORGE]

PROGRAM is target/release/transform, FLOWFORGE the product binary. Needs curl, Node with npm, and jq for its part; Python packages and npm packages
are installed into $FLOWFORGE_CACHE. CPU time is user and system time: of ours that of the service and its workers, HTTP included, of the others that
of the whole process, without HTTP. Of both is taken off what the same costs on an input of one row: the start, what is imported, one request and one
worker. Ratios are taken within a round; shown is their median.
"""

import argparse
import json
import os
import random
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

CACHE = Path(os.environ.get("FLOWFORGE_CACHE", Path.home() / ".cache" / "flowforge")) / "bench-data"
PYTHON = ["duckdb==2.0.1", "numpy==2.4.6", "openpyxl==3.1.5", "et_xmlfile==2.0.0", "pandas==3.1.1", "python-dateutil==2.9.0.post0", "six==1.17.0", "polars==2.1.0", "polars-runtime-32==2.1.0"]
NODE = ["csv-parse@5.6.0", "xlsx@0.18.5"]
TICK = os.sysconf("SC_CLK_TCK")
PATH = "/api/v1/data"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--size", type=int, default=100, help="megabytes of CSV; spreadsheets and JSON are smaller in proportion")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="convert,xlsx,jq,query,sql,gateway")
    parser.add_argument("--gateway", type=Path, help="flowforge, for 200 MB through the gateway")
    options = parser.parse_args()
    install()
    with tempfile.TemporaryDirectory(prefix="flowforge-bench-") as folder:
        folder = Path(folder)
        program = shutil.copy(options.program, folder)
        print(f"{time.strftime('%Y-%m-%d')}, {cpu_name()}, {os.cpu_count()} cores, {options.rounds} rounds")
        csv = folder / "orders.csv"
        make_csv(csv, options.size << 20)
        with Service([program, "--no-access-log", "--service-listen"], folder) as service:
            for part in options.only.split(","):
                if part != "gateway":
                    globals()[part](service, csv, folder, options)
        if "gateway" in options.only.split(",") and options.gateway:
            gateway(shutil.copy(options.gateway, folder), folder, options)


def cpu_name():
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return names[0] if names else os.uname().machine


def install():
    """What is compared, once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    key = "\n".join(PYTHON + NODE)
    if (CACHE / "key").exists() and (CACHE / "key").read_text() == key:
        return
    subprocess.run([sys.executable, "-m", "venv", CACHE / "venv"], check=True)
    subprocess.run([CACHE / "venv/bin/pip", "install", "--quiet", "--no-deps", *PYTHON], check=True)
    (CACHE / "package.json").write_text('{"private": true, "type": "module"}')
    subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", *NODE], cwd=CACHE, check=True)
    (CACHE / "key").write_text(key)


def make_csv(path, size):
    """Orders: ids, codes with zeros in front, quoted names, prices, dates."""
    chance = random.Random(7)
    names = ["Ada Lovelace", "Müller, Hans", 'The "Old" Shop', "Jane Doe", "Société Générale", "Łukasz Nowak"]
    with open(path, "w") as out:
        out.write("id,zip,name,email,price,quantity,active,date,note\n")
        written = 0
        while written < size:
            lines = []
            for _ in range(2_000):
                name = chance.choice(names)
                quoted = '"' + name.replace('"', '""') + '"' if "," in name or '"' in name else name
                lines.append(
                    f"{chance.randrange(10**15)},{chance.randrange(10**5):05},{quoted},user{chance.randrange(10**6)}@example.com,{chance.randrange(10**6) / 100:.2f},"
                    f"{chance.randrange(100)},{chance.choice(['true', 'false'])},2024-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02},{chance.choice(['', 'call back', 'paid in cash'])}\n"
                )
            text = "".join(lines)
            out.write(text)
            written += len(text.encode())


def first_lines(path, to, lines):
    with open(path) as source, open(to, "w") as out:
        for _ in range(lines):
            out.write(source.readline())
    return to


class Service:
    def __init__(self, command, folder, ports=1):
        free = []
        for _ in range(ports):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                free.append(probe.getsockname()[1])
        self.port = free[0]
        command = [str(word) for word in command] + [f"127.0.0.1:{self.port}"]
        if ports > 1:
            command += ["--status-listen", f"127.0.0.1:{free[1]}"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health")
                break
            except OSError:
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def cpu(self):
        """Seconds, workers that have ended included."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(int(fields[at]) for at in (11, 12, 13, 14)) / TICK

    def memory(self, what):
        return int(re.search(rf"{what}:\s*(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def send(self, path, body, kind, out="/dev/null", key=None):
        """One request by curl, which takes the answer while it sends; the CPU of the service."""
        before = self.cpu()
        keys = ["-H", f"X-API-Key: {key}"] if key else []
        command = ["curl", "-s", "-f", "-X", "POST", "-H", f"Content-Type: {kind}", "-H", "Expect:", *keys, "-T", str(body), "-o", str(out), f"http://127.0.0.1:{self.port}{PATH}{path}"]
        subprocess.run(command, check=True)
        # A worker counts once it has ended.
        time.sleep(0.2)
        return self.cpu() - before


def cpu_of(command, **more):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def python(program, *arguments):
    return lambda file: cpu_of([CACHE / "venv/bin/python", "-c", program, file, *arguments])


def node(program, *arguments):
    return lambda file: cpu_of(["node", "--input-type=module", "-e", program, file, *arguments], cwd=CACHE)


def compare(what, ours, others, files, options, note=lambda seconds: ""):
    """Rounds of ours and the others in turns, on a file and on one of a row."""
    file, least = files
    ours(least)
    start = {name: statistics.median(run(least) for _ in range(3)) for name, run in {"ours": ours, **others}.items()}
    own, ratios, seconds = [], {name: [] for name in others}, {name: [] for name in others}
    for _ in range(options.rounds):
        mine = ours(file) - start["ours"]
        own.append(mine)
        for name, other in others.items():
            taken = other(file) - start[name]
            seconds[name].append(taken)
            ratios[name].append(taken / max(mine, 1 / TICK))
    print(f"\n{what}: {statistics.median(own):.2f} s CPU{note(statistics.median(own))}")
    for name in others:
        print(f"    {name}: {statistics.median(seconds[name]):.2f} s, {statistics.median(ratios[name]):.1f} times ours")


def convert(service, csv, folder, options):
    size = csv.stat().st_size / 1e6
    files = (csv, first_lines(csv, folder / "least.csv", 2))
    ndjson = "import {parse} from 'csv-parse'; import fs from 'fs'; const out = fs.createWriteStream('/dev/null'); for await (const row of fs.createReadStream(process.argv[1]).pipe(parse({columns: true}))) out.write(JSON.stringify(row) + '\\n');"
    others = {
        "csv-parse": node(ndjson),
        "pandas": python("import sys, pandas; pandas.read_csv(sys.argv[1], dtype={'zip': str}).to_json('/dev/null', orient='records', lines=True)"),
        "polars": python("import sys, os; os.environ['POLARS_MAX_THREADS'] = '1'; import polars; polars.scan_csv(sys.argv[1]).sink_ndjson('/dev/null')"),
        "DuckDB, one thread": python("import sys, duckdb; c = duckdb.connect(config={'threads': 1}); c.execute(f\"copy (select * from read_csv('{sys.argv[1]}')) to '/dev/null' (format json)\")"),
    }
    compare(f"CSV of {size:.0f} MB to NDJSON over HTTP", lambda file: service.send("/convert?to=ndjson", file, "text/csv"), others, files, options, lambda s: f", {size / s:.0f} MB/s a core")


def xlsx(service, csv, folder, options):
    small, book, lines = folder / "small.csv", folder / "book.xlsx", 50_000 * options.size // 100
    first_lines(csv, small, lines + 1)
    least, least_book = first_lines(csv, folder / "least.csv", 2), folder / "least.xlsx"
    service.send("/convert?to=xlsx", small, "text/csv", book)
    service.send("/convert?to=xlsx", least, "text/csv", least_book)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    read = {
        "openpyxl": python("import sys, json, openpyxl\nfor row in openpyxl.load_workbook(sys.argv[1], read_only=True).worksheets[0].iter_rows(values_only=True): json.dumps(row, default=str)"),
        "SheetJS": node("import XLSX from 'xlsx'; const book = XLSX.readFile(process.argv[1]); JSON.stringify(XLSX.utils.sheet_to_json(book.Sheets[book.SheetNames[0]]));"),
    }
    compare(f"XLSX of {lines:,} rows read to NDJSON", lambda file: service.send("/convert?to=ndjson", file, kind), read, (book, least_book), options)
    write = {
        "openpyxl": python("import sys, csv, openpyxl\nbook = openpyxl.Workbook(write_only=True); sheet = book.create_sheet()\nfor row in csv.reader(open(sys.argv[1])): sheet.append(row)\nbook.save(sys.argv[1] + '.xlsx')"),
        "SheetJS": node("import XLSX from 'xlsx'; import {parse} from 'csv-parse/sync'; import fs from 'fs'; const rows = parse(fs.readFileSync(process.argv[1])); const book = XLSX.utils.book_new(); XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(rows), 'a'); XLSX.writeFile(book, process.argv[1] + '.xlsx', {compression: true});"),
    }
    compare(f"CSV of {lines:,} rows written as XLSX", lambda file: service.send("/convert?to=xlsx", file, "text/csv", book), write, (small, least), options)


def jq(service, csv, folder, options):
    chance, objects = random.Random(3), 217_000 * options.size // 100
    data = [{"id": n, "group": f"g{chance.randrange(50)}", "name": f"Name {n}", "email": f"user{n % 1000}@example.com", "price": round(chance.random() * 1000, 2), "qty": chance.randrange(9), "active": chance.random() < 0.5} for n in range(objects)]
    whole = folder / "objects.json"
    whole.write_text(json.dumps(data))
    least = folder / "object.json"
    least.write_text(json.dumps(data[:1]))
    filters = [
        ".[] | select(.active) | {id, name, total: (.price * .qty)}",
        "group_by(.group) | map({group: .[0].group, sum: (map(.price) | add)})",
        "map(.price |= . * 2 | .name |= ascii_upcase)",
        'map(select(.email | test("7@")))',
    ]
    for expression in filters:
        query = urllib.parse.quote(expression, safe="")
        ours = lambda file: service.send(f"/query?expression={query}&output=list", file, "application/octet-stream")
        compare(f"jq {expression} on {whole.stat().st_size / 1e6:.0f} MB", ours, {"jq": lambda file: cpu_of(["jq", "-c", expression, str(file)])}, (whole, least), options)


def query(service, csv, folder, options):
    """A query of 1 KB: how long it takes, worker and all."""
    body = json.dumps({"data": {"items": [{"id": n, "price": n * 1.25} for n in range(30)]}, "expression": "[.items[] | select(.price > 10)] | length"}).encode()
    times, before = [], service.cpu()
    for _ in range(200):
        request = urllib.request.Request(f"http://127.0.0.1:{service.port}{PATH}/query", body, {"Content-Type": "application/json"})
        started = time.perf_counter()
        urllib.request.urlopen(request).read()
        times.append(time.perf_counter() - started)
    print(f"\nquery of {len(body)} bytes: p50 {statistics.median(times) * 1e3:.1f} ms, p90 {sorted(times)[180] * 1e3:.1f} ms, {(service.cpu() - before) * 5:.1f} ms CPU each")


def sql(service, csv, folder, options):
    part, size = folder / "part.csv", (20 << 20) * options.size // 100
    with open(csv) as source, open(part, "w") as out:
        while out.tell() < size:
            out.write(source.readline())
    statement = "select date, count(*) as n, sum(price * quantity) as total from data group by date order by total desc"
    others = {
        "DuckDB, one thread": python("import sys, duckdb; c = duckdb.connect(config={'threads': 1}); c.execute(sys.argv[2].replace('from data', f\"from read_csv('{sys.argv[1]}')\")).fetchall()", statement),
        "pandas": python("import sys, pandas; f = pandas.read_csv(sys.argv[1]); f['t'] = f.price * f.quantity; f.groupby('date').agg(n=('t', 'size'), total=('t', 'sum')).sort_values('total')"),
    }
    address = "/sql?sql=" + urllib.parse.quote(statement, safe="")
    compare(f"SQL group by over {part.stat().st_size / 1e6:.0f} MB of CSV", lambda file: service.send(address, file, "text/csv"), others, (part, first_lines(csv, folder / "least.csv", 2)), options)


def gateway(program, folder, options):
    """200 MB through the gateway: how much its memory grows."""
    csv = folder / "large.csv"
    make_csv(csv, 200_000_000 * options.size // 100)
    with Service([program, "up", "--no-access-log", "--listen"], folder, ports=2) as service:
        small = folder / "one.csv"
        small.write_text("a,b\n1,2\n")
        service.send("/convert?to=ndjson", small, "text/csv", key="ff_demo_enterprise")
        before = service.memory("VmRSS")
        Path(f"/proc/{service.process.pid}/clear_refs").write_text("5")
        seconds = service.send("/convert?to=ndjson", csv, "text/csv", folder / "large.ndjson", key="ff_demo_enterprise")
        grown = service.memory("VmHWM") - before
        rows = sum(1 for _ in open(folder / "large.ndjson"))
        print(f"\n{csv.stat().st_size / 1e6:.0f} MB of CSV through the gateway: {rows:,} rows, {seconds:.2f} s CPU, memory grows by {grown:.1f} MB at most")


if __name__ == "__main__":
    main()
