"""The display and sound server of the media tests serve the engine's too."""

from tests.unit.av.servers import display, painter, pulse, xvfb  # noqa: F401
