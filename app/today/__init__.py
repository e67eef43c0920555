"""Today: what waits now, the week, and what still works."""
