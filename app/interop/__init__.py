"""HL7 v2 in and out, CDA: bytes of others to facts of ours; no Qt."""
