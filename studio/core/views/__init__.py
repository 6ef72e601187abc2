"""Pages of people, projects and keys."""
