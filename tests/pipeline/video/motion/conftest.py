"""Files of these tests stay in their own folder."""

from tests.pipeline.jobs.conftest import _own_files  # noqa: F401
