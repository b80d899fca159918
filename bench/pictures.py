#!/usr/bin/env python3
"""Measures pictures beside sharp: see README.md.

    bench/pictures.py         CPU time and peak memory of each operation, in one process without HTTP, and how near the
                              results are to the best there could be
    bench/pictures.py http    requests per CPU-second of the gateway and of Fastify with sharp, 16 connections

Python 3.11, nothing else; wrk, cargo, node and npm must be there, and `scripts/install unit` done, whose Pillow makes and
judges the pictures. The photographs are those of ../shared/testdata/image, or others by --photos.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from run import CACHE, ROOT, TARGET, Server, commands, cpu, drive, load_of, spread

SHARED = ROOT.parent / "shared" / "testdata" / "image"
PHOTOS = [SHARED / "sharp" / "2569067123_aca715a2ee_o.jpg", SHARED / "exif-orientation" / "Landscape_1.jpg"]
PYTHON = CACHE / "image-venv" / "bin" / "python"
SMALL = {"width": 400}
MIDDLE = {"x": 900, "y": 500, "width": 3000, "height": 2000, "format": "jpeg"}
FIVE = {"sizes": [1600, 800, 400, 200, 100]}
# What is made of each photograph: pixels, how it is saved. Grain as of a sensor: without it there is nothing to decode.
MAKE = """
import sys, numpy
from PIL import Image
photo, folder, name = sys.argv[1:]
photo = Image.open(photo).convert("RGB")
def grained(width):
    height = round(width * photo.height / photo.width)
    pixels = numpy.asarray(photo.resize((width, height), Image.LANCZOS)).astype(numpy.int16)
    grain = numpy.random.default_rng(1).normal(0, 3, (height, width, 1)).round().astype(numpy.int16)
    return Image.fromarray((pixels + grain).clip(0, 255).astype(numpy.uint8))
twelve = grained(4000)
usual = {"quality": 90, "subsampling": "4:2:0"}
twelve.save(f"{folder}/{name}-12.jpg", **usual)
twelve.save(f"{folder}/{name}-12-444.jpg", quality=90, subsampling="4:4:4")
twelve.save(f"{folder}/{name}-12-restarts.jpg", **usual, restart_marker_rows=1)
twelve.save(f"{folder}/{name}-12-progressive.jpg", **usual, progressive=True)
twelve.save(f"{folder}/{name}-12.png", compress_level=6)
twelve.resize((1600, round(1600 * twelve.height / 4000)), Image.LANCZOS).save(f"{folder}/{name}-2.png", compress_level=6)
grained(6000).save(f"{folder}/{name}-24.jpg", **usual)
"""
# How far a result is from a full decode resized with Lanczos, in decibels of brightness.
JUDGE = """
import sys, numpy, json
from PIL import Image
def luma(image): return numpy.asarray(image.convert("RGB").convert("L")).astype(numpy.float64)
source = Image.open(sys.argv[1]).convert("RGB")
values = []
for path in sys.argv[2:]:
    made = Image.open(path)
    best = source if source.size == made.size else source.resize(made.size, Image.LANCZOS)
    error = ((luma(best) - luma(made)) ** 2).mean()
    values.append(99.0 if error == 0 else 10 * numpy.log10(255 ** 2 / error))
print(json.dumps(values))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["cost", "http"], default="cost")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of load a round (http)")
    parser.add_argument("--photos", type=Path, nargs="+", default=PHOTOS)
    parser.add_argument("--only", default="", help="a word that the names of cases must hold")
    parser.add_argument("--binary", type=Path, default=TARGET / "release" / "flowforge")
    options = parser.parse_args()
    missing = [str(path) for path in [PYTHON, *options.photos] if not path.exists()]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}")
    print(f"{time.strftime('%Y-%m-%d')}, {cpu()}\n")
    with tempfile.TemporaryDirectory(prefix="flowforge-bench-") as folder:
        folder = Path(folder)
        files = [made(photo, folder, f"photo-{number}") for number, photo in enumerate(options.photos, 1)]
        (over_http if options.what == "http" else cost)(files, folder, options)


def made(photo, folder, name):
    """Files like those of a camera, made of a photograph."""
    subprocess.run([PYTHON, "-c", MAKE, photo, folder, name], check=True, timeout=300)
    return photo, folder / name


def cases(files):
    """Name, file, operation, options, goal."""
    photo, first = files[0]

    def file(base, rest):
        return base.with_name(base.name + rest)

    for _, base in files:
        for ending, what in (("-12.jpg", "12 MP JPEG"), ("-24.jpg", "24 MP JPEG")):
            yield f"{what} to 400 px JPEG", file(base, ending), "resize", {**SMALL, "format": "jpeg"}, 1.8
            yield f"{what} to 400 px WebP", file(base, ending), "resize", {**SMALL, "format": "webp"}, 1.5
        for kind in ("444", "restarts"):
            yield f"12 MP JPEG, {kind}, to 400 px JPEG", file(base, f"-12-{kind}.jpg"), "resize", {**SMALL, "format": "jpeg"}, 1.8
        progressive = file(base, "-12-progressive.jpg")
        yield "12 MP progressive JPEG to 400 px JPEG", progressive, "resize", {**SMALL, "format": "jpeg"}, 10
        yield "five sizes of a 12 MP JPEG", file(base, "-12.jpg"), "thumbnail", {**FIVE, "format": "jpeg"}, 2
        yield "12 MP PNG to 400 px WebP", file(base, "-12.png"), "resize", {**SMALL, "format": "webp"}, 1.2
        whole = file(base, "-12.jpg")
        yield "12 MP JPEG turned by 90 degrees", whole, "rotate", {"angle": 90, "format": "jpeg"}, ""
        yield "12 MP JPEG, 6 MP of it", whole, "crop", MIDDLE, ""
        yield "12 MP JPEG, blur of 3", whole, "adjust", {"blur": 3, "format": "jpeg"}, ""
        yield "12 MP JPEG, more colour", whole, "adjust", {"saturation": 30, "format": "jpeg"}, ""
        yield "12 MP JPEG to WebP", whole, "convert", {"format": "webp"}, ""
        yield "2 MP PNG to WebP", file(base, "-2.png"), "convert", {"format": "webp"}, 1.2
    yield "sharp's own: 2725x2225 to 720x588 JPEG", photo, "resize", {"width": 720, "height": 588, "format": "jpeg"}, 1.3


