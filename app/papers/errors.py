"""Why a document is not shown."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 -- what the reader says of the document
    """The document is not shown: `code` is one of `app.papers.troubles`, never its content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
