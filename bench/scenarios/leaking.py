"""How memory is lost: bytes leaked over a lifetime, never to come back within it."""

import numpy as np

from bench.scenarios.allocator import uneven_work
from bench.scenarios.clock import HOUR
from bench.scenarios.life import Life, Part
from detectors.panel import Floats


def since(life: Life, onset: float) -> Floats:
    """Hours the leak has had in this life: since the later of its start and the onset (unix s)."""
    return np.maximum(life.times - max(life.started, onset), 0.0) / HOUR


def by_clock(rate: float, onset: float) -> Part:
    """A timer, a poll, a heartbeat leaks: bytes/hour."""

    def part(life: Life) -> Floats:
        return rate * since(life, onset)

    return part


def by_request(rate: float, onset: float, bumps_per_hour: float = 60.0) -> Part:
    """Requests leak, unevenly: bytes/hour at mean load."""

    def part(life: Life) -> Floats:
        done = uneven_work(life, bumps_per_hour)
        before = np.searchsorted(life.times, onset)
        return rate * np.maximum(done - (done[before - 1] if before else 0.0), 0.0)

    return part


def accelerating(size: float, hours: float, power: float, onset: float) -> Part:
    """Each leaked object makes the next one likelier: `size` bytes after so many hours, growing as a power of time."""

    def part(life: Life) -> Floats:
        return size * (since(life, onset) / hours) ** power

    return part


def staircase(size: float, rest_hours: float, onset: float) -> Part:
    """A job now and then leaks all at once: steps of about `size` bytes with hours of rest between them."""

    def part(life: Life) -> Floats:
        span = float(since(life, onset)[-1])
        count = int(span / rest_hours * 2) + 4
        when = np.cumsum(life.rng.uniform(0.4, 1.6, count) * rest_hours) - life.rng.uniform(0.4, 1.2) * rest_hours
        height = np.concatenate([[0.0], np.cumsum(size * life.rng.gamma(4.0, 0.25, count))])
        return height[np.searchsorted(when, since(life, onset))]

    return part


def in_bursts(rate: float, episodes: list[tuple[float, float]]) -> Part:
    """An error path leaks, only while errors happen: episodes of (unix s, seconds), the same for all pods."""

    def part(life: Life) -> Floats:
        active = np.zeros(life.times.size)
        for at, length in episodes:
            active[slice(*np.searchsorted(life.times, [at, at + length]))] = 1.0
        rough = life.rng.gamma(2.0, 0.5, life.times.size)
        return rate * np.cumsum(active * rough * (0.3 + 0.7 * life.load) * life.dt) / HOUR

    return part


def giving_back(rate: float, share: float, every_hours: float, onset: float) -> Part:
    """Every few hours a part of what has leaked since the last time is freed after all."""

    def part(life: Life) -> Floats:
        hours = since(life, onset)
        count = int(hours[-1] / every_hours * 2) + 4
        freed_at = np.cumsum(life.rng.uniform(0.5, 1.5, count) * every_hours)
        spans = np.diff(freed_at, prepend=0.0)
        freed = np.concatenate([[0.0], np.cumsum(rate * spans * share * life.rng.uniform(0.6, 1.2, count))])
        left: Floats = np.maximum(rate * hours - freed[np.searchsorted(freed_at, hours)], 0.0)
        return left

    return part


def in_pieces(rate: float, piece: float, onset: float) -> Part:
    """Threads or descriptors that are never closed: whole pieces of so many bytes, at a rate in bytes/hour."""

    def part(life: Life) -> Floats:
        return piece * np.floor(by_request(rate, onset, max(rate / piece, 1e-3))(life) / piece)

    return part


def new_keys(size: float, hours: float, power: float, onset: float) -> Part:
    """A cache without a limit: distinct keys grow as a power below 1 of requests (Heaps' law), without end."""

    def part(life: Life) -> Floats:
        return size * (by_request(1.0, onset)(life) / hours) ** power

    return part
