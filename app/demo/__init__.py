"""The demo hospital at work: a relay, certified colleagues who move and speak, and the doctor's real workstation."""
