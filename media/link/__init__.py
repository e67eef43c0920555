"""One link to the relay: sees sealed bytes only, holds no content key.

What others use: `RelayAddress`, `Admission`, `Host`, `Link`, `LinkHandler`, `put_blob`, `get_blob`, `OrganisationProof`;
`media.link.probe` looks at a relay without entering.
"""

from media.link.admission import Admission, Host, OrganisationProof, RelayAddress
from media.link.blobs import get_blob, put_blob
from media.link.link import Link, LinkHandler

__all__ = [
    "Admission",
    "Host",
    "Link",
    "LinkHandler",
    "OrganisationProof",
    "RelayAddress",
    "get_blob",
    "put_blob",
]
