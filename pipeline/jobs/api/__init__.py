"""Jobs for scripts: submit, estimate, follow, control."""
