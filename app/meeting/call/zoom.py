"""The private zoom of the imaging stage: pure geometry, in device pixels of the area that shows the picture. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

STEP = 1.25
MOST = 8.0
Size = tuple[int, int]


@dataclass(frozen=True)
class Zoom:
    """`scale`: device pixels for one pixel of the picture, 0 = fitted; `x`, `y`: the spot of the picture in the middle, 0..1."""

    scale: float = 0.0
    x: float = 0.5
    y: float = 0.5


FITTED = Zoom()


@dataclass(frozen=True)
class Place:
    """Where the whole picture lies, from the area's upper left corner."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Field:
    """A picture of `source` pixels in an `area`; every method is pure."""

    source: Size
    area: Size

    @property
    def fit(self) -> float:
        """The scale at which all of the picture is seen: never enlarged."""
        return min(1.0, self.area[0] / self.source[0], self.area[1] / self.source[1])

    def scale(self, zoom: Zoom) -> float:
        """Return device pixels for one pixel of the picture."""
        return zoom.scale or self.fit

    def size(self, zoom: Zoom) -> Size:
        """Return the size of the whole picture as shown."""
        scale = self.scale(zoom)
        return max(1, round(self.source[0] * scale)), max(1, round(self.source[1] * scale))

    def wanted(self, zoom: Zoom) -> Size:
        """Return the size to ask the engine for: as shown below 100 %, from there on the picture's own pixels."""
        return self.area if not zoom.scale else min(self.size(zoom), self.source)

    def place(self, zoom: Zoom) -> Place:
        """Return where the picture lies: centred where it is smaller than the area, else covering it."""
        width, height = self.size(zoom)
        return Place(_edge(width, self.area[0], zoom.x), _edge(height, self.area[1], zoom.y), width, height)

    def spot(self, zoom: Zoom, at: tuple[float, float]) -> tuple[float, float] | None:
        """Return which spot of the picture (0..1) lies at *at*; None beside the picture."""
        place = self.place(zoom)
        x, y = (at[0] - place.left) / place.width, (at[1] - place.top) / place.height
        return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None

    def point(self, zoom: Zoom, spot: tuple[float, float]) -> tuple[float, float]:
        """Return where a spot of the picture (0..1) lies."""
        place = self.place(zoom)
        return place.left + spot[0] * place.width, place.top + spot[1] * place.height

    def times(self, zoom: Zoom, factor: float, at: tuple[float, float] | None = None) -> Zoom:
        """Return *zoom* magnified by *factor*, what lies at *at* kept there; stops at 100 % on its way past it."""
        before = self.scale(zoom)
        after = before * factor
        if (before - 1) * (after - 1) < 0:
            after = 1.0
        return self.to(zoom, after, at)

    def to(self, zoom: Zoom, scale: float, at: tuple[float, float] | None = None) -> Zoom:
        """Return *zoom* at *scale*, what lies at *at* kept there; fitted where all is seen anyway."""
        if scale <= self.fit * 1.001:
            return FITTED
        middle = self.area[0] / 2, self.area[1] / 2
        at = at or middle
        place, scale = self.place(zoom), min(scale, MOST)
        held = (at[0] - place.left) / place.width, (at[1] - place.top) / place.height
        x = held[0] - (at[0] - middle[0]) / (self.source[0] * scale)
        y = held[1] - (at[1] - middle[1]) / (self.source[1] * scale)
        return self._held(Zoom(scale, x, y))

    def panned(self, zoom: Zoom, right: float, down: float) -> Zoom:
        """Return *zoom* after the picture was dragged by so many device pixels."""
        if not zoom.scale:
            return zoom
        width, height = self.size(zoom)
        return self._held(Zoom(zoom.scale, zoom.x - right / width, zoom.y - down / height))

    def around(self, zoom: Zoom, spot: tuple[float, float]) -> Zoom:
        """Return *zoom* with *spot* (0..1) in sight, in the middle where it was not."""
        x, y = self.point(zoom, spot)
        if not zoom.scale or (0 <= x < self.area[0] and 0 <= y < self.area[1]):
            return zoom
        return self._held(Zoom(zoom.scale, *spot))

    def _held(self, zoom: Zoom) -> Zoom:
        """Return *zoom* with no void at an edge while there is picture beyond the other."""
        width, height = self.size(zoom)
        return Zoom(zoom.scale, _centre(width, self.area[0], zoom.x), _centre(height, self.area[1], zoom.y))


def _edge(length: int, room: int, centre: float) -> int:
    if length <= room:
        return (room - length) // 2
    return max(room - length, min(0, round(room / 2 - centre * length)))


def _centre(length: int, room: int, centre: float) -> float:
    half = room / 2 / length
    return 0.5 if half >= 0.5 else max(half, min(1 - half, centre))
