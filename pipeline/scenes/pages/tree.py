"""The history of a scene as a list that shows its branches: rows with a depth, oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.scenes.models import EditKind, SceneEdit
from pipeline.scenes.queries import HistoryNode

MOST_DEPTH = 5


@dataclass(frozen=True)
class TreeRow:
    """One edit: how deep its branch lies, and how it lies to where the scene stands."""

    node: HistoryNode
    depth: int
    starts_branch: bool

    @property
    def edit(self) -> SceneEdit:
        """The edit itself."""
        return self.node.edit

    @property
    def words(self) -> str:
        """What happened."""
        return self.edit.summary or EditKind.Code(self.edit.kind_id).label


def tree_rows(nodes: Sequence[HistoryNode]) -> list[TreeRow]:
    """The edits as rows: the branch that undo and redo follow goes straight on, others branch off.

    What was left behind comes right below the edit at which it began, then the way on.
    """
    children: dict[int | None, list[HistoryNode]] = {}
    for node in nodes:
        children.setdefault(node.edit.parent_id, []).append(node)
    rows: list[TreeRow] = []
    stack = [(node, 0, False) for node in children.get(None, [])]
    while stack:
        node, depth, branches = stack.pop()
        rows.append(TreeRow(node, min(depth, MOST_DEPTH), branches))
        following = sorted(
            children.get(node.edit.pk, []), key=lambda n: (n.is_on_path, n.edit.number)
        )
        stack += [(child, depth, False) for child in following[-1:]]
        stack += [(child, depth + 1, True) for child in reversed(following[:-1])]
    return rows
