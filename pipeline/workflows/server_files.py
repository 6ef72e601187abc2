"""Names by which a graph would read files that lie on a server: perhaps those of another project.

Everybody's uploads and results lie side by side on a shared instance. A project's graph gets its
files with each job, under names that the studio writes into it; a name that somebody wrote is
refused. Graphs of the studio are an Admin's, who may name what lies there.

This stops names, not nodes: one that puts names together, or searches folders, reads what ComfyUI
may read. Who must be kept apart needs an instance of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.workflows.graph import Graph, class_of, inputs_of

if TYPE_CHECKING:
    from pipeline.workflows.mapping import Parameter

#: Nodes whose names are those of results.
READ_RESULTS = frozenset({"LoadImageOutput"})
#: No path is longer, characters; a prompt may be.
MOST_NAME = 4096
WHAT_TO_DO = "Map the input to a file parameter, and give the file with each job."

_ENDING = r"\.\w{1,5}"
_NAMES = re.compile(
    # `name [output]`: ComfyUI cuts off the folder and the one character before it
    rf"(?:.*{_ENDING}.?\[(?:input|output|temp)\]"
    # another folder than that of uploads
    r"|(?:.*[\\/])?\.\.[\\/].*"
    rf"|(?:/|[A-Za-z]:[\\/]|\\\\).*{_ENDING}"
    # an upload of the studio: SHA-256, and a number where the server renamed it
    rf"|(?:.*[\\/])?[0-9a-f]{{64}}(?: \(\d+\))?{_ENDING})"
)


def is_server_file(text: str) -> bool:
    """Whether a text is the name of a file that was not given with the job.

    A bare name of a picture that an Admin put into the input folder is none of those.
    """
    return len(text) <= MOST_NAME and "\n" not in text and _NAMES.fullmatch(text) is not None


def server_files(graph: Graph, parameters: Sequence[Parameter]) -> Iterator[tuple[str, str, str]]:
    """Where a graph, or what its parameters begin with, names such files: node, field, name.

    What a parameter sets is overwritten in each job, so there the parameter's own values count.
    """
    written = {target for item in parameters for target in item.targets}
    for node_id in graph:
        if class_of(graph, node_id) in READ_RESULTS:
            yield node_id, "class", class_of(graph, node_id)
        for field, value in inputs_of(graph, node_id).items():
            if (node_id, field) not in written:
                yield from (
                    (node_id, field, name) for name in _strings(value) if is_server_file(name)
                )
    for item in parameters:
        if item.is_file:
            continue
        node_id, field = item.targets[0]
        for name in _strings([item.default, *(item.choices or ())]):
            if is_server_file(name):
                yield node_id, field, name


def _strings(value: Any) -> Iterator[str]:
    """The texts in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)
