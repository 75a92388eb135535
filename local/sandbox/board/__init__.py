"""The sandbox board."""

from local.sandbox.board.accounts import DEMO, OTHER
from local.sandbox.board.app import Board

__all__ = ["DEMO", "OTHER", "Board"]
