"""Sealed messages, store and forward (docs/protocol.md §11): what is said, to whom, and whether what came is whole. No I/O, no clock, no database."""
