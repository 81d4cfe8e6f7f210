"""The names of the figures that may vary; a price is named by its material (`materials.py`)."""

from __future__ import annotations


def yield_key(demand: str, step: str) -> str:
    return f"yield/{demand}/{step}"


def use_key(demand: str, step: str, place: int) -> str:
    return f"use/{demand}/{step}/{place}"


def output_key(phase: str) -> str:
    return f"output/{phase}"


def batch_key(phase: str) -> str:
    return f"batch/{phase}"


def quantity_key(line: str) -> str:
    return f"quantity/{line}"


def recovered_key(material: str) -> str:
    """Of the value, and of the line by which it is taken off the cost."""
    return f"recovered/{material}"


def risk_key(place: int) -> str:
    """Of what it costs if it happens; by its place among the risks of the case."""
    return f"risk/{place}"


def rate_key(line: str) -> str:
    return f"rate/{line}"


def spread_key(spread: str) -> str:
    """Of lines whose rates move together, as a share of them."""
    return f"spread/{spread}"
