"""What the relay counts: figures only, no name, address, room or slot (Prometheus text format 0.0.4)."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Counters:
    """Totals since the start. Increments from two threads may lose one in a rare race; they are figures, not accounts."""

    packets_in: int = 0
    packets_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    datagrams_refused: int = 0
    packets_over_rate: int = 0
    packets_unsent: int = 0
    voice_withheld: int = 0
    nacks: int = 0
    nack_packets: int = 0
    nacks_upstream: int = 0
    cookies: int = 0
    addresses_bound: int = 0
    connections: int = 0
    connections_refused: int = 0
    admissions_refused: int = 0
    messages_refused: int = 0
    slow_consumers: int = 0
    media_dropped_slow: int = 0
    knocks: int = 0
    rooms_opened: int = 0
    blobs_stored: int = 0
    blobs_refused: int = 0
    blocks_taken: int = 0
    blocks_delivered: int = 0
    blocks_acknowledged: int = 0
    words_taken: int = 0
    later_taken: int = 0
    later_released: int = 0
    later_cancelled: int = 0
    files_stored: int = 0
    mail_refused: int = 0
    deposits_stored: int = 0
    deposits_opened: int = 0
    deposits_refused: int = 0

    def render(self, gauges: dict[str, int]) -> str:
        """Give the text that a scraper reads."""
        lines = []
        for name in fields(self):
            metric = f"consilium_relay_{name.name}_total"
            lines += [f"# TYPE {metric} counter", f"{metric} {getattr(self, name.name)}"]
        for gauge, value in gauges.items():
            lines += [f"# TYPE consilium_relay_{gauge} gauge", f"consilium_relay_{gauge} {value}"]
        return "\n".join(lines) + "\n"
