"""What other programs find in documents: pikepdf (qpdf's library), pdfium, qpdf, pdftotext. JSON in, JSON out."""

import base64, io, json, shutil, subprocess, sys, tempfile

import numpy, pikepdf, pypdfium2

request = json.load(sys.stdin)
data = {name: base64.b64decode(text) for name, text in request.get("files", {}).items()}


def opened(name, password=""):
    return pikepdf.open(io.BytesIO(data[name]), password=password)


def program(*command, content):
    """Output of a program that reads a file, or nothing where it is not installed."""
    if not shutil.which(command[0]):
        return None
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        done = subprocess.run([part if part != "FILE" else file.name for part in command], capture_output=True)
        return {"code": done.returncode, "out": done.stdout.decode(errors="replace"), "err": done.stderr.decode(errors="replace")}


def pixels(content, page, dpi, password=None):
    document = pypdfium2.PdfDocument(content, password=password)
    if document.get_formtype():
        document.init_forms()
    image = document[page].render(scale=dpi / 72, grayscale=True).to_numpy().astype(float)
    return image.reshape(image.shape[:2])


def page_of(pdf, destination):
    if isinstance(destination, (pikepdf.String, pikepdf.Name)):
        if isinstance(destination, pikepdf.String):
            tree = pikepdf.NameTree(pdf.Root.Names.Dests)
            destination = tree[str(destination)]
        else:
            destination = pdf.Root.Dests[str(destination)]
    if isinstance(destination, pikepdf.Dictionary):
        destination = destination.D
    for index, page in enumerate(pdf.pages):
        if page.obj.objgen == destination[0].objgen:
            return index + 1
    return None


def structure(name):
    pdf = opened(name, request.get("password", ""))
    found = {"pages": len(pdf.pages), "bookmarks": [], "links": [], "fields": [], "widgets": 0, "names": {}}
    with pdf.open_outline() as outline:
        def walk(items, depth):
            for item in items:
                target = item.destination if item.destination is not None else (item.action.D if item.action is not None and "/D" in item.action else None)
                found["bookmarks"].append([item.title, depth, page_of(pdf, target) if target is not None else None])
                walk(item.children, depth + 1)
        walk(outline.root, 0)
    for index, page in enumerate(pdf.pages):
        for annotation in page.obj.get("/Annots", []):
            kind = str(annotation.get("/Subtype"))
            if kind == "/Link":
                target = annotation.get("/Dest")
                if target is None and "/A" in annotation:
                    target = annotation.A.get("/D")
                found["links"].append([index + 1, page_of(pdf, target) if target is not None else None])
            elif kind == "/Widget":
                found["widgets"] += 1
    if "/Names" in pdf.Root and "/Dests" in pdf.Root.Names:
        found["names"] = {str(key): page_of(pdf, value) for key, value in pikepdf.NameTree(pdf.Root.Names.Dests).items()}
    if "/AcroForm" in pdf.Root:
        def fields(list_, prefix):
            for field in list_:
                name = prefix + (str(field.T) if "/T" in field else "")
                kids = [kid for kid in field.get("/Kids", [])]
                named = [kid for kid in kids if "/T" in kid]
                if named:
                    fields(named, name + ".")
                else:
                    found["fields"].append([name, str(field.get("/V", "")), max(len(kids), 1)])
        fields(pdf.Root.AcroForm.Fields, "")
    return found


def same_pixels(pairs, dpi=36):
    """Mean difference of pages: [[file, page, file, page], ..]."""
    out = []
    for one, page, other, place in pairs:
        a, b = pixels(data[one], page, dpi), pixels(data[other], place, dpi)
        out.append(float(numpy.abs(a - b).mean()) if a.shape == b.shape else 1000.0)
    return out


def ink(name, page, dpi):
    """Box of what is not white: left, top, right, bottom."""
    image = pixels(data[name], page, dpi)
    rows, columns = numpy.where(image.min(axis=1) < 200)[0], numpy.where(image.min(axis=0) < 200)[0]
    if not len(rows):
        return None
    return [int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1]), image.shape[1], image.shape[0]]


def warnings(done):
    return len([line for line in (done["err"] + done["out"]).splitlines() if "WARNING" in line or "ERROR" in line])


def check(name):
    done = program("qpdf", "--check", "FILE", content=data[name])
    return done and {"code": done["code"], "problems": warnings(done), "text": (done["out"] + done["err"])[-600:]}


