"""A time zone where it is noon or soon after: no day ends there while a test runs."""

from __future__ import annotations

from datetime import UTC, datetime

ZONE = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
