"""What is special about some currencies. Pure, and standard library only: the webhook receiver reads it, too."""

WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())  # noqa: SIM905 - a list
"""Currencies without a minor unit (ISO 4217)."""
