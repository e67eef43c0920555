"""`consilium-relay`: forwards, queues, forgets; knows no content key."""
