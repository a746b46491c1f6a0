"""Instants as the service writes them: each kind of field has its own precision in the recordings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds()


def format_seconds(instant: float) -> str:
    """Return the instant in full seconds, as in events."""
    return _make_moment(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_fraction(instant: float, digits: int = 3) -> str:
    """Return the instant with its fraction, without trailing zeros: three digits in states, seven in operations."""
    moment = _make_moment(instant)
    tail = f"{moment.microsecond:06d}".ljust(digits, "0")[:digits].rstrip("0")
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{tail}Z" if tail else f"{text}Z"


def format_compact(instant: float) -> str:
    """Return the form inside `x-ms-routing-request-id`."""
    return _make_moment(instant).strftime("%Y%m%dT%H%M%SZ")


def _make_moment(instant: float) -> datetime:
    return _EPOCH + timedelta(seconds=min(max(instant, 0.0), _LAST))
