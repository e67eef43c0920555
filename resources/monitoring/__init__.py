"""Codes of questionnaires and the short labels of our own that stand for them."""
