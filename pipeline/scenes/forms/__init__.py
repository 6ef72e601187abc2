"""Forms of the pages of scenes. Rules live in the services; forms carry them to the page."""

from pipeline.scenes.forms.types import SceneTypeForm

__all__ = ["SceneTypeForm"]