def cost(files, folder, options):
    build = ["cargo", "build", "--quiet", "--release", "--target-dir", str(TARGET), "--package", "image-service", "--example", "cost"]
    subprocess.run(build, cwd=ROOT, check=True, timeout=1800)
    ours = [shutil.copy(TARGET / "release" / "examples" / "cost", folder / "cost")]
    # Installs what Node needs; the command itself is another.
    theirs = [*commands(str(options.binary))["fastify"](0, 0)[:1], str(CACHE / "bench-node" / "pictures.mjs")]
    chosen = [case for case in cases(files) if options.only in case[0]]
    seen = {}
    for number in range(options.rounds):
        for name, file, operation, request, _ in chosen:
            times = 20 if file.suffix == ".jpg" and operation == "resize" else 4
            arguments = [operation, str(file), str(times), json.dumps(request)]
            outs = [folder / f"out-{who}.{request['format']}" for who in ("ours", "sharp")]
            pair = [measured([*command, *arguments, str(out)]) for command, out in zip((ours, theirs), outs)]
            judged = number == 0 and operation in ("resize", "convert")
            decibels = json.loads(output([PYTHON, "-c", JUDGE, file, *outs])) if judged else None
            seen.setdefault((name, file), []).append((*pair, decibels))
            print(f"round {number + 1}: {name}: {pair[0]['ms']:.1f}, {pair[1]['ms']:.1f} ms {decibels}", file=sys.stderr)
    print(f"{options.rounds} rounds, CPU time of one operation; ratios over all photographs, median (least to most).\n")
    print("| | ms | sharp, ms | sharp / ours | goal | peak, MB | sharp, MB | PSNR, dB | sharp, dB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for case in dict.fromkeys(case[0] for case in chosen):
        rounds = [one for (name, _), many in seen.items() if name == case for one in many]
        goal = next(goal for name, *_, goal in chosen if name == case)
        ratios = [sharp["ms"] / mine["ms"] for mine, sharp, _ in rounds]
        mean = lambda index, field: statistics.median(one[index][field] for one in rounds)
        quality = [one[2] for one in rounds if one[2]]
        decibels = (", ".join(f"{pair[index]:.1f}" for pair in quality) for index in (0, 1))
        figures = (f"{mean(0, 'ms'):.1f}", f"{mean(1, 'ms'):.1f}", spread(ratios, 2), str(goal))
        memory = (f"{mean(0, 'mb'):.0f}", f"{mean(1, 'mb'):.0f}")
        print(f"| {case} | {' | '.join((*figures, *memory, *decibels))} |")


def measured(command):
    return json.loads(output(command))


def output(command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout


def over_http(files, folder, options):
    known = commands(shutil.copy(options.binary, folder))
    rounds = []
    for number in range(options.rounds):
        for _, base in files:
            source = base.with_name(base.name + "-12.jpg")
            seen = {}
            for name in ("gateway", "fastify"):
                with Server(known[name], folder, pinned=True) as server:
                    load = load_of(
                        folder, "resize", "/api/v1/image/resize?width=400&format=jpeg", source, None, 16, "image/jpeg"
                    )
                    drive(server, 1, load)
                    user, system, _ = drive(server, options.seconds, load)
                    seen[name] = ((user + system) / 1e6, server.peak())
            rounds.append(seen)
            print(f"round {number + 1}: {seen}", file=sys.stderr)
    print("12 MP JPEG of about 4 MB as the body, 400 px JPEG back, 16 connections; median (least to most).\n")
    print("| | gateway | Fastify and sharp | ratio | goal |\n| --- | --- | --- | --- | --- |")
    rate = {name: [1 / seen[name][0] for seen in rounds] for name in ("gateway", "fastify")}
    ratios = [a / b for a, b in zip(rate["gateway"], rate["fastify"])]
    rates = " | ".join(spread(rate[name], 1) for name in rate)
    print(f"| requests per CPU-second | {rates} | {spread(ratios, 2)} | 1.7 |")
    peaks = {name: [seen[name][1] for seen in rounds] for name in rate}
    ratios = [a / b for a, b in zip(peaks["fastify"], peaks["gateway"])]
    print(f"| peak memory, MB | {' | '.join(spread(peaks[name], 0) for name in peaks)} | {spread(ratios, 1)} | 3 |")


if __name__ == "__main__":
    main()
