"""Labelled workloads to measure on."""
