"""The use cases: the only writers. Each takes `by`, asks for its permission, and writes one audit line in one transaction."""
