"""Measures the policy pack against others; `make bench` runs it."""
