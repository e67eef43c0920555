"""Before and after the call: own picture and devices, the four checks, waiting, the end."""
