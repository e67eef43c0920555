"""The offline lease: how long a desk shows patients without a word from its organisation. Pure; times in seconds since 1970.

A stolen machine that is kept off the network must not stay an open book. The last contact is the time of the newest
verified head of the organisation's directory, which its issuer signed; the newest clock ever seen counts as well, so that
setting the clock back wins nothing.
"""

from __future__ import annotations

DAY_S = 86_400


def over(days: int, contact_s: int, clock_s: int) -> bool:
    """Tell whether the lease of *days* (0: there is none) is over; without any contact (0) there is none either."""
    return days > 0 and contact_s > 0 and clock_s - contact_s > days * DAY_S
