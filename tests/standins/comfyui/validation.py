"""The checks of `POST /prompt`, with the error types and texts of a real server."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.standins.comfyui.catalogue import Lists, NodeType

Graph = dict[str, Any]
Problem = dict[str, Any]
LONG_LIST = 20
CONVERSIONS: Mapping[str, type] = {"INT": int, "FLOAT": float, "STRING": str, "BOOLEAN": bool}


@dataclass(frozen=True)
class Verdict:
    """What a check found: `error` is None when at least one output may run."""

    error: Problem | None
    outputs: list[str]
    node_errors: dict[str, Problem]


def validate_prompt(
    graph: Graph,
    nodes: Mapping[str, NodeType],
    lists: Lists,
    targets: Sequence[str] | None = None,
) -> Verdict:
    """Check a graph; values are converted in place. Raises TypeError for an editor's document."""
    wanted = []
    for node_id in graph:
        if "class_type" not in graph[node_id]:
            return _refused(
                "invalid_prompt",
                "Cannot execute because a node is missing the class_type property.",
                f"Node ID '#{node_id}'",
            )
        class_type = graph[node_id]["class_type"]
        if class_type not in nodes:
            message = f"Cannot execute because node {class_type} does not exist."
            return _refused("invalid_prompt", message, f"Node ID '#{node_id}'")
        if nodes[class_type].output_node and (targets is None or node_id in targets):
            wanted.append(node_id)
    if not wanted:
        return _refused("prompt_no_outputs", "Prompt has no outputs", "")
    return _Check(graph, nodes, lists).outputs(wanted)


