"""QR codes as a camera sees them: painted askew on grey, filmed."""

from __future__ import annotations

import av
import segno
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QImage, QPainter

from app.directory.comparing import Parties
from media.keys import safety
from media.keys.certs import DeviceCert

WIDTH, HEIGHT, MODULE = 1280, 720, 9


def seen(text, *, turned=8.0, width=WIDTH, height=HEIGHT, module=MODULE):
    """Return the picture of a code, turned by some degrees, as a grey image."""
    image = QImage(width, height, QImage.Format.Format_Grayscale8)
    image.fill(QColor(150, 150, 150))
    if not text:
        return image
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    side = (len(rows) + 8) * module
    painter = QPainter(image)
    painter.translate(width / 2, height / 2)
    painter.rotate(turned)
    painter.translate(-side / 2, -side / 2)
    painter.fillRect(0, 0, side, side, QColor(235, 235, 235))
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                painter.fillRect((x + 4) * module, (y + 4) * module, module, module, Qt.GlobalColor.black)
    painter.end()
    return image


def grey(image):
    """Return width, height and a byte a pixel."""
    image = image.convertToFormat(QImage.Format.Format_Grayscale8)
    bits, width, height, stride = image.constBits(), image.width(), image.height(), image.bytesPerLine()
    data = bits.asstring(image.sizeInBytes())
    return width, height, b"".join(data[y * stride : y * stride + width] for y in range(height))


def film(path, *texts):
    """Write a film of half a second a code, and return it as the id of a camera."""
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("mpeg4", rate=20)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = WIDTH, HEIGHT, "yuv420p", 6_000_000
        for text in texts:
            _, _, rows = grey(seen(text))
            frame = av.VideoFrame(WIDTH, HEIGHT, "gray")
            frame.planes[0].update(rows)
            frame = frame.reformat(format="yuv420p")
            for _ in range(10):
                frame.pts = None
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return f"file:{path}"


def side(certificate):
    """Return what a code says of a certificate."""
    return safety.side(safety.Identity(certificate.org, certificate.user, certificate.public))


def other_parties(session, device):
    """Return the comparison as the desk of *device* sees it, with the desk of *session*."""
    mine = DeviceCert.parse(session.certificate)
    return Parties(side(device.certificate), (), ((mine, side(mine)),))


def tampered(text, at=-1):
    """Return a code in which one digit is another."""
    at %= len(text)
    return f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"
