"""Measurements side by side with what people run today. `make bench` runs them and keeps what they printed."""
