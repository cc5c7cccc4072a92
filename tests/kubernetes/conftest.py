"""What tests on the real control plane share with those of other servers."""

from tests.integration.conftest import leakwatch

__all__ = ["leakwatch"]
