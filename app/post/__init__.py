"""The desk's post office: what is in the vault's outbox goes out, what lies at the relay comes in. No Qt; window, gateway and issuer use it alike."""
