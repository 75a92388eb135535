"""One thin typed client for each outside system. A vendor never imports another."""
