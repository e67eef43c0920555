"""The settings: devices, language, appearance, line."""
