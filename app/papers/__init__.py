"""Documents of others, shown inside the window: read and drawn by a process of their own, never through a file."""
