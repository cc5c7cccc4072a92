"""Whether a canary's memory grows where that of the stable revision did not, at the same age and load."""
