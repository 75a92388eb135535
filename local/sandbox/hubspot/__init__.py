"""The sandbox HubSpot."""

from local.sandbox.hubspot.app import HubSpot
from local.sandbox.hubspot.tokens import App

__all__ = ["App", "HubSpot"]
