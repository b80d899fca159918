#!/usr/bin/env python3
"""Measures text recognition beside Tesseract and pytesseract: see docs/ocr.md.

    bench/ocr.py accuracy   character error by class of picture, drawn by a seeded generator, and of scanned pages
    bench/ocr.py receipts   fields and words of 26 scanned receipts
    bench/ocr.py cost       CPU seconds of a page and of a small picture, beside FastAPI and pytesseract
    bench/ocr.py pages      how the pages of a PDF are divided among workers
    bench/ocr.py soak       1,000 requests: memory of server and workers

Python 3.11 with the packages of services/ocr/tests/requirements.txt (`scripts/install unit`, then
~/.cache/flowforge/ocr-venv/bin/python bench/ocr.py ...); tesseract and the DejaVu fonts of Debian. The scans and receipts are those
of ../shared/testdata/ocr.
"""

import argparse
import http.client
import io
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps
from rapidfuzz.distance import Levenshtein

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path.home() / ".cache/flowforge/target"))
SHARED = ROOT.parent / "shared" / "testdata" / "ocr"
FONTS = Path("/usr/share/fonts/truetype/dejavu")
TICKS = os.sysconf("SC_CLK_TCK")
# Long enough that a busy machine changes no answer.
DEADLINE = "600s"


class Server:
    """The ocr service alone, or another command, on a free port of loopback."""

    def __init__(self, command, environment=None):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **(environment or {})}
        self.process = subprocess.Popen(
            [part.replace("PORT", str(self.port)) for part in command],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for _ in range(1200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("the server does not answer")

    def post(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=900)
        connection.request("POST", path, body, {"Content-Type": "application/octet-stream"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {answer[:300]}")
        return json.loads(answer)

    def family(self):
        """The server and its children that live."""
        pids, found = [self.process.pid], []
        while pids:
            pid = pids.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                pids += [int(child) for child in task.read_text().split()]
        return found

    def cpu(self):
        """CPU seconds of the server, its children, and those that ended."""
        total = 0
        for pid in self.family():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11:15])
        return total / TICKS

    def each(self):
        """CPU seconds of each process."""
        fields = {pid: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.family()}
        return {pid: sum(int(field) for field in fields[pid][11:13]) / TICKS for pid in fields}

    def memory(self):
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.family()]
        return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6, len(pages)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)


def ours(workers=2):
    program = TARGET / "release" / "ocr"
    return Server([str(program), "--service-listen", "127.0.0.1:PORT", "--workers", str(workers), "--deadline", DEADLINE])


def tesseract(image, psm, language="eng"):
    with tempfile.TemporaryDirectory() as folder:
        image.save(f"{folder}/page.png", compress_level=1)
        run = ["tesseract", f"{folder}/page.png", "stdout", "--psm", str(psm), "-l", language]
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        return subprocess.run(run, capture_output=True, text=True, env=environment).stdout


def plain(text):
    folded = unicodedata.normalize("NFKC", text).translate(str.maketrans("‘’“”–—", "''\"\"--"))
    return " ".join(folded.split())


def character_error(read, truth):
    read, truth = plain(read), plain(truth)
    return 100 * Levenshtein.distance(read, truth) / max(1, len(truth))


# The generator: random words, dates, prices and numbers on A4 at 300 dpi, made worse in one way each.
WORDS = (
    "the order was sent to our branch in the north and will arrive before the end of next week please check all parts "
    "against this list sign the delivery note and return one copy to the address below if anything is missing or broken call us "
    "within three days customer account payment reference number quantity description amount total discount contract letter "
    "department manager office street house garden window paper machine engine battery cable screw hammer bridge river mountain"
).split()


