"""CPU time of documents joined, split, read and painted, against qpdf, pdftotext and pdftoppm, run in turns.

python3 bench/pdf.py FOLDER BOOK [PYTHON [MODULES]]   FOLDER has PDFs (some are chosen), BOOK is one with many pages, PYTHON one that has
pdf_oxide, MODULES a folder in which `npm install pdf-lib` was run
Needs target/release/examples/measure (cargo build --release -p pdf --example measure), qpdf and poppler-utils.
"""

import pathlib, random, resource, shutil, statistics, subprocess, sys, tempfile, os

ROUNDS = 5
target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
ours = str(target / "release/examples/measure")


def cpu(*command):
    """CPU seconds of a program, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(what, commands, rounds=ROUNDS):
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, runs in commands.items():
            times[name].append(sum(cpu(*run) for run in runs))
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    base = medians["flowforge"]
    print(f"{what:<28}", "  ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in medians.items()),
          "  ", "  ".join(f"{base / seconds:.2f}x {name}" for name, seconds in medians.items() if name != "flowforge"))


def pages(path):
    done = subprocess.run(["qpdf", "--show-npages", path], capture_output=True, text=True)
    return int(done.stdout) if done.returncode == 0 and done.stdout.strip().isdigit() else 0


# Documents that pdf-lib cannot open are left out by it, and counted.
PDF_LIB = """
const { PDFDocument } = require('pdf-lib'), fs = require('fs');
const [what, out, ...paths] = process.argv.slice(1);
const open = path => PDFDocument.load(fs.readFileSync(path), { ignoreEncryption: true });
const copy = async (from, pages, to) => (await to.copyPages(from, pages)).forEach(page => to.addPage(page));
(async () => {
  if (what === 'join') {
    const all = await PDFDocument.create();
    let lost = 0;
    for (const path of paths) {
      try { const one = await open(path); await copy(one, one.getPageIndices(), all); } catch { lost += 1; }
    }
    fs.writeFileSync(out + '/l.pdf', await all.save());
    if (lost) fs.writeFileSync(out + '/lost', String(lost));
  } else {
    const book = await open(paths[0]);
    for (const page of book.getPageIndices()) {
      const part = await PDFDocument.create();
      await copy(book, [page], part);
      fs.writeFileSync(out + '/l-' + page + '.pdf', await part.save());
    }
  }
})();
"""


def pdf_lib(what, out, *paths):
    """The command of pdf-lib, where it was asked for."""
    if len(sys.argv) < 5:
        return {}
    return {"pdf-lib": [["env", f"NODE_PATH={sys.argv[4]}/node_modules", "node", "-e", PDF_LIB, what, out, *paths]]}


folder, book = sys.argv[1], sys.argv[2]
files = sorted(str(path) for path in pathlib.Path(folder).rglob("*.pdf") if path.stat().st_size > 8_000)
random.Random(7).shuffle(files)
files = [path for path in files if 0 < pages(path) <= 40 and subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0]
joined, painted = files[:50], files[:60]
with tempfile.TemporaryDirectory() as out:
    merge = ["qpdf", "--empty", "--object-streams=generate", "--pages", *joined, "--", f"{out}/m.pdf"]
    compare(f"join {len(joined)} files", {"flowforge": [[ours, "merge", *joined]], "qpdf": [merge], **pdf_lib("join", out, *joined)})
    if pathlib.Path(f"{out}/lost").exists():
        print(f"  pdf-lib could not open {pathlib.Path(f'{out}/lost').read_text()} of them")
    compare(f"split {pages(book)} pages", {"flowforge": [[ours, "split", book]], "qpdf": [["qpdf", "--split-pages", book, f"{out}/s-%d.pdf"]], **pdf_lib("split", out, book)}, 3)
    compare(f"first page of {len(painted)}, 96 dpi", {
        "flowforge": [[ours, "render", path] for path in painted],
        "pdftoppm": [["pdftoppm", "-png", "-r", "96", "-f", "1", "-l", "1", path, f"{out}/p"] for path in painted],
    }, 3)
    compare(f"text of {len(painted)} files", {
        "flowforge": [[ours, "text", path] for path in painted],
        "flowforge with tables": [[ours, "tables", path] for path in painted],
        "flowforge doing nothing": [[ours, "none", path] for path in painted],
        "pdftotext": [["pdftotext", path, f"{out}/t.txt"] for path in painted],
    }, 3)
if len(sys.argv) > 3:
    program = """
import sys, time
import pdf_oxide
start = time.process_time()
for path in sys.argv[1:]:
    document = pdf_oxide.PdfDocument(path)
    for page in range(document.page_count()):
        document.extract_text(page)
print(f"{1000 * (time.process_time() - start):.0f} ms")
"""
    done = subprocess.run([sys.argv[3], "-c", program, *painted], capture_output=True, text=True)
    print(f"pdf_oxide, text of the same, in its own process: {done.stdout.strip()}")
