"""What all API views share, and the API of people, projects and keys."""

from studio.core.api.pages import KeysetPagination
from studio.core.api.problems import problem_handler

__all__ = ["KeysetPagination", "problem_handler"]
