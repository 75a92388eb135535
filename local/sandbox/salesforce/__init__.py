"""The sandbox Salesforce."""

from local.sandbox.salesforce.app import Salesforce
from local.sandbox.salesforce.tokens import App

DEMO = App()

__all__ = ["DEMO", "App", "Salesforce"]
