"""Layouts of what passes between a device and its mailboxes at the relay (docs/protocol.md §12): bytes <-> dataclasses, as in `media.wire`."""
