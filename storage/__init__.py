"""The encrypted vault; no Qt, no network."""
