"""Meetings called and to come: the agenda, the form, what is handed to the invited people."""
