"""Configuration files in a bundle: .ebextensions/*.config, in YAML or JSON.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ebextensions.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-ec2.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.beanstalk.bundle import Bundle

_FOLDER: Final = ".ebextensions"
_KEYS: Final = frozenset((
    "option_settings", "Resources", "Outputs", "Mappings", "Conditions", "Parameters", "files", "commands",
    "container_commands", "packages", "groups", "users", "sources", "services",
))  # fmt: skip


@dataclass
class File:
    """One configuration file."""

    name: str
    settings: dict[tuple[str, str], str] = field(default_factory=dict)
    resources: dict[str, Any] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    commands: dict[str, dict[str, Any]] = field(default_factory=dict)
    container_commands: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Extensions:
    """All of them, in alphabetical order, with what is wrong."""

    files: list[File] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def resources(self) -> dict[str, Any]:
        """What is to be made beside the environment's own resources."""
        return {name: part for file in self.files for name, part in file.resources.items()}


def read(bundle: Bundle) -> Extensions:
    """Read the configuration files of a bundle.

    Files with another ending are not looked at, and nobody says so.
    """
    found = Extensions()
    for path, body in bundle.under(_FOLDER).items():
        if path.endswith(".config"):
            _read_one(found, path, body)
    return found


def _read_one(found: Extensions, path: str, body: bytes) -> None:
    import yaml

    try:
        text = body.decode("utf-8")
        content = yaml.load(text, Loader=_loader())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = str(error).replace("\n", " ")
        found.errors.append(f"The configuration file {path} in application version contains invalid YAML or JSON. "
                            f"YAML exception: Invalid Yaml: {reason}. Update the configuration file.")  # fmt: skip
        return
    if content is None:
        return
    if not isinstance(content, dict):
        found.errors.append(f"The configuration file {path} contains no map of keys. Update the configuration file.")
        return
    unknown = [str(key) for key in content if key not in _KEYS]
    if unknown:
        found.errors.append(
            f"Error processing file (Skipping): '{path}' - Contains invalid key: '{unknown[0]}'. "
            f"For information about valid keys, see http://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ebextensions.html"
        )
        return
    file = File(path)
    try:
        file.settings = _settings(content.get("option_settings") or {})
        for key in ("files", "commands", "container_commands"):
            setattr(file, key, {str(name): dict(row) for name, row in (content.get(key) or {}).items()})
        file.resources = dict(content.get("Resources") or {})
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        found.errors.append(f"Error processing file (Skipping): '{path}' - {error}")
        return
    found.files.append(file)


def _settings(part: Any) -> dict[tuple[str, str], str]:
    """Both ways to write them: a list of namespace, option_name and value, or a map of maps."""
    if isinstance(part, list):
        return {(str(row.get("namespace", "")), str(row["option_name"])): _text(row.get("value")) for row in part}
    found: dict[tuple[str, str], str] = {}
    for namespace, options in part.items():
        if not isinstance(options, dict):
            found["aws:elasticbeanstalk:application:environment", str(namespace)] = _text(options)
            continue
        found |= {(str(namespace), str(name)): _text(value) for name, value in options.items()}
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def _loader() -> Any:
    """YAML as CloudFormation reads it, with its short functions (!Ref, !GetAtt, !Sub)."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def function(loader: Any, suffix: str, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            said: Any = loader.construct_scalar(node)
        elif isinstance(node, yaml.SequenceNode):
            said = loader.construct_sequence(node, deep=True)
        else:
            said = loader.construct_mapping(node, deep=True)
        if suffix == "GetAtt" and isinstance(said, str):
            said = said.split(".", 1)
        return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": said}

    Loader.add_multi_constructor("!", function)
    return Loader