def opens(name, passwords):
    """Which passwords open it, for qpdf's library and for pdfium, and how it is encrypted."""
    def by_qpdf(password):
        try:
            return len(opened(name, password).pages)
        except pikepdf.PasswordError:
            return 0
    def by_pdfium(password):
        try:
            return len(pypdfium2.PdfDocument(data[name], password=password))
        except pypdfium2.PdfiumError:
            return 0
    shown = program("qpdf", "--show-encryption", f"--password={passwords[0]}", "FILE", content=data[name])
    return {"qpdf": [by_qpdf(p) for p in passwords], "pdfium": [by_pdfium(p) for p in passwords], "shown": shown and shown["out"]}


def images(name):
    """For each page the number of pictures its resources have, and of fonts."""
    return [[len(page.images), len((page.resources.get("/Font") or {}))] for page in opened(name).pages]


def text(name):
    done = program("pdftotext", "FILE", "-", content=data[name])
    return done and done["out"].split("\f")


def sizes(name):
    return [[float(x) for x in page.cropbox] + [int(page.get("/Rotate", 0))] for page in opened(name).pages]


def info(name):
    pdf = opened(name, request.get("password", ""))
    return {"info": {str(k): str(v) for k, v in pdf.docinfo.items()}, "xmp": dict(pdf.open_metadata().items()) if "/Metadata" in pdf.Root else None}


def attached(name):
    pdf = opened(name)
    return {key: base64.b64encode(file.get_file().read_bytes()).decode() for key, file in pdf.attachments.items()}


def streams(name):
    """Bytes of the pictures that are JPEGs, as they are stored."""
    pdf = opened(name)
    return [base64.b64encode(o.read_raw_bytes()).decode() for o in pdf.objects if isinstance(o, pikepdf.Stream) and o.get("/Filter") == "/DCTDecode"]


def words(text):
    import collections, unicodedata
    return collections.Counter(unicodedata.normalize("NFKC", text).lower().split())


def f1(one, other):
    both = sum((one & other).values())
    return 2 * both / max(sum(one.values()) + sum(other.values()), 1)


def text_agreement(read):
    """F1 of words with pdftotext, of files of at least 20 words where pdfium agrees with it: [[path, text], ..]."""
    found = []
    for path, text in read:
        try:
            done = subprocess.run(["pdftotext", path, "-"], capture_output=True, timeout=60)
        except FileNotFoundError:
            return None
        except subprocess.TimeoutExpired:
            continue
        reference = words(done.stdout.decode(errors="replace"))
        if sum(reference.values()) < 20:
            continue
        try:
            document = pypdfium2.PdfDocument(path)
            pdfium = words(" ".join(page.get_textpage().get_text_bounded() for page in document))
        except Exception:
            continue
        if f1(reference, pdfium) >= 0.9:
            found.append([path, f1(reference, words(text))])
    return found


def ssim(a, b):
    """Structural similarity of gray pictures, mean over windows of 7 by 7."""
    def window(x):
        sums = numpy.pad(x, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
        return (sums[7:, 7:] - sums[:-7, 7:] - sums[7:, :-7] + sums[:-7, :-7]) / 49
    ma, mb = window(a), window(b)
    va, vb, cov = window(a * a) - ma * ma, window(b * b) - mb * mb, window(a * b) - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float((((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))).mean())


def alike(one, other, dpi):
    return ssim(pixels(data[one], 0, dpi), pixels(data[other], 0, dpi))


def depths(name):
    """Bits per sample of the pictures."""
    return [int(image.get("/BitsPerComponent", 1)) for page in opened(name).pages for image in page.images.values()]


def paint_agreement(painted, dpi):
    """SSIM of first pages with pdfium: [[path, PNG in base64], ..]."""
    import PIL.Image
    found = []
    for path, png in painted:
        ours = numpy.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(png))).convert("L")).astype(float)
        try:
            theirs = pixels(path, 0, dpi)
        except Exception:
            continue
        height, width = min(ours.shape[0], theirs.shape[0]), min(ours.shape[1], theirs.shape[1])
        if min(height, width) < 16:
            continue
        if abs(ours.shape[0] - theirs.shape[0]) > 2 or abs(ours.shape[1] - theirs.shape[1]) > 2:
            found.append([path, 0.0])
        else:
            found.append([path, ssim(ours[:height, :width], theirs[:height, :width])])
    return found


print(json.dumps({"answer": globals()[request["ask"]](*request.get("with", []))}))
