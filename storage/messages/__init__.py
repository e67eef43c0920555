"""Threads, messages and files of this desk, and what sending and receiving them needs (docs/protocol.md §11): no network, no keys made."""
