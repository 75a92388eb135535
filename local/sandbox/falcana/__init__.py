"""The sandbox falcana.

falcana publishes no API: this is the contract that we propose, not the vendor's word (see `app`).
"""

from local.sandbox.falcana.app import DEMO, OTHER, Falcana

__all__ = ["DEMO", "OTHER", "Falcana"]