def page(seed, size=46, lines=34, width=2480, height=3508, face="DejaVuSerif.ttf", left=220, top=260):
    random = numpy.random.default_rng(seed)
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONTS / face), size)
    text = []
    for at in range(lines):
        words = []
        while True:
            kind = random.random()
            if kind < 0.06:
                word = f"{random.integers(1, 29):02}/{random.integers(1, 13):02}/20{random.integers(10, 30)}"
            elif kind < 0.12:
                word = f"{random.integers(1, 9999)}.{random.integers(0, 100):02}"
            elif kind < 0.16:
                word = str(random.integers(1000, 999999))
            else:
                word = WORDS[random.integers(len(WORDS))]
            if font.getlength(" ".join([*words, word])) > width - 2 * left:
                break
            words.append(word)
        line = " ".join(words)
        draw.text((left, top + at * int(size * 1.75)), line, font=font, fill=0)
        text.append(line)
    return image, "\n".join(text)


def scaled(image, factor):
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.LANCZOS)


def noisy(image, seed, amount):
    pixels = numpy.array(image)
    chance = numpy.random.default_rng(seed).random(pixels.shape)
    pixels[chance < amount / 2] = 0
    pixels[chance > 1 - amount / 2] = 255
    return Image.fromarray(pixels)


def grainy(image, seed, sigma):
    noise = numpy.random.default_rng(seed).normal(0, sigma, (image.height, image.width))
    return Image.fromarray((numpy.array(image) + noise).clip(0, 255).astype(numpy.uint8))


def shaded(image, darkest):
    light = numpy.linspace(1, darkest, image.width)[None, :]
    return Image.fromarray((numpy.array(image) * light).astype(numpy.uint8))


def jpeg(image, quality):
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return Image.open(io.BytesIO(data.getvalue())).convert("L")


def turned(image, degrees):
    return image.rotate(degrees, Image.BICUBIC, expand=True, fillcolor=255)


