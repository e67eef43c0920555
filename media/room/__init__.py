"""An end-to-end encrypted meeting: roster, keys, publish and subscribe."""
