"""The patient's page: who it is, where they were, what was measured and written, who looked."""
