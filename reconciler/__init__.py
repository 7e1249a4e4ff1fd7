"""Declarative base connections for Adobe Experience Platform: plan, review, apply."""

__version__ = "0.1.0"
