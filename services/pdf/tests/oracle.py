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


def drawn(kind):
    """A document with a table of a kind, made by reportlab, and what its cells hold."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.pdfgen import canvas
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table
    style = getSampleStyleSheet()["Normal"]
    rows = [["Item", "Qty", "Price", "Sum"]] + [[f"Bolt M{i}, steel", str(i * 3), f"{i}.50", f"{1000 * i}.00"] for i in range(1, 9)]
    long = "A description that is longer than its column is wide, and goes on"
    wrapped = [["Pos", "Description", "Price"]] + [[str(i), long, f"{i}.99"] for i in range(1, 6)]
    spans = [["Region", "2025", "", "2026", ""], ["", "Q1", "Q2", "Q1", "Q2"], ["North", "1", "2", "3", "4"], ["South", "5", "6", "7", "8"], ["Total", "", "", "", "36"]]
    pages = [["No", "Name", "Amount"]] + [[f"R{i:03}", "word " * (1 + i % 5) + "end", f"{i}.00"] for i in range(1, 121)]
    black, widths = colors.black, [150, 60, 60, 60]
    grid, right = ("GRID", (0, 0), (-1, -1), 0.5, black), ("ALIGN", (1, 0), (-1, -1), "RIGHT")
    kinds = {
        "grid": (rows, [grid], None),
        "spans": (spans, [grid, ("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0)), ("SPAN", (3, 0), (4, 0)), ("SPAN", (0, 4), (3, 4))], None),
        "pages": (pages, [grid], [60, 200, 80]),
        "columns": (rows, [("BOX", (0, 0), (-1, -1), 0.5, black), ("LINEBEFORE", (1, 0), (-1, -1), 0.5, black), ("LINEBELOW", (0, 0), (-1, 0), 0.5, black)], widths),
        "inner": (rows, [("INNERGRID", (0, 0), (-1, -1), 0.5, black)], widths),
        "cells": (rows, [("BACKGROUND", (0, 0), (-1, -1), colors.lightgrey), ("INNERGRID", (0, 0), (-1, -1), 2, colors.white)], widths),
        "stripes": (rows, [("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.white, colors.lightgrey]), ("BACKGROUND", (0, 0), (-1, 0), colors.darkblue), ("TEXTCOLOR", (0, 0), (-1, 0), colors.white)], widths),
        "rules": (rows, [("LINEABOVE", (0, 0), (-1, 0), 1, black), ("LINEBELOW", (0, 0), (-1, 0), 0.5, black), ("LINEBELOW", (0, -1), (-1, -1), 1, black), right], widths),
        "plain": (rows, [right], widths),
        "wrapped": (wrapped, [("LINEBELOW", (0, 0), (-1, -1), 0.3, black), ("VALIGN", (0, 0), (-1, -1), "TOP")], [40, 150, 80]),
        "wrapped-plain": (wrapped, [("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 10)], [40, 150, 80]),
    }
    out = io.BytesIO()
    expected = None
    if kind in kinds:
        expected, look, widths = kinds[kind]
        cell = lambda text: Paragraph(text, style) if len(text) > 40 else text
        table = Table([[cell(text) for text in row] for row in expected], style=look, colWidths=widths, repeatRows=1)
        around = [Paragraph("Some text that is no table, and goes on for a while. " * 6, style), Spacer(1, 20)]
        SimpleDocTemplate(out, pagesize=A4).build([*(around if kind != "pages" else []), table, *(around[::-1] if kind != "pages" else [])])
    else:
        page = canvas.Canvas(out, pagesize=A4)
        page.setFont("Times-Roman", 10)
        text = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor".split()
        for line in range(40):
            words = [text[(line * 7 + at * 5 + line // 3) % len(text)] for at in range(8)]
            if kind == "two columns of text":
                page.drawString(60, 780 - line * 13, " ".join(words)[:46])
                page.drawString(320, 780 - line * 13, " ".join(reversed(words))[:46])
            elif kind == "a list":
                page.drawString(60, 780 - line * 14, f"{line + 1}.")
                page.drawString(90, 780 - line * 14, " ".join(words[:6]))
            elif kind == "marked words":
                x = 60
                for word in words:
                    width = page.stringWidth(word, "Times-Roman", 10)
                    page.setFillColorRGB(1, 1, 0.5)
                    page.rect(x, 777 - line * 13, width + 2.5, 13, fill=1, stroke=0)
                    page.setFillColorRGB(0, 0, 0)
                    page.drawString(x, 780 - line * 13, word)
                    x += width + 2.5
        page.save()
    return {"file": base64.b64encode(out.getvalue()).decode(), "rows": expected}


def archived(name):
    """What of ISO 19005-2, level B, does not hold, as far as it is told by structure; an independent reading of its rules, no validator."""
    import re
    wrong = []
    content = data[name]
    say = lambda holds, rule: None if holds else wrong.append(rule)
    say(re.match(rb"%PDF-1\.[0-7]\s+%[\x80-\xff]{4}", content) is not None, "6.1.2 header")
    say(content.rstrip().endswith(b"%%EOF"), "6.1.3 nothing after the end")
    pdf = opened(name)
    say("/ID" in pdf.trailer and "/Encrypt" not in pdf.trailer, "6.1.3 trailer")
    metadata = pdf.Root.get("/Metadata")
    say(metadata is not None and "/Filter" not in metadata, "6.6.2 metadata in plain")
    xmp = metadata.read_bytes().decode("utf-8") if metadata is not None else ""
    say(bool(re.search(r"pdfaid:part(>|=\")2", xmp) and re.search(r"pdfaid:conformance(>|=\")B", xmp)), "6.6.4 identification")
    info = pdf.trailer.get("/Info", {})
    say("/Title" not in info or str(info["/Title"]) in xmp, "6.6.3 title as in the metadata")
    intents = [one for one in pdf.Root.get("/OutputIntents", []) if one.S == "/GTS_PDFA1"]
    say(len(intents) == 1 and "/DestOutputProfile" in intents[0], "6.2.3 output intent")
    if intents:
        profile = intents[0].DestOutputProfile
        bytes_ = profile.read_bytes()
        say(bytes_[36:40] == b"acsp" and int(profile.N) == {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}[bytes_[16:20]], "6.2.3 profile")
        say(bytes_[8] <= 4, "6.2.3 version of the profile")
    say("/AA" not in pdf.Root and "/XFA" not in pdf.Root.get("/AcroForm", {}), "6.4 and 6.5 no forms that run")
    say("/NeedsRendering" not in pdf.Root and not ("/JavaScript" in pdf.Root.get("/Names", {})), "6.4.2 and 6.5.1")
    modes = "Normal Compatible Multiply Screen Overlay Darken Lighten ColorDodge ColorBurn HardLight SoftLight Difference Exclusion Hue Saturation Color Luminosity".split()
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream):
            filters = thing.get("/Filter", [])
            filters = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
            say(not {"/LZWDecode", "/Crypt"} & set(filters), "6.1.7 filters")
            say("/F" not in thing, "6.1.7 streams are in the file")
            say(thing.get("/Subtype") != "/PS" and "/OPI" not in thing and not bool(thing.get("/Interpolate", False)), "6.2.8 pictures")
        if not isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        kind = thing.get("/Type")
        if kind == "/Font" and thing.get("/Subtype") not in ("/Type3", "/Type0"):
            descriptor = thing.get("/FontDescriptor", {})
            say(any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")), f"6.2.11.4 {thing.get('/BaseFont')} is not embedded")
        if thing.get("/Subtype") == "/CIDFontType2":
            say("/CIDToGIDMap" in thing, "6.2.11.3 map of glyphs")
        if kind == "/ExtGState":
            mode = thing.get("/BM", pikepdf.Name.Normal)
            say(str(mode)[1:] in modes and "/TR" not in thing and thing.get("/TR2", pikepdf.Name.Default) == "/Default", "6.2.5 graphics state")
        if "/Subtype" in thing and "/Rect" in thing and thing.Subtype not in ("/Popup",):
            flags = int(thing.get("/F", 0))
            say(flags & 4 and not flags & (1 | 2 | 32), "6.3.2 annotations are printed")
            say(thing.Subtype not in ("/3D", "/Sound", "/Screen", "/Movie"), "6.3.1 annotations")
        action = thing.get("/A")
        if isinstance(action, pikepdf.Dictionary):
            say(action.get("/S") in ("/GoTo", "/URI", "/Named", "/GoToR", "/GoToE", "/Thread", "/SubmitForm"), "6.5.1 actions")
    return sorted(set(wrong))


def plumbed(name):
    """The tables pdfplumber finds by lines, as rows of texts."""
    import pdfplumber
    with pdfplumber.open(io.BytesIO(data[name])) as pdf:
        tables = [table for page in pdf.pages for table in page.extract_tables()]
    return [[[cell or "" for cell in row] for row in table] for table in tables]


print(json.dumps({"answer": globals()[request["ask"]](*request.get("with", []))}))
