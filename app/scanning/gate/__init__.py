"""A look at a canary beside its stable revision: which pods are meant, what they held, how they compare."""
