"""The media process: its entry, its pipe, its shared frames."""
