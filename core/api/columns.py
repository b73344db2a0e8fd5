"""Columns of plugins' own models."""

from core.system.sealed import SealedField

__all__ = ["SealedField"]
