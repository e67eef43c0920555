"""A report of one page as PDF 1.4: plain text in Helvetica, as a simple scanner of the demo hospital would make it."""

from __future__ import annotations

WIDTH, HEIGHT, MARGIN, LEADING = 595, 842, 56, 18
HEAD, BODY = 16, 11


def pdf(lines: list[str]) -> bytes:
    """Return *lines* on one page of A4, the first one large; what Windows-1252 lacks becomes a question mark."""
    return _file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>".encode(),
        _stream(_page(lines)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )


def _page(lines: list[str]) -> bytes:
    told = [b"BT", f"{MARGIN} {HEIGHT - MARGIN} Td {LEADING} TL".encode()]
    for number, line in enumerate(lines):
        size = HEAD if number == 0 else BODY
        told.append(f"/F1 {size} Tf (".encode() + _string(line) + b") Tj T*")
    return b"\n".join((*told, b"ET"))


def _string(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        raw = raw.replace(sign, b"\\" + sign)
    return raw


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _file(*objects: bytes) -> bytes:
    whole, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return whole + end + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(whole))
