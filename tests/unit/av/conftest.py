"""Fixtures of the media tests."""

from tests.unit.av.servers import display, painter, pulse, xvfb  # noqa: F401
