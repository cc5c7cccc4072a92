"""Refits the detector's coefficients: `make calibrate`. Labelled cases in, detectors/coefficients.py out."""
