"""The meeting: join by link, lobby, live call."""
