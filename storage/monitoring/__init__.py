"""Telemonitoring: what patients answered, what the team did about it, and what follows from both."""
