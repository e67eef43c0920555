"""The pictures, display and sound server of the media tests serve the engine's too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "av"))
from conftest import display, pulse, xvfb  # noqa: F401