CLASSES = {
    "clean": lambda image, seed: image,
    "150 dpi": lambda image, seed: scaled(image, 0.5),
    "100 dpi": lambda image, seed: scaled(image, 1 / 3),
    "72 dpi": lambda image, seed: scaled(image, 0.24),
    "blur": lambda image, seed: image.filter(ImageFilter.GaussianBlur(2.5)),
    "grain": lambda image, seed: grainy(image, seed, 40),
    "specks 3%": lambda image, seed: noisy(image, seed, 0.03),
    "low contrast": lambda image, seed: image.point(lambda value: 150 + value * 60 // 255),
    "inverted": lambda image, seed: ImageOps.invert(image),
    "shading to 25%": lambda image, seed: shaded(image, 0.25),
    "jpeg q20": lambda image, seed: jpeg(scaled(image, 0.5), 20),
    "skew 1": lambda image, seed: turned(image, 1),
    "skew 3": lambda image, seed: turned(image, -3),
    "skew 7": lambda image, seed: turned(image, 7),
    "skew 15": lambda image, seed: turned(image, -15),
    "rotated 90": lambda image, seed: image.transpose(Image.ROTATE_90),
    "rotated 180": lambda image, seed: image.transpose(Image.ROTATE_180),
    "rotated 270": lambda image, seed: image.transpose(Image.ROTATE_270),
}
SCANS = [
    ("tesseract/phototest.tif", "tesseract/phototest.txt"),
    ("tesseract/eurotext.tif", "tesseract/eurotext.txt"),
    ("tesseract/8087_054.3B.tif", "tesseract/8087_054.3B.txt"),
    ("tesseract/8071_093.3B.tif", "tesseract/8071_093.3B.txt"),
    ("ocrs/polar-bears.png", "ocrs/polar-bears.expected.txt"),
    ("ocrs/why-rust.png", "ocrs/why-rust.expected.txt"),
]


def accuracy(options):
    print("character error in percent, mean of seeds; Tesseract with OMP_THREAD_LIMIT=1\n")
    print(f"| {'class':<24} | {'ours':>6} | {'psm 3':>6} | {'psm 6':>6} | steps |\n| --- | --- | --- | --- | --- |")
    with ours() as server:

        def row(name, pictures):
            errors, steps = [[], [], []], Counter()
            for image, data, truth in pictures:
                read = server.post("/api/v1/ocr/recognize", data)
                errors[0].append(character_error(read["text"], truth))
                steps.update(read["steps"])
                for index, psm in ((1, 3), (2, 6)):
                    errors[index].append(character_error(tesseract(image, psm), truth))
            mine, auto, block = (statistics.mean(values) for values in errors)
            best = min(auto, block)
            mark = "" if mine <= best + 0.1 else "  <- worse"
            print(f"| {name:<24} | {mine:6.2f} | {auto:6.2f} | {block:6.2f} | {', '.join(steps)}{mark} |", flush=True)

        for name, change in CLASSES.items():
            if options.only in name:
                pictures = []
                for seed in range(options.seeds):
                    drawn, truth = page(seed, lines=options.lines)
                    image = change(drawn, seed)
                    data = io.BytesIO()
                    image.save(data, "PNG", compress_level=1)
                    pictures.append((image, data.getvalue(), truth))
                row(name, pictures)
        for picture, text in SCANS:
            if options.only in picture:
                image = Image.open(SHARED / picture)
                row(picture, [(image, (SHARED / picture).read_bytes(), (SHARED / text).read_text())])


def receipts(options):
    print("26 receipts of ICDAR 2019 SROIE: F1 of words (case folded, order ignored), date and total\n")
    scores, right = [], Counter()
    with ours() as server:
        for path in sorted((SHARED / "sroie").glob("*.jpg")):
            read = server.post("/api/v1/ocr/extract", path.read_bytes())
            key = json.loads(path.with_suffix(".key.json").read_text())
            boxes = path.with_suffix(".box.csv").read_text(errors="replace").splitlines()
            truth = Counter(" ".join(line.split(",", 8)[8] for line in boxes if line.count(",") >= 8).lower().split())
            words = Counter(read["text"].lower().split())
            score = 2 * (words & truth).total() / max(1, words.total() + truth.total())
            scores.append(score)
            total = f"{float(re.sub('[^0-9.]', '', key['total'])):.2f}"
            found_total = (read["total"] or {}).get("amount")
            found_date = (read["date"] or {}).get("date")
            date = iso(key["date"])
            right["total"] += found_total == total
            right["date"] += found_date == date
            print(f"{path.stem}  F1 {score:.2f}  total {total:>9} {found_total or '-':>9} {'' if found_total == total else 'x':1}"
                  f"  date {date} {found_date or '-':10} {'' if found_date == date else 'x'}", flush=True)
    print(f"\nmean F1 {statistics.mean(scores):.3f}, totals {right['total']} of {len(scores)}, dates {right['date']} of {len(scores)}")


def iso(text):
    """The date of a key; SROIE is Malaysian, so days come first."""
    months = "jan feb mar apr may jun jul aug sep oct nov dec".split()
    parts = re.findall(r"\d+|[a-z]+", text.lower())
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    parts = [str(months.index(part[:3]) + 1) if part[:3] in months else part for part in parts][:3]
    if len(parts) < 3:
        return text
    year, month, day = parts if len(parts[0]) == 4 else parts[::-1]
    if re.match(r"[a-z]", text.lower()):
        day, month = month, day
    return f"{int(year) + 2000 * (len(year) == 2):04}-{int(month):02}-{int(day):02}"


PEER = """
import io
import pytesseract
from fastapi import FastAPI, Request
from PIL import Image
from starlette.concurrency import run_in_threadpool
app = FastAPI()
@app.post("/")
async def recognize(request: Request):
    image = Image.open(io.BytesIO(await request.body()))
    return await run_in_threadpool(pytesseract.image_to_data, image, output_type=pytesseract.Output.DICT)
"""


def cost(options):
    drawn, _ = page(7)
    small = Image.open(SHARED / "tesseract" / "phototest.tif").convert("L")
    pictures = {}
    for name, image in (("A4 300 dpi", drawn), ("640 x 480", small)):
        data = io.BytesIO()
        image.save(data, "PNG")
        pictures[name] = data.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "peer.py").write_text(PEER)
        uvicorn = [sys.executable, "-m", "uvicorn", "--app-dir", folder, "peer:app", "--port", "PORT", "--log-level", "error"]
        # Workers of ours run at nice 10; the peers are started so too.
        servers = {
            "ours": (lambda: ours(options.workers), "/api/v1/ocr/recognize"),
            "pytesseract, default": (lambda: Server(["nice", *uvicorn]), "/"),
            "pytesseract, tuned": (lambda: Server(["nice", *uvicorn], {"OMP_THREAD_LIMIT": "1"}), "/"),
        }
        print("| picture | " + " | ".join(servers) + " |\n| --- | --- | --- | --- |")
        for name, data in pictures.items():
            counts = options.pages if name.startswith("A4") else options.pages * 5
            cells = []
            for start, path in servers.values():
                with start() as server, ThreadPoolExecutor(options.workers) as pool:
                    for _ in range(options.workers):
                        server.post(path, data)
                    before = server.cpu()
                    list(pool.map(lambda _: server.post(path, data), range(counts)))
                    cells.append((server.cpu() - before) / counts)
            cells = [f"{value:.3f} s" + ("" if index == 0 else f" ({value / cells[0]:.2f}x)") for index, value in enumerate(cells)]
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def pages(options):
    """Wall time says nothing on a machine that others use, so this counts who did the work: all of it, over that of the busiest
    worker, is how much sooner the pages are done than by one."""
    count = 4 * options.workers
    drawn = [page(seed, lines=options.lines)[0] for seed in range(count)]
    data = io.BytesIO()
    drawn[0].save(data, "PDF", resolution=300, save_all=True, append_images=drawn[1:])
    with ours(options.workers) as server:
        server.post("/api/v1/ocr/pdf", data.getvalue())
        before, started = server.each(), time.monotonic()
        read = server.post("/api/v1/ocr/pdf", data.getvalue())
        wall = time.monotonic() - started
        spent = {pid: after - before.get(pid, 0) for pid, after in server.each().items() if pid != server.process.pid}
    assert [page["page"] for page in read["pages"]] == list(range(1, count + 1))
    print(f"{count} pages, {options.workers} workers: CPU seconds of workers {sorted(round(one, 2) for one in spent.values())}, "
          f"all over the busiest {sum(spent.values()) / max(spent.values()):.2f}; {wall:.1f} s of wall time")


