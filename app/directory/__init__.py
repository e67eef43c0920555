"""The organisation's people: who they are, how far their keys are trusted, comparing a safety number with them."""
