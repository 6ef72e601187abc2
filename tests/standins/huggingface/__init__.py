"""A stand-in for Hugging Face, hub and router in one: `create_app()`."""

from tests.standins.huggingface.app import KEY, HuggingFace, create_app

__all__ = ["KEY", "HuggingFace", "create_app"]
