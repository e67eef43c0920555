"""Reading CDA R2: hostile bytes become plain values. No Qt, no network, no file."""
