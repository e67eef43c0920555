"""One link to the relay; sees sealed bytes only."""
