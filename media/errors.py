"""Errors of the media package: each says what the user can do."""


class MediaError(Exception):
    """Parent of every error that media raises."""


class ProtocolError(MediaError):
    """Bytes from outside break CSL1; they were refused, nothing needs doing unless it goes on."""


class TrustError(MediaError):
    """A certificate, signature or log was refused; `code` names why (docs/protocol.md §9)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class LinkLost(MediaError):  # noqa: N818 -- the field's word
    """The relay cannot be reached; the link retries by itself."""


class LinkRefused(MediaError):  # noqa: N818 -- the field's word
    """The relay or the host said no; `code` names why, a new invitation may help."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DeviceError(MediaError):
    """A camera, microphone or screen failed; choose another in the device settings.

    `code`: none (there is no such device), busy (another program holds it), denied (the system forbids it),
    unplugged (it went away while running), failed (anything else).
    """

    def __init__(self, code: str, device: str = "") -> None:
        super().__init__(f"{code} {device}".strip())
        self.code = code
        self.device = device
