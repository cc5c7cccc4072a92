"""Telling leaks: arrays in, judgements out. No I/O, no clock, no settings object, no logging."""
