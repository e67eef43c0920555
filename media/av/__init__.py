"""Devices, codecs, jitter, mixing: PyAV lives only here."""
