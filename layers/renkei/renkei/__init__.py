"""The platform every integration stands on: stores, vault, HTTP, OAuth, deliveries. See docs/ for the tour."""