class _Check:
    """One run over a graph; `done` holds (valid, problems) of each node seen."""

    def __init__(self, graph: Graph, nodes: Mapping[str, NodeType], lists: Lists) -> None:
        self.graph = graph
        self.nodes = nodes
        self.lists = lists
        self.done: dict[str, tuple[bool, list[Problem]]] = {}
        self.visiting: set[str] = set()

    def outputs(self, wanted: Sequence[str]) -> Verdict:
        good: list[str] = []
        details: list[str] = []
        node_errors: dict[str, Problem] = {}
        for node_id in wanted:
            try:
                valid, problems = self.node(node_id)
            except Exception as error:  # a real server reports whatever happened here
                valid, problems = False, [_exception("exception_during_validation", error)]
                self.done[node_id] = (False, problems)
            if valid:
                good.append(node_id)
                continue
            details += [f"{problem['message']}: {problem['details']}" for problem in problems]
            self._note(node_id, node_errors)
        if good:
            return Verdict(None, good, node_errors)
        message = "Prompt outputs failed validation"
        error = problem("prompt_outputs_failed_validation", message, "\n".join(details))
        return Verdict(error, [], node_errors)

    def _note(self, output: str, node_errors: dict[str, Problem]) -> None:
        for node_id, (valid, problems) in self.done.items():
            if valid or not problems:
                continue
            entry = node_errors.setdefault(
                node_id,
                {
                    "errors": problems,
                    "dependent_outputs": [],
                    "class_type": self.graph[node_id]["class_type"],
                },
            )
            entry["dependent_outputs"].append(output)

    def node(self, node_id: str) -> tuple[bool, list[Problem]]:
        if node_id in self.done:
            return self.done[node_id]
        if node_id in self.visiting:
            return False, []  # a cycle: refused without a word
        self.visiting.add(node_id)
        kind = self.nodes[self.graph[node_id]["class_type"]]
        values = self.graph[node_id]["inputs"]
        problems: list[Problem] = []
        valid = True
        for name in kind.inputs:
            if name in values:
                found = self._input(kind, values, name)
                valid = valid and found is not False
                problems += [found] if isinstance(found, dict) else []
            elif name in kind.required:
                message = "Required input is missing"
                info = {"input_name": name}
                problems.append(problem("required_input_missing", message, name, info))
        problems += self._custom(kind, values, problems)
        self.visiting.discard(node_id)
        self.done[node_id] = (valid and not problems, problems)
        return self.done[node_id]

    def _input(self, kind: NodeType, values: dict[str, Any], name: str) -> Problem | bool:
        """A problem, False when the trouble is further up, True when all is well."""
        if isinstance(values[name], list):
            return self._link(kind, values[name], name)
        config = kind.config(name, self.lists)
        value = values[name]
        if isinstance(value, dict) and "__value__" in value:
            value = values[name] = value["__value__"]
        info = {"input_name": name, "input_config": list(config), "received_value": value}
        try:
            if isinstance(config[0], str) and config[0] in CONVERSIONS:
                value = values[name] = CONVERSIONS[config[0]](value)
        except (ValueError, TypeError) as error:
            message = f"Failed to convert an input value to a {config[0]} value"
            details = f"{name}, {value}, {error}"
            info["exception_message"] = str(error)
            return problem("invalid_input_type", message, details, info)
        info["received_value"] = value
        if name in kind.checked:
            return True
        return self._range(config, value, name, info)

    def _range(
        self, config: tuple[Any, dict[str, Any]], value: Any, name: str, info: dict[str, Any]
    ) -> Problem | bool:
        extra = config[1]
        if "min" in extra and value < extra["min"]:
            message = f"Value {value} smaller than min of {extra['min']}"
            return problem("value_smaller_than_min", message, name, info)
        if "max" in extra and value > extra["max"]:
            message = f"Value {value} bigger than max of {extra['max']}"
            return problem("value_bigger_than_max", message, name, info)
        options = config[0]  # a real server checks no choice of the newer nodes ("COMBO")
        if isinstance(options, list) and value not in options:
            listed = str(options)
            if len(options) > LONG_LIST:
                listed = f"(list of length {len(options)})"
                info["input_config"] = None
            details = f"{name}: '{value}' not in {listed}"
            return problem("value_not_in_list", "Value not in list", details, info)
        return True

    def _link(self, kind: NodeType, value: list[Any], name: str) -> Problem | bool:
        config = kind.config(name, self.lists)
        info = {"input_name": name, "input_config": list(config)}
        if len(value) != 2:
            message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            return problem("bad_linked_input", message, name, {**info, "received_value": value})
        source, slot = value
        received = self.nodes[self.graph[source]["class_type"]].outputs[slot]
        if received != config[0] and "*" not in {received, config[0]}:
            details = f"{name}, received_type({received}) mismatch input_type({config[0]})"
            message = "Return type mismatch between linked nodes"
            info |= {"received_type": received, "linked_node": value}
            return problem("return_type_mismatch", message, details, info)
        try:
            return bool(self.node(source)[0])
        except Exception as error:  # reported like the one above, for the inner node
            failure = _exception("exception_during_inner_validation", error)
            self.done[source] = (False, [failure])
            return False

    def _custom(
        self, kind: NodeType, values: dict[str, Any], before: list[Problem]
    ) -> list[Problem]:
        named = {name: values.get(name) for name in kind.checked}
        if kind.check is None or any(isinstance(value, list) for value in named.values()):
            return []
        found: list[Problem] = []
        for name in kind.checked if not before else ():
            answer = kind.check(self.lists, **named)
            if answer is not True:
                message = "Custom validation failed for node"
                info = {"input_name": name}
                found.append(
                    problem("custom_validation_failed", message, f"{name} - {answer}", info)
                )
        return found


def problem(
    kind: str, message: str, details: str, extra: Mapping[str, Any] | None = None
) -> Problem:
    """An error as the server writes it."""
    return {"type": kind, "message": message, "details": details, "extra_info": dict(extra or {})}


def _exception(kind: str, error: Exception) -> Problem:
    info = {
        "exception_type": type(error).__name__,
        "traceback": traceback.format_tb(error.__traceback__),
    }
    return problem(kind, "Exception when validating node", str(error), info)


def _refused(kind: str, message: str, details: str) -> Verdict:
    return Verdict(problem(kind, message, details), [], {})
