"""Pictures and characters, as the tests of seed images have them."""

from tests.pipeline.seeds.conftest import files, jane, picture, varied

__all__ = ["files", "jane", "picture", "varied"]
