"""The relay's configuration file (TOML): every setting once, with its default. Unknown settings are refused."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path  # noqa: TC003 -- a field of a dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
KEY_BYTES = 32
FOREVER = 1 << 62


class ConfigError(Exception):
    """The configuration file is wrong; the text says where. Mend it and start again."""


@dataclass(frozen=True)
class Caps:
    """What a client can make the relay hold or do, at most."""

    connections: int = 4096
    connections_per_address: int = 2048
    rooms: int = 256
    slots_per_room: int = 64
    waiting_per_room: int = 16
    room_idle_s: int = 120
    slot_kbps: int = 6000
    blob_total_mb: int = 256
    blob_days: int = 400
    queues: int = 250_000
    queue_blocks: int = 1000
    contact_blocks: int = 200
    queue_total_mb: int = 4096
    block_days: int = 30
    queue_days: int = 120
    cards: int = 20_000
    words: int = 20_000
    places: int = 20_000
    later_total_mb: int = 64
    file_total_mb: int = 65_536
    file_days: int = 30
    disk_reserve_mb: int = 256
    listens: int = 4000
    mail_requests_s: int = 2000
    mail_kbps: int = 400_000
    deposit_mb: int = 256
    deposit_total_mb: int = 4096
    deposit_days: int = 30
    deposit_visitors: int = 64


@dataclass(frozen=True)
class Config:
    """All settings. A port of 0 is chosen by the system; `public_udp_port` 0 means the bound one, -1 no UDP."""

    state_dir: Path
    organisation_keys: dict[bytes, int]
    """Relay keys of the organisations that may open rooms here -> last second of their validity."""
    host: str = "0.0.0.0"  # noqa: S104 -- a relay is there to be reached
    port: int = 443
    udp_port: int = 443
    public_udp_port: int = 0
    http_host: str = "127.0.0.1"
    http_port: int = 9443
    tls_certificate: str = ""
    tls_key: str = ""
    caps: Caps = field(default_factory=Caps)


def load(path: Path) -> Config:
    """Read *path*; relative paths in it are relative to its folder. Raises `ConfigError`."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error
    folder = path.parent
    for name in ("tls_certificate", "tls_key"):
        if table.get(name):
            table[name] = str(folder / _typed(table[name], str, name))
    keys = {
        _key(text): FOREVER for text in _typed(table.pop("organisation_keys", []), list, "organisation_keys")
    }
    keys |= _organisations(table.pop("organisation", []))
    for name in _typed(table.pop("organisation_key_files", []), list, "organisation_key_files"):
        keys |= _key_file(folder / _typed(name, str, "organisation_key_files"))
    caps = _section(Caps, _typed(table.pop("caps", {}), dict, "caps"))
    state = folder / _typed(table.pop("state_dir", "state"), str, "state_dir")
    if bool(table.get("tls_certificate")) != bool(table.get("tls_key")):
        raise ConfigError("tls_certificate and tls_key go together")
    return _section(Config, {**table, "state_dir": state, "organisation_keys": keys, "caps": caps})


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise ConfigError(f"{where}: unknown setting {unknown[0]}")


def _typed(value: Any, kind: type, name: str) -> Any:
    if not isinstance(value, kind):
        raise ConfigError(f"{name}: expected {kind.__name__}")
    return value


def _section(kind: type[T], values: dict[str, Any]) -> T:
    """Build *kind* from *values*, each of the type of its default; whole numbers at least -1."""
    _only(values, {name.name for name in fields(kind)}, kind.__name__)
    for name in fields(kind):
        if name.name in values and isinstance(name.default, (int, str)):
            value = _typed(values[name.name], type(name.default), name.name)
            if isinstance(value, int) and (isinstance(value, bool) or value < -1):
                raise ConfigError(f"{name.name}: out of range")
    return kind(**values)


def _key(text: Any) -> bytes:
    try:
        key = bytes.fromhex(_typed(text, str, "organisation_keys"))
    except ValueError as error:
        raise ConfigError("organisation_keys: not hexadecimal") from error
    if len(key) != KEY_BYTES:
        raise ConfigError(f"organisation_keys: expected {KEY_BYTES} bytes")
    return key


def _organisations(tables: Any) -> dict[bytes, int]:
    """Keys in `[[organisation]]` tables, as `consilium-admin relay key` writes them."""
    keys = {}
    for table in _typed(tables, list, "organisation"):
        _only(_typed(table, dict, "organisation"), {"id", "key", "not_after"}, "organisation")
        keys[_key(table.get("key"))] = _typed(table.get("not_after", FOREVER), int, "not_after")
    return keys


def _key_file(path: Path) -> dict[bytes, int]:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error
    _only(table, {"organisation"}, str(path))
    return _organisations(table.get("organisation", []))
