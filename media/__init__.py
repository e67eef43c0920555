"""All that crosses the wire; no Qt, no database."""
