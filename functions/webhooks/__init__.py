"""Receives what schedulers and schools send, stores it sealed, and answers."""
