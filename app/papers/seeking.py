"""Looking for a text in a document: in a story at once, in pages one after the other, the newest question wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from app.ui.words import say, says

if TYPE_CHECKING:
    from app.bridge import Bridge
    from app.papers.findbar import FindBar
    from app.papers.link import Press
    from app.papers.pages import PageArea
    from app.papers.slips import Found
    from app.papers.storyview import StoryView

MAX_HITS = 2_000


class Seeker(QObject):
    """Ties the find bar to what is shown."""

    def __init__(self, bridge: Bridge, bar: FindBar, story: StoryView, pages: PageArea) -> None:
        super().__init__(bar)
        self._bridge, self._bar, self._story, self._pages = bridge, bar, story, pages
        self._press: Press | None = None
        self._text = ""
        self._places: list[tuple[int, int]] = []
        self._at = -1
        self._asked = 0
        bar.sought.connect(self.seek)
        bar.stepped.connect(self.step)

    def look_in(self, press: Press | None) -> None:
        """Look in the pages of *press* from now on, in the story where there are none."""
        self._press = press
        self.seek("")

    def seek(self, text: str) -> None:
        """Look for *text* from the beginning."""
        self._text, self._places, self._at = text.strip(), [], -1
        self._asked += 1
        self._pages.forget_hits()
        if not self._text:
            self._story.seek("")
            self._bar.tell("")
        elif self._press is None:
            self._places = [(0, place) for place in range(self._story.seek(self._text))]
            self._tell()
            self.step(1)
        else:
            self._bar.tell(say("papers.find.running"))
            self._go_on(self._press, 0, self._asked)

    def again(self) -> None:
        """Look anew: what is shown was written anew."""
        if self._text and self._press is None:
            self.seek(self._text)

    def _go_on(self, press: Press, page: int, asked: int) -> None:
        def done(found: Found) -> None:
            if asked == self._asked:
                self._found(press, found, asked)

        self._bridge.start(self, press.seek(self._text, page), done, lambda _error: self._tell())

    def _found(self, press: Press, found: Found, asked: int) -> None:
        if found.hits:
            self._pages.show_hits(found)
            self._places += [(found.on, place) for place in range(len(found.hits))]
            if self._at < 0:
                self.step(1)
        if found.page >= 0 and len(self._places) < MAX_HITS:
            self._go_on(press, found.page, asked)
        else:
            self._tell()

    def step(self, by: int) -> None:
        """Bring the next find to the front, or the one before; after the last comes the first."""
        if not self._places:
            return
        self._at = (self._at + by) % len(self._places)
        page, place = self._places[self._at]
        if self._press is None:
            self._story.show_hit(place)
        else:
            self._pages.show_hit(page, place)
        self._tell()

    def _tell(self) -> None:
        if not self._text:
            return
        if not self._places:
            self._bar.tell(say("papers.find.none"))
        elif self._at < 0:
            self._bar.tell(says("papers.find.count", len(self._places)))
        else:
            self._bar.tell(say("papers.find.at", n=self._at + 1, of=len(self._places)))
