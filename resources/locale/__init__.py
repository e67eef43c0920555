"""The texts that people read: one folder a language, gettext `.po` sources, read as they are (no build step)."""
