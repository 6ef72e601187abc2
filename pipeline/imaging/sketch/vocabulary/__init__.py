"""The words a sketch understands, as plain tables."""
