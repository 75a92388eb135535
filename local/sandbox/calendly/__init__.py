"""The sandbox Calendly."""

from local.sandbox.calendly.accounts import DEMO, MEMBER, OTHER
from local.sandbox.calendly.app import Calendly

__all__ = ["DEMO", "MEMBER", "OTHER", "Calendly"]
