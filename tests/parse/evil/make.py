# SPDX-License-Identifier: MIT
"""Makes the hostile files beside it again; the results are committed. Needs qpdf for one of them.
Each is small on disk and large, endless or broken in what it asks for. /usr/bin/python3 make.py"""
import os
import struct
import subprocess
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.join(HERE, "../../../assets/samples")


def put(name, data):
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(data)


def stream(data, extra=b"", filters=b"/FlateDecode", levels=1):
    for _ in range(levels):
        data = zlib.compress(data, 9)
    return b"<< %s /Filter [%s] /Length %d >>\nstream\n%s\nendstream" % (extra, b" ".join([filters] * levels), len(data), data)


def pdf(objects, trailer=b"", root=1):
    out, at = b"%PDF-1.7\n", []
    for i, body in enumerate(objects, 1):
        at.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % a for a in at)
    return out + b"trailer << /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, trailer, xref)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def page(extra=b"/Contents 4 0 R", box=b"0 0 595 842", resources=b"/Font << /F 5 0 R >>"):
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Resources << %s >> %s >>" % (box, resources, extra)


HELLO = stream(b"BT /F 12 Tf 72 700 Td (A page that can be read, with enough letters on it to be no scan at all.) Tj ET")

put("empty.pdf", b"")
put("not-a-pdf.pdf", b"This is a letter, whatever its name says.\n")
good = pdf([CATALOG, PAGES, page(), HELLO, FONT])
put("good.pdf", good)
put("truncated.pdf", good[:340])
put("cut-early.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Cat")
put("junk.pdf", b"%PDF-1.4\n" + bytes((i * 89 + i // 7 * 31) & 255 for i in range(4000)))
subprocess.run(["qpdf", "--encrypt", "open", "sesame", "256", "--", os.path.join(HERE, "good.pdf"), os.path.join(HERE, "encrypted.pdf")], check=True)
put("no-pages.pdf", pdf([CATALOG, b"<< /Type /Pages /Kids [] /Count 0 >>"]))
put("page-loop.pdf", pdf([CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"]))
put("count-lies.pdf", pdf([CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>", page(), HELLO, FONT]))
put("count-lies-a-little.pdf", pdf([CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1500 >>", page(), HELLO, FONT]))
put("huge-page.pdf", pdf([CATALOG, PAGES, page(b"/Contents 4 0 R", b"0 0 2000000000 2000000000"), stream(b"0 0 m 9 9 l S"), FONT]))
put("form-loop.pdf", pdf([CATALOG, PAGES, page(resources=b"/XObject << /X 5 0 R >>"), stream(b"/X Do"), stream(b"/X Do /X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>")]))
put("xref-loop.pdf", pdf([CATALOG, PAGES, page(), HELLO, FONT], b"/Prev 9").replace(b"/Prev 9", b"/Prev %d" % 520))
put("deep-array.pdf", pdf([CATALOG, PAGES, page(b"/Contents 4 0 R /Junk " + b"[" * 60000 + b"]" * 60000), HELLO, FONT]))
put("negative-length.pdf", pdf([CATALOG, PAGES, page(), b"<< /Length -5 >>\nstream\nBT ET\nendstream", FONT]))
put("flate-bomb.pdf", pdf([CATALOG, PAGES, page(), stream(b" " * (300 << 20), levels=2), FONT]))
put("text-flood.pdf", pdf([CATALOG, PAGES, page(), stream(b"BT /F 12 Tf 72 700 Td " + b"(flood of text) Tj " * 3000000 + b"ET", levels=2), FONT]))
put("image-lies.pdf", pdf([CATALOG, PAGES, page(resources=b"/XObject << /X 5 0 R >>"), stream(b"500 0 0 500 50 50 cm /X Do"), stream(b"\0" * 1000, b"/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8 /ColorSpace /DeviceRGB")]))
put("jpx-noise.pdf", pdf([CATALOG, PAGES, page(resources=b"/XObject << /X 5 0 R >>"), stream(b"500 0 0 500 50 50 cm /X Do"), b"<< /Type /XObject /Subtype /Image /Width 300 /Height 300 /Filter /JPXDecode /Length 400 >>\nstream\n\0\0\0\x0cjP  \r\n\x87\n" + bytes((i * 131) & 255 for i in range(388)) + b"\nendstream"]))
JPX = b"<< /Type /XObject /Subtype /Image /Width 300 /Height 300 /Filter /JPXDecode /Length 400 >>\nstream\n\0\0\0\x0cjP  \r\n\x87\n" + bytes((i * 131) & 255 for i in range(388)) + b"\nendstream"
put("jpx-and-text.pdf", pdf([CATALOG, PAGES, page(resources=b"/Font << /F 5 0 R >> /XObject << /X 6 0 R >>"), stream(b"q 500 0 0 500 50 50 cm /X Do Q BT /F 12 Tf 72 700 Td (The text of a page outlives the broken image on it, as it should.) Tj ET"), FONT, JPX]))
put("actions.pdf", pdf([b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (/bin/sh) >> /AA << /WC << /S /JavaScript /JS (app.alert(1)) >> >> >>", PAGES, page(b"/Contents 4 0 R /AA << /O << /S /URI /URI (http://127.0.0.1/x) >> >>"), HELLO, FONT]))
put("external-stream.pdf", pdf([CATALOG, PAGES, page(), b"<< /Length 0 /F (/etc/passwd) >>\nstream\n\nendstream", FONT]))


def chunk(kind, data, crc=None):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) if crc is None else crc)


def png(width, height, rows, depth=8, color=0, extra=b""):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)) + extra + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


put("huge-header.png", png(30000, 30000, b"\0" * 100))
put("zero.png", png(0, 0, b""))
put("short-data.png", png(500, 500, b"\0" * 100))
put("truncated.png", open(os.path.join(SAMPLES, "screenshot.png"), "rb").read()[:9000])
put("bad-crc.png", png(64, 64, b"\0" * 65 * 64).replace(b"IDAT", b"IDAX"))
put("text-bomb.png", png(64, 64, b"\0" * 65 * 64, extra=chunk(b"zTXt", b"k\0\0" + zlib.compress(b"x" * (100 << 20), 9))))
put("large-but-allowed.png", png(7000, 7000, b"".join(b"\0" + bytes([y & 255]) * 7000 for y in range(7000))))
jpeg = open(os.path.join(SAMPLES, "camera.jpg"), "rb").read()
put("truncated.jpg", jpeg[:20000])
sof = jpeg.index(b"\xff\xc0\x00\x11")
put("huge-header.jpg", jpeg[:sof + 5] + b"\xff\xdc\xff\xdc" + jpeg[sof + 9:20000])
put("exif-loop.jpg", b"\xff\xd8\xff\xe1\x00\x22Exif\0\0MM\0*\xff\xff\xff\xf0" + b"\xff" * 20 + jpeg[2:])
put("junk.jpg", b"\xff\xd8\xff\xe0" + bytes((i * 37) & 255 for i in range(2000)))
put("junk.webp", b"RIFF\x20\0\0\0WEBPVP8 \x10\0\0\0" + bytes(range(32)))

inner = b"PK\x03\x04" + b"\0" * 26
put("bomb.zip", inner + zlib.compress(b"\0" * (10 << 20), 9))
WORD = b'<w:document xmlns:w="w" xmlns:r="r" xmlns:a="a"><w:body>%s</w:body></w:document>'
TEXT = b"<w:p><w:r><w:t>%s</w:t></w:r></w:p>"


def office(name, parts):
    import io
    import zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        for part, data in parts:
            z.writestr(zipfile.ZipInfo(part, (2025, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    put(name, out.getvalue())
    return out.getvalue()


office("bomb.docx", [("word/document.xml", WORD % (TEXT % (b"x" * (60 << 20))))])
office("xxe.docx", [("word/document.xml", b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + WORD % (TEXT % b"&x;"))])
laughs = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
office("laughs.docx", [("word/document.xml", b"<!-- " + b" x" * 4000 + b" --><!DOCTYPE d [<!ENTITY l0 'ha'>" + laughs + b"]>" + WORD % (TEXT % b"&l9;"))])
office("deep.docx", [("word/document.xml", WORD % (b"<w:tbl>" * 5000 + b"</w:tbl>" * 5000))])
office("traversal.docx", [("word/document.xml", WORD % (TEXT % b"the text stays" + b'<w:p><w:r><a:blip r:embed="i"/><a:blip r:embed="j"/></w:r></w:p>')), ("word/_rels/document.xml.rels", b'<R><Relationship Id="i" Target="../../../../etc/passwd"/><Relationship Id="j" Target="file:///etc/shadow" TargetMode="External"/></R>')])
whole = office("no-body.docx", [("word/document.xml", b"<w:document"), ("x", bytes((i * 97) & 255 for i in range(3000)))])
put("cut.docx", whole[: len(whole) - 60])
office("far-cells.xlsx", [("xl/workbook.xml", b'<w xmlns:r="r"><sheet name="s" r:id="1"/></w>'), ("xl/_rels/workbook.xml.rels", b'<R><Relationship Id="1" Target="worksheets/s.xml"/></R>'), ("xl/worksheets/s.xml", b'<s><row><c r="ZZZ9"><v>1</v></c><c r="A1" t="s"><v>99999999999999999999</v></c><c r="B1"><v>kept</v></c></row></s>')])
put("deep.html", b"<html>" + b"<div><table><tr><td>" * 3000 + b"bottom")
put("quotes.csv", b'a,b\n"' + b'""' * 20000 + b"\n")
put("old-office.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500)
put("nul.txt", b"\0\1\2\3" * 500)
put("overlong.txt", b"fine line\n\n\xc0\xaf\xe0\x80\xaf\xed\xa0\x80\xf8\x88\x80\x80\x80 and more words to keep it a text\n" * 3)
put("utf16-no-mark.txt", "A note without a mark, in sixteen bits.\n\nSecond paragraph.\n".encode("utf-16-le"))
put("terminal.txt", b"harmless\n\n\x1b]0;owned\x07\x1b[31mred\x1b[0m and \xe2\x80\xae reversed \xc2\x9b31m, many words of text that are fine around it\n")
put("deep.md", b">" * 20000 + b" bottom\n\n" + b"[" * 20000 + b"\n\n" + b"*a **a " * 4000 + b"\n")
put("links.md", b"# t\n\n" + b"![a](../../../../etc/passwd) ![b](file:///etc/shadow) ![c](http://169.254.169.254/x)\n")
