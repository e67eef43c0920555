"""`consilium-admin`: an organisation's keys, certificates and directory; no Qt."""
