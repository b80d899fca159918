"""Makes the pictures of this folder; they are drawn, not taken from elsewhere. Needs pillow, numpy, reportlab, pikepdf; DejaVu fonts of Debian."""
import io, sys, os, numpy as np, pikepdf
from pikepdf import Name, Dictionary, Array
from PIL import Image, ImageDraw, ImageFont
out = sys.argv[1] if len(sys.argv) > 1 else "dev"; os.makedirs(out, exist_ok=True)
F = "/usr/share/fonts/truetype/dejavu/DejaVu"
def font(size, face="Sans"): return ImageFont.truetype(f"{F}{face}.ttf", size)
def page(w, h, lines, size=44, face="Serif", ink=0, paper=255, left=80, top=80, step=80):
    im = Image.new("L", (w, h), paper); d = ImageDraw.Draw(im)
    for i, t in enumerate(lines): d.text((left, top+i*step), t, font=font(size, face), fill=ink)
    return im
# 1 transparent pictures: black on nothing, white on nothing, all with black hidden colours
for name, ink in (("dark", 0), ("light", 255)):
    m = page(1000, 300, ["Invoice number 40718", "Pay before 12 May"], ink=255, paper=0)
    z = Image.new("L", m.size, 0); full = Image.new("L", m.size, ink)
    c = Image.composite(full, z, m); Image.merge("RGBA", (c, c, c, m)).save(f"{out}/o1-{name}-on-nothing.png")
# 2 both polarities on one page
im = page(1400, 900, ["", "", "", "The parcel was left at the gate", "and signed for by a neighbour."]); d = ImageDraw.Draw(im)
d.rectangle((0, 60, 1399, 240), fill=25); d.text((80, 115), "DELIVERY NOTE 2071", font=font(56, "Sans-Bold"), fill=255)
d.rectangle((700, 640, 1350, 780), fill=70); d.text((740, 685), "Call 555 0142", font=font(48, "Sans"), fill=235); im.save(f"{out}/o2-polarity.png")
# 3 ruled table
cells = [["Item", "Qty", "Price", "VAT", "Sum"], ["Bolt M8", "120", "0.15", "19", "18.00"], ["Washer", "7", "1.05", "7", "7.35"], ["Hinge, left", "2", "12.40", "19", "24.80"], ["Oil 5 l", "1", "39.90", "19", "39.90"], ["", "", "", "", "90.05"]]
W = [420, 160, 220, 140, 240]; im = Image.new("L", (1340, 700), 255); d = ImageDraw.Draw(im); y = 60
for r in cells:
    x = 60
    for t, w in zip(r, W):
        d.rectangle((x, y, x+w, y+90), outline=0, width=3); b = font(40).getbbox(t); d.text((x+20 if w == 420 else x+w-20-b[2], y+22), t, font=font(40), fill=0); x += w
    y += 90
im.save(f"{out}/o3-table.png")
# 4 almost nothing: one digit, one word without margin, three letters far apart
def tight(t, size, name, pad=3, face="Sans", gap=0):
    f = font(size, face); b = f.getbbox(t); im = Image.new("L", (b[2]-b[0]+2*pad, b[3]-b[1]+2*pad), 255); ImageDraw.Draw(im).text((pad-b[0], pad-b[1]), t, font=f, fill=0); im.save(f"{out}/o4-{name}.png")
tight("7", 60, "digit"); tight("Hello!", 48, "word"); tight("Y      Y      Y", 60, "letters"); tight("20.11.17", 30, "date")
# 5 numbers
page(1500, 900, ["0,586  0,634  9,586", "1234.056789   440.5678", "11 22 33 44 55 66 77 88 99 00", "1,092,000.00   924,000.00", "O0 l1 S5 B8   IBAN DE89 3704 0044 0532 0130 00", "2.66  3.25  0.59  0.00  3.25"], face="Sans").save(f"{out}/o5-numbers.png")
# 6 receipts. label and amount far apart; the largest number is not the total; tips offered
def receipt(name, rows, size=30, w=760):
    f = font(size, "SansMono"); im = Image.new("L", (w, 60+len(rows)*46), 250); d = ImageDraw.Draw(im)
    for i, (a, b) in enumerate(rows):
        d.text((30, 30+i*46), a, font=f, fill=20); d.text((w-30-f.getlength(b), 30+i*46), b, font=f, fill=20)
    im.save(f"{out}/o6-{name}.png")
receipt("us", [("CORNER DELI", ""), ("07/04/2025 12:31", "#004512"), ("Sandwich", "8.50"), ("Soup", "4.25"), ("Water", "2.25"), ("SUBTOTAL", "15.00"), ("TAX 8.00%", "1.20"), ("TOTAL", "16.20"), ("CASH", "50.00"), ("CHANGE", "33.80"), ("Suggested tip 20%", "3.00"), ("You saved", "99.00")])
receipt("de", [("BÄCKEREI AM MARKT", ""), ("03.11.2025", "Bon 88"), ("Brot", "4,20 A"), ("Kuchen", "12,60 A"), ("Summe", "16,80 EUR"), ("Gegeben", "20,00 EUR"), ("Rückgeld", "3,20 EUR"), ("MwSt 7,0%", "1,10"), ("Netto", "15,70")])
receipt("dollar-suffix", [("ARVE 2026-07", ""), ("15.04.2026", ""), ("Tellimus", "40,00 $"), ("Kokku", "40,00 $")])
# 7 two languages
page(1700, 520, ["Hängeschränke und Unterschränke mit Geschirrspüler", "Größe prüfen, Öl nachfüllen, Maß übernehmen", "Please return the signed delivery note today"], face="Sans").save(f"{out}/o7-deu-eng.png")
# 8 a PDF: page 1 its own text, page 2 a scan that is stored sideways and shown upright by /Rotate, media box off the origin
from reportlab.pdfgen import canvas
b = io.BytesIO(); c = canvas.Canvas(b, pagesize=(595, 842)); c.setFont("Helvetica", 14); c.drawString(72, 700, "Digital page with its own words"); c.showPage(); c.save()
p = pikepdf.open(io.BytesIO(b.getvalue())); im = page(1240, 1754, ["Scanned page number two", "Contract of the ninth of June", "Amount due 1,280.50"], size=48, top=200)
side = im.transpose(Image.ROTATE_90); j = io.BytesIO(); side.save(j, "JPEG", quality=85)
s = pikepdf.Stream(p, j.getvalue()); s.Type = Name.XObject; s.Subtype = Name.Image; s.Width, s.Height = side.size; s.ColorSpace = Name.DeviceGray; s.BitsPerComponent = 8; s.Filter = Name.DCTDecode
p.pages.append(pikepdf.Page(p.make_indirect(Dictionary(Type=Name.Page, MediaBox=Array([100, 50, 942, 645]), Rotate=90, Resources=Dictionary(XObject=Dictionary(Im0=p.make_indirect(s))), Contents=pikepdf.Stream(p, b"q 842 0 0 595 100 50 cm /Im0 Do Q")))))
p.save(f"{out}/o8-mixed.pdf"); print("ok")
