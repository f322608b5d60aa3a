"""A CrossGuard policy pack that blocks what is not compliant at `pulumi preview`."""
