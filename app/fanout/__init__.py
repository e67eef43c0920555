"""From a site's gateway to its desks: which messages of the hospital each desk follows, sealed to it, and read there as if its own listener had taken them."""
