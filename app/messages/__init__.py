"""The section Messages: threads with people and teams, about patients or not."""
