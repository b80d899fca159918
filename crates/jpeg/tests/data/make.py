"""Makes the pictures of this folder and what libjpeg-turbo makes of them.

Needs numpy, Pillow, and cjpeg and djpeg of libjpeg-turbo (made with Debian's 2.1.5, Pillow 13.0.0): python3 make.py
The pictures are drawn here; there are no rights in them but this project's.

<name>.jpg      a picture
<name>.8.pgm    its luma at 1/8, by `djpeg -scale 1/8 -grayscale`
<name>.1.pgm    its luma, by `djpeg -grayscale`
<name>.4.pgm    at 1/4 (.2: 1/2): the lowest coefficients of each block of djpeg's full-size luma, computed
                here in double precision, through the inverse transform of 2 (4) points; whole blocks only
<name>.cb.pgm   the Cb plane at 1/8, by Pillow (.cr: Cr). libjpeg makes it as large as luma, with finer blocks
"""

import io
import pathlib
import subprocess

import numpy
from PIL import Image

HERE = pathlib.Path(__file__).parent


def draw(width, height):
    random = numpy.random.default_rng(1)
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    planes = []
    for phase in (0, 2, 4):
        plane = 128 + 70 * numpy.sin(x / 17 + phase) * numpy.cos(y / 13) + 25 * numpy.sin(x * y / 300)
        plane += 40 * (((x - width / 2) ** 2 + (y - height / 2) ** 2) < (height / (2 + phase)) ** 2)
        planes.append(plane + random.normal(0, 6, plane.shape))
    return numpy.clip(numpy.dstack(planes) + 0.5, 0, 255).astype(numpy.uint8)


def run(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def encode(picture, options):
    height, width, _ = picture.shape
    return run(["cjpeg", *options.split()], b"P6 %d %d 255\n" % (width, height) + picture.tobytes())


def decode(jpeg, *options):
    pgm = run(["djpeg", "-grayscale", "-pnm", *options], jpeg)
    _, sides, _, samples = pgm.split(b"\n", 3)
    width, height = map(int, sides.split())
    return numpy.frombuffer(samples, numpy.uint8).reshape(height, width)


def save(name, plane):
    height, width = plane.shape
    (HERE / name).write_bytes(b"P5 %d %d 255\n" % (width, height) + plane.astype(numpy.uint8).tobytes())


def basis(n):
    """Orthonormal cosines: row k holds the k-th, at n places."""
    k, x = numpy.mgrid[0:n, 0:n]
    return numpy.where(k == 0, numpy.sqrt(1 / n), numpy.sqrt(2 / n)) * numpy.cos((2 * x + 1) * k * numpy.pi / (2 * n))


def lowest(plane, n):
    height, width = (side // 8 for side in plane.shape)
    blocks = plane[: height * 8, : width * 8].astype(float).reshape(height, 8, width, 8).swapaxes(1, 2) - 128
    coefficients = basis(8) @ blocks @ basis(8).T
    small = basis(n).T @ coefficients[..., :n, :n] @ basis(n) * (n / 8) + 128
    return numpy.clip(numpy.rint(small.swapaxes(1, 2).reshape(height * n, width * n)), 0, 255)


CASES = {
    "grey": "-quality 85 -grayscale",
    "grey-sampled": "-quality 85 -grayscale -sample 2x2",
    "444": "-quality 90 -sample 1x1",
    "422": "-quality 85 -sample 2x1",
    "420": "-quality 85",
    "440": "-quality 85 -sample 1x2",
    "411": "-quality 85 -sample 4x1",
    "441": "-quality 85 -sample 1x4",
    "mixed": "-quality 85 -sample 2x2,2x1,1x2",
    "thirds": "-quality 85 -sample 3x2,1x1,3x1",
    "restart": "-quality 85 -restart 1",
    "restart-blocks": "-quality 85 -restart 3B",
    "optimised": "-quality 75 -optimize",
    "q1": "-quality 1",
    "q20": "-quality 20 -sample 1x1",
    "q100": "-quality 100 -sample 1x1",
    "separate": ("-quality 85", "0;\n1;\n2;\n"),
    "separate-pairs": ("-quality 85 -restart 2", "0;\n1 2;\n"),
    "progressive": "-quality 85 -progressive",
    "progressive-444": "-quality 95 -progressive -sample 1x1",
    "progressive-grey": "-quality 85 -progressive -grayscale",
    "progressive-restart": "-quality 85 -progressive -restart 1",
    "progressive-bands": ("-quality 85", "0,1,2: 0-0, 0, 0;\n0: 1-9, 0, 0;\n0: 10-63, 0, 0;\n1: 1-63, 0, 0;\n2: 1-63, 0, 0;\n"),
    "progressive-bits": (
        "-quality 90",
        "0: 0-0, 0, 2;\n1,2: 0-0, 0, 1;\n0: 1-2, 0, 2;\n0: 3-63, 0, 2;\n1: 1-63, 0, 1;\n2: 1-63, 0, 0;\n0: 1-63, 2, 1;\n"
        "0: 0-0, 2, 1;\n1: 1-63, 1, 0;\n0: 1-8, 1, 0;\n0: 9-63, 1, 0;\n0: 0-0, 1, 0;\n1,2: 0-0, 1, 0;\n",
    ),
}
FINER = ["grey", "444", "420", "mixed", "q100", "restart", "separate", "progressive", "progressive-grey", "progressive-bits"]
FULL = ["420", "q1", "q100", "separate", "restart", "progressive-bits", "17x33", "7x9-progressive"]
SIZES = {"1x1": (1, 1), "7x9": (7, 9), "17x33": (17, 33)}

if __name__ == "__main__":
    scans = pathlib.Path("/tmp/scans")
    pictures = {name: (draw(131, 93), options) for name, options in CASES.items()}
    for name, sides in SIZES.items():
        pictures[name] = (draw(*sides), "-quality 90")
        pictures[name + "-progressive"] = (draw(*sides), "-quality 90 -progressive")
    for name, (picture, options) in pictures.items():
        if isinstance(options, tuple):
            scans.write_text(options[1])
            options = f"{options[0]} -scans {scans}"
        jpeg = encode(picture, options)
        (HERE / f"{name}.jpg").write_bytes(jpeg)
        save(f"{name}.8.pgm", decode(jpeg, "-scale", "1/8"))
        if name in FULL:
            save(f"{name}.1.pgm", decode(jpeg))
        if name in FINER:
            full = decode(jpeg)
            for n, letter in ((2, "4"), (4, "2")):
                save(f"{name}.{letter}.pgm", lowest(full, n))
        if name in ("444", "q20", "q100", "progressive-444", "420", "422", "440", "progressive"):
            image = Image.open(io.BytesIO(jpeg))
            image.draft("YCbCr", (image.width // 8, image.height // 8))
            for plane, letters in zip(image.split()[1:], ("cb", "cr")):
                save(f"{name}.{letters}.pgm", numpy.asarray(plane))
    (HERE / "arithmetic.jpg").write_bytes(encode(draw(16, 16), "-arithmetic"))
    (HERE / "rgb.jpg").write_bytes(encode(draw(16, 16), "-rgb"))
    Image.new("CMYK", (16, 16)).save(HERE / "cmyk.jpg")
