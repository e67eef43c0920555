"""Pictures brought to a wanted size and pixel format, in one pass of FFmpeg's scaler."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import av
import av.filter

Fit = Literal["crop", "letterbox", "inside"]


class Scaler:
    """Brings frames of at least 2 x 2 pixels to *width* x *height*, also at least 2 x 2; one thread at a time.

    `crop` fills and cuts what is over, `letterbox` shows all between black bars, `inside` keeps the aspect within
    the bounds, enlarges nothing, and gives even sizes.
    """

    def __init__(self, width: int, height: int, pixels: str = "bgra", fit: Fit = "crop") -> None:
        self.size = (width, height)
        self._pixels = pixels
        self._fit = fit
        self._source: tuple[int, int, str] | None = None
        self._graph: av.filter.Graph | None = None

    def scale(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return a new frame (or *frame* itself when it fits already)."""
        source = (frame.width, frame.height, frame.format.name)
        if self._graph is None or source != self._source:
            self._graph, self._source = self._build(frame), source
        frame.time_base = Fraction(1, 1000)
        self._graph.vpush(frame)
        return self._graph.vpull()

    def _build(self, frame: av.VideoFrame) -> av.filter.Graph:
        graph = av.filter.Graph()
        graph.threads = 1
        nodes = [
            graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000)
            )
        ]
        nodes += [graph.add(name, arguments) for name, arguments in self._steps(frame.width, frame.height)]
        graph.link_nodes(*nodes, graph.add("buffersink")).configure()
        return graph

    def _steps(self, source_width: int, source_height: int) -> list[tuple[str, str]]:
        width, height = self.size
        scale = ("scale", f"{width}:{height}:flags=fast_bilinear")
        if self._fit == "crop":
            cut_width = min(source_width, max(2, source_height * width // height & ~1))
            cut_height = min(source_height, max(2, source_width * height // width & ~1))
            return [("crop", f"{cut_width}:{cut_height}"), scale, ("format", self._pixels)]
        inner_width, inner_height = inside(
            source_width, source_height, width, height, grow=self._fit == "letterbox"
        )
        scale = ("scale", f"{inner_width}:{inner_height}:flags=fast_bilinear")
        if (
            self._fit == "inside" and self._pixels != "bgra"
        ):  # for encoders, whose decoders expect video range; cameras with Motion JPEG give full
            return [("scale", f"{scale[1]}:out_range=limited"), ("format", self._pixels)]
        if self._fit == "inside":
            return [scale, ("format", self._pixels)]
        return [scale, ("format", self._pixels), ("pad", f"{width}:{height}:-1:-1")]


def inside(
    width: int, height: int, bound_width: int, bound_height: int, *, grow: bool = False
) -> tuple[int, int]:
    """Return the largest even size within the bounds that keeps the aspect (at least 2 x 2 pixels)."""
    ratio = min(bound_width / width, bound_height / height)
    if not grow:
        ratio = min(ratio, 1.0)
    return max(2, int(width * ratio + 0.5) & ~1), max(2, int(height * ratio + 0.5) & ~1)
