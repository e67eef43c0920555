"""The kit: theme, type, icons and controls that every page is made of. Knows no feature."""
