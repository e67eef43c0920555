"""Telemonitoring: the queue of alerts, what is done about them, and what the team and IT see of it."""