def soak(options):
    own = ROOT / "services" / "ocr" / "data"
    small = Image.open(SHARED / "tesseract" / "phototest.tif").convert("L").crop((0, 0, 320, 120))
    pictures = []
    for image in (small, Image.new("L", (200, 100), 255), small.rotate(3, fillcolor=255), scaled(small, 0.4)):
        data = io.BytesIO()
        image.save(data, "PNG")
        pictures.append(data.getvalue())
    requests = [(path, body) for path in ("recognize", "text", "extract") for body in pictures] + [
        (path, (own / name).read_bytes())
        for path, name in (("extract", "receipt.png"), ("tables", "table.png"), ("codes", "code.png"), ("pdf", "letter.pdf"),
                           ("searchable-pdf?output=base64", "receipt.png"), ("classify", "letter.pdf"), ("orientation", "receipt.png"))
    ]
    known = []
    with ours() as server:
        for at in range(options.requests + 100):
            path, body = requests[at % len(requests)]
            server.post(f"/api/v1/ocr/{path}", body)
            if (at + 1 - 100) % max(1, options.requests // 4) == 0 and at >= 99:
                memory, processes = server.memory()
                known.append(memory)
                print(f"after {at + 1} requests: {memory:.0f} MB in {processes} processes", flush=True)
        pids = server.family()
    # Workers end when their pipe closes, which takes a while on a busy machine.
    for _ in range(100):
        left = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
        if not left:
            break
        time.sleep(0.2)
    growth = known[-1] / known[0] - 1
    print(f"grown by {growth:.1%}; left after the end: {left}")
    if growth > 0.1 or left:
        sys.exit("memory is not flat, or processes are left")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["accuracy", "receipts", "cost", "pages", "soak"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=34, help="lines of a drawn page")
    parser.add_argument("--only", default="", help="a word that the names of classes must hold")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--pages", type=int, default=5)
    parser.add_argument("--requests", type=int, default=1000)
    options = parser.parse_args()
    {"accuracy": accuracy, "receipts": receipts, "cost": cost, "pages": pages, "soak": soak}[options.what](options)


if __name__ == "__main__":
    main()
