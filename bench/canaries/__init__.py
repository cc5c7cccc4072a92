"""Rollouts, simulated: a stable revision and a canary of the same workload, and whether the canary leaks."""
