"""State machines, from Amazon States Language or from a plain {state: {event: next state}}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from course.charts.chart import Chart
from course.charts.graph_drawing import Edge, Node, draw_graph, summary_of
from course.charts.inputs import ChartError
from course.charts.palette import ACCENT, MUTED, RULE, SERIES
from course.charts.style import house_style
from course.charts.units import say

_LOOKS: dict[str, tuple[str, str]] = {
    "Task": ("box", SERIES[0]),
    "Choice": ("choice", SERIES[1]),
    "Wait": ("round", SERIES[4]),
    "Pass": ("box", RULE),
    "Succeed": ("round", SERIES[2]),
    "Fail": ("round", SERIES[5]),
}
_SIGNS = {
    "GreaterThanEquals": "≥",
    "LessThanEquals": "≤",
    "GreaterThan": ">",
    "LessThan": "<",
    "Equals": "=",
    "Matches": "~",
}
_START, _END = "\x01start", "\x01end"


@house_style()
def states(
    machine: Mapping[str, Any],
    *,
    headline: str,
    highlight: Sequence[str] = (),
    direction: str = "auto",
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """A state machine: Choice rules and caught errors on the arrows, retries in the box, Map and Parallel as frames.

    `highlight` names states to set off, for example the path that an execution took.

    >>> states({"pending": {"ready": "running"}, "running": {"stop": "stopped"}, "stopped": {"start": "pending"}},
    ...        headline="A stopped instance goes back through pending")
    """
    nodes, edges = _from_asl(machine) if "States" in machine else _from_table(machine)
    names = {node.text.split("\n")[0] for node in nodes}
    for name in highlight:
        if name not in names:
            raise ChartError(f"states: highlight names {name!r}, but no state is called so; states are {sorted(names)}")
    nodes = [
        Node(n.name, n.text, n.shape, n.colour if "States" in machine else ACCENT, n.group, True)
        if n.text.split("\n")[0] in highlight
        else n
        for n in nodes
    ]
    return draw_graph(
        "State machine",
        nodes,
        edges,
        headline=headline,
        direction=direction,
        subtitle=subtitle,
        source=source,
        alt=alt,
        summary=summary_of(nodes, edges),
    )


def _from_table(machine: Mapping[str, Any]) -> tuple[list[Node], list[Edge]]:
    edges: list[Edge] = []
    loops: dict[str, list[str]] = {}
    names: list[str] = [str(name) for name in machine]
    for name, moves in machine.items():
        if not isinstance(moves, Mapping):
            raise ChartError(
                f"states: {name!r} is {moves!r}; expected {{event: next state}}, or a machine with 'States'"
            )
        for event, target in moves.items():
            if str(target) == str(name):
                loops.setdefault(str(name), []).append(str(event))
                continue
            names += [str(target)] if str(target) not in names else []
            edges.append(Edge(str(name), str(target), str(event)))
    nodes = [
        Node(name, "\n".join([name, *(f"↻ {event}" for event in loops.get(name, []))]), "round", SERIES[0])
        for name in names
    ]
    return nodes, edges


def _from_asl(machine: Mapping[str, Any]) -> tuple[list[Node], list[Edge]]:
    builder = _Builder()
    starts, exits = builder.build(machine, "", "")
    nodes = [Node(_START, "", "start"), *builder.nodes]
    edges = [Edge(_START, start) for start in starts] + builder.edges
    if exits:
        nodes.append(Node(_END, "", "end"))
        edges += [Edge(state, _END) for state in exits]
    return nodes, edges


class _Builder:
    """Collects boxes and arrows of a machine and of the machines inside its Map and Parallel states."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def build(self, machine: Mapping[str, Any], prefix: str, group: str) -> tuple[list[str], list[str]]:
        """Names of the first boxes, and of those after which the machine ends."""
        inside: dict[str, tuple[list[str], list[str]]] = {}
        for name, state in machine["States"].items():
            inside[name] = self._state(name, state, prefix, group)
        exits: list[str] = []
        for name, state in machine["States"].items():
            starts, ends = inside[name]
            moves = self._moves(state)
            for target, label, dashed in moves:
                if target not in inside:
                    raise ChartError(f"states: {name!r} leads to {target!r}, which is not among the States; mend Next")
                for end in starts if dashed else ends:
                    for start in inside[target][0]:
                        self._connect(Edge(end, start, label, dashed, SERIES[5] if dashed else MUTED))
            if state.get("End"):
                exits += ends
        if machine.get("StartAt") not in inside:
            raise ChartError(f"states: StartAt is {machine.get('StartAt')!r}; it must name one of {list(inside)}")
        return inside[machine["StartAt"]][0], exits

    def _connect(self, edge: Edge) -> None:
        if edge.source == edge.target:
            place = next(i for i, node in enumerate(self.nodes) if node.name == edge.source)
            node = self.nodes[place]
            self.nodes[place] = Node(
                node.name, f"{node.text}\n↻ {edge.label or 'again'}", node.shape, node.colour, node.group
            )
        else:
            self.edges.append(edge)

    def _state(self, name: str, state: Mapping[str, Any], prefix: str, group: str) -> tuple[list[str], list[str]]:
        kind = state.get("Type", "Task")
        inner = state.get("Branches") or [part for part in (state.get("ItemProcessor"), state.get("Iterator")) if part]
        if kind in {"Map", "Parallel"} and inner:
            frame = group or f"{kind} state"
            self.nodes.append(Node(prefix + name, name, "box", RULE, frame))
            found = [self.build(one, f"{prefix}{name}/{i}/", frame) for i, one in enumerate(inner)]
            label = "each item" if kind == "Map" else ""
            self.edges += [Edge(prefix + name, start, label) for starts, _ in found for start in starts]
            return [prefix + name], [end for _, ends in found for end in ends]
        shape, colour = _LOOKS.get(kind, ("box", RULE))
        lines = [name]
        if isinstance(state.get("Seconds"), int | float):
            lines.append(f"wait {say(state['Seconds'], 'seconds')}")
        lines += [f"retry \N{MULTIPLICATION SIGN}{rule.get('MaxAttempts', 3)}" for rule in state.get("Retry", ())][:1]
        self.nodes.append(Node(prefix + name, "\n".join(lines), shape, colour, group))
        return [prefix + name], [prefix + name]

    def _moves(self, state: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
        moves = [(rule["Next"], _rule(rule), False) for rule in state.get("Choices", ())]
        if "Default" in state:
            moves.append((state["Default"], "otherwise", False))
        if "Next" in state:
            moves.append((state["Next"], "", False))
        for catch in state.get("Catch", ()):
            errors = [error.removeprefix("States.") for error in catch.get("ErrorEquals", ())]
            moves.append((catch["Next"], "any error" if errors == ["ALL"] else ", ".join(errors), True))
        return moves


def _rule(rule: Mapping[str, Any]) -> str:
    """A Choice rule as a short sentence: `$.total > 100`, `a and b`, or the JSONata condition."""
    if "Condition" in rule:
        return str(rule["Condition"]).removeprefix("{%").removesuffix("%}").strip()
    for word in ("And", "Or"):
        if word in rule:
            return f" {word.lower()} ".join(_rule(part) for part in rule[word])
    if "Not" in rule:
        return f"not {_rule(rule['Not'])}"
    variable = str(rule.get("Variable", "")).removeprefix("$.")
    for key, value in rule.items():
        if key in {"Variable", "Next", "Comment", "Assign"}:
            continue
        if key.startswith("Is"):
            return f"{variable} {'is' if value else 'is not'} {key[2:].lower()}"
        key = key.removesuffix("Path")
        sign = next((sign for ending, sign in _SIGNS.items() if key.endswith(ending)), key)
        return f"{variable} {sign} {str(value).lower() if isinstance(value, bool) else value}"
    return variable
