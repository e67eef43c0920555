"""Identity, seals, frames: every cryptographic call but the admission at the relay."""
