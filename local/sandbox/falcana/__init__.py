"""The sandbox falcana.

falcana publishes no API: this is the contract that we propose, not the vendor's word (see `app`).
"""

from local.sandbox.falcana.accounts import DEMO, OTHER, User
from local.sandbox.falcana.app import Falcana
from local.sandbox.falcana.fields import Custom, Option

__all__ = ["DEMO", "OTHER", "Custom", "Falcana", "Option", "User"]
