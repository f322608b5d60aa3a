"""A CrossGuard policy pack that blocks what is not compliant at `pulumi preview`."""

__version__ = "0.1.0"
