"""The thin runtime: capture or replay responses, keep them raw, transform, load, report."""
