"""What people have said of workloads by name, put where a detector looks for it."""

from dataclasses import replace

import numpy as np

from app.domain.feedback import InForce
from app.domain.finding import Identity
from app.domain.fingerprint import fingerprint
from app.prometheus.source import Reading
from detectors.panel import Accepted


def with_accepted(reading: Reading, cluster: str, said: InForce) -> Reading:
    """The reading, whose panel has what is accepted of each subject; as it was where nothing is."""
    if not said:
        return reading
    prints = [
        fingerprint(Identity(cluster, namespace, workload.name, container))
        for namespace, workload, container in reading.subjects
    ]
    accepted = Accepted(np.full(len(prints), np.nan), np.full(len(prints), np.nan))
    for subject, one in enumerate(prints):
        if one in said:
            accepted.growth[subject] = said[one].figures.growth_bytes_per_hour
            accepted.level[subject] = said[one].figures.level_bytes
    return replace(reading, panel=replace(reading.panel, accepted=accepted))
