"""PDFs made by hand, byte by byte: plain ones, and such as do harm."""

from __future__ import annotations


def pdf(objects, root=1, trailer=b""):
    """Return a PDF of these object bodies, numbered from 1, with a right table of places."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        root,
        trailer,
        start,
    )
    return bytes(out)


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def stream(content, extra=b""):
    return b"<< /Length %d %s >>\nstream\n" % (len(content), extra) + content + b"\nendstream"


def page(contents, box=b"0 0 595 842"):
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>"
        % (box, contents)
    )


def lines(*texts):
    shown = b" 0 -40 Td ".join(b"(%s) Tj" % text.encode("cp1252") for text in texts)
    return b"BT /F1 24 Tf 72 720 Td " + shown + b" ET"


def pages(*texts, box=b"0 0 595 842"):
    """Return a PDF with a page for each tuple of lines."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", FONT]
    kids = []
    for told in texts:
        objects.append(stream(lines(*told)))
        objects.append(page(len(objects), box))
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
        len(kids),
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    return pdf(objects)


def with_content(content, extra=b"", resources=b""):
    """Return a PDF of one page with that content stream."""
    leaf = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % resources
    )
    tree = b"<< /Type /Pages /Count 1 /Kids [5 0 R] >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, FONT, stream(content, extra), leaf])
