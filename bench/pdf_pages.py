"""An invoice of ten rows, by template and by HTML, against headless Chromium kept warm: CPU, wall time, memory; run in turns.

python3 bench/pdf_pages.py [ROUNDS]   Needs target/release/pdf (cargo build --release -p pdf --bin pdf) and chromium
CPU is that of all processes of a program, memory the proportional set size (PSS) of all of them after the last round.
"""

import json, os, pathlib, signal, statistics, subprocess, sys, tempfile, time, urllib.request

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 15
WARM = 3
PORT = 39471
target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
tick = os.sysconf("SC_CLK_TCK")

ITEMS = [{"description": f"Consulting, part {n}", "quantity": n, "unit": "h", "price": 85 + n} for n in range(1, 11)]
DATA = {
    "number": "2026-0117", "date": "2026-11-30", "seller": {"name": "Acme Studio", "city": "Berlin"}, "customer": {"name": "Jane Doe", "city": "Munich"},
    "items": ITEMS, "tax": 19, "payment": {"iban": "DE89 3704 0044 0532 0130 00"},
}
ROWS = "".join(f"<tr><td>{i['description']}<td class=n>{i['quantity']}<td class=n>{i['price']}.00<td class=n>{i['price'] * i['quantity']}.00" for i in ITEMS)
HTML = f"""<!doctype html><style>:root{{--ink:#1f4e79}}body{{font-family:sans-serif;font-size:13px;color:#222}}.head{{display:flex;justify-content:space-between;border-bottom:2px solid var(--ink)}}
table{{width:100%;border-collapse:collapse;margin-top:20px}}th{{background:var(--ink);color:#fff;text-align:left;padding:6px}}td{{padding:6px;border-bottom:1px solid #ddd}}.n{{text-align:right}}</style>
<div class=head><h1>Invoice 2026-0117</h1><p>Acme Studio<br>Berlin</p></div><p>Jane Doe<br>Munich</p>
<table><thead><tr><th>Item<th class=n>Quantity<th class=n>Price<th class=n>Sum</thead>{ROWS}</table><p class=n><b>Total 5,060.00</b></p>"""


def family(root):
    """A process and all below it."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu(root):
    """CPU seconds of a process and all below it, ended ones that were waited for included."""
    total = 0
    for pid in family(root):
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(fields[at]) for at in (11, 12, 13, 14))
    return total / tick


def memory(root):
    total = 0
    for pid in family(root):
        try:
            total += next(int(line.split()[1]) for line in open(f"/proc/{pid}/smaps_rollup") if line.startswith("Pss:"))
        except (OSError, StopIteration):
            pass
    return total / 1024


class Service:
    def __init__(self):
        command = [str(target / "release/pdf"), "--service-listen", f"127.0.0.1:{PORT}", "--no-access-log"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health")
                break
            except OSError:
                time.sleep(0.1)

    def post(self, path, body):
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/api/v1/pdf{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        document = urllib.request.urlopen(request).read()
        assert document.startswith(b"%PDF"), document[:200]

    def template(self, round):
        self.post("/generate", {"template": "invoice", "locale": "de-DE", "currency": "EUR", "data": {**DATA, "number": f"2026-{round}"}})

    def html(self, round):
        self.post("/from-html", {"html": HTML.replace("0117", str(round))})


class Chromium:
    """Spoken to by its pipe: requests in at 3, answers out at 4."""

    def __init__(self, folder):
        read_in, self.write = os.pipe()
        self.read, write_out = os.pipe()

        def join():
            os.dup2(read_in, 103), os.dup2(write_out, 104)
            os.dup2(103, 3), os.dup2(104, 4)

        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"]
        self.process = subprocess.Popen(command, preexec_fn=join, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.number, self.rest = 0, b""

    def message(self):
        while b"\0" not in self.rest:
            self.rest += os.read(self.read, 1 << 20)
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def ask(self, method, session=None, until=None, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        os.write(self.write, json.dumps(request).encode() + b"\0")
        answer, seen = None, until is None
        while answer is None or not seen:
            message = self.message()
            if message.get("id") == self.number:
                answer = message["result"]
            seen = seen or message.get("method") == until
        return answer

    def html(self, round):
        page = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        self.ask("Page.enable", session)
        address = "data:text/html;charset=utf-8," + urllib.request.quote(HTML.replace("0117", str(round)))
        self.ask("Page.navigate", session, until="Page.loadEventFired", url=address)
        assert len(self.ask("Page.printToPDF", session, printBackground=True)["data"]) > 1000
        self.ask("Target.closeTarget", targetId=page)


with tempfile.TemporaryDirectory() as folder:
    ours, theirs = Service(), Chromium(folder)
    kinds = {"template": (ours, ours.template), "HTML": (ours, ours.html), "chromium": (theirs, theirs.html)}
    spent = {name: [] for name in kinds}
    try:
        for round in range(ROUNDS + WARM):
            for name, (program, run) in kinds.items():
                before, start = cpu(program.process.pid), time.perf_counter()
                run(1000 + round)
                wall = time.perf_counter() - start
                if round >= WARM:
                    spent[name].append((cpu(program.process.pid) - before, wall))
        for name, values in spent.items():
            # Ticks are coarse: CPU is the mean of all rounds.
            used = statistics.mean(value[0] for value in values)
            print(f"{name:<10} CPU {1000 * used:6.1f} ms   wall {1000 * statistics.median(value[1] for value in values):6.1f} ms   "
                  f"memory {memory(kinds[name][0].process.pid):6.1f} MB")
    finally:
        for program in (ours, theirs):
            program.process.send_signal(signal.SIGTERM)
            program.process.wait()
