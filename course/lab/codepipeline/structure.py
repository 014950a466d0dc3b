"""What makes a pipeline: the rules that its structure must keep.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any, Final

from course.lab.service import Refusal

# The providers that the lab runs, by category; all others are refused in plain words.
PROVIDERS: Final = {
    "Source": ("S3", "CodeCommit"),
    "Build": ("CodeBuild",),
    "Test": ("CodeBuild",),
    "Deploy": ("S3", "CloudFormation", "CodeDeploy"),
    "Approval": ("Manual",),
    "Invoke": ("Lambda", "StepFunctions"),
}
# How many artifacts an action takes and gives, (least, most) each.
# https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-action-artifacts.html
_ARTIFACTS: Final = {
    ("Source", "S3"): ((0, 0), (1, 1)),
    ("Source", "CodeCommit"): ((0, 0), (1, 1)),
    ("Build", "CodeBuild"): ((1, 5), (0, 5)),
    ("Test", "CodeBuild"): ((1, 5), (0, 5)),
    ("Deploy", "S3"): ((1, 1), (0, 0)),
    ("Deploy", "CloudFormation"): ((0, 10), (0, 1)),
    ("Deploy", "CodeDeploy"): ((1, 1), (0, 0)),
    ("Approval", "Manual"): ((0, 0), (0, 0)),
    ("Invoke", "Lambda"): ((0, 5), (0, 5)),
    ("Invoke", "StepFunctions"): ((0, 1), (0, 1)),
}
# The settings that an action cannot do without.
# https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
_SETTINGS: Final = {
    ("Source", "S3"): ("S3Bucket", "S3ObjectKey"),
    ("Source", "CodeCommit"): ("RepositoryName", "BranchName"),
    ("Build", "CodeBuild"): ("ProjectName",),
    ("Test", "CodeBuild"): ("ProjectName",),
    ("Deploy", "S3"): ("BucketName", "Extract"),
    ("Deploy", "CloudFormation"): ("ActionMode", "StackName"),
    ("Deploy", "CodeDeploy"): ("ApplicationName", "DeploymentGroupName"),
    ("Invoke", "Lambda"): ("FunctionName",),
    ("Invoke", "StepFunctions"): ("StateMachineArn",),
}
_MOST_STAGES: Final = 50
_NAME: Final = re.compile(r"[A-Za-z0-9.@_-]{1,100}")


def check(pipeline: dict[str, Any]) -> None:
    """Refuse a structure that breaks a rule."""
    stages = pipeline.get("stages", [])
    if not _NAME.fullmatch(pipeline["name"]):
        raise _wrong(f"Pipeline name {pipeline['name']} is not valid")
    if len(stages) < 2:
        raise _wrong("Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a pipeline")
    if len(stages) > _MOST_STAGES:
        raise _wrong(
            f"Pipeline has {len(stages)} stages. There should be a maximum of {_MOST_STAGES} stages in a pipeline"
        )
    made: set[str] = set()
    for number, stage in enumerate(stages):
        if not stage["actions"]:
            raise _wrong(f"Stage {stage['name']} has no actions")
        kinds = {action["actionTypeId"]["category"] for action in stage["actions"]}
        if (number == 0) != (kinds == {"Source"}) or (number and "Source" in kinds):
            raise _wrong("Pipeline should start with a stage that only contains source actions, and no other stage may "
                         "contain one")  # fmt: skip
        actions = [action["name"] for action in stage["actions"]]
        if len(actions) != len(set(actions)):
            raise _wrong(f"Action names must be unique within a stage (stage {stage['name']})")
        ordered = sorted(stage["actions"], key=lambda one: one.get("runOrder", 1))
        for _, group in groupby(ordered, key=lambda one: one.get("runOrder", 1)):
            side_by_side = list(group)
            for action in side_by_side:
                _check_action(stage["name"], action, made)
            for action in side_by_side:
                _note_outputs(action, made)
    names = [stage["name"] for stage in stages]
    if len(names) != len(set(names)):
        raise _wrong("Stage names must be unique in a pipeline")


def _check_action(stage: str, action: dict[str, Any], made: set[str]) -> None:
    kind = action["actionTypeId"]
    if kind["provider"] not in PROVIDERS.get(kind["category"], ()):
        known = ", ".join(PROVIDERS.get(kind["category"], ()))
        raise Refusal("InvalidActionDeclarationException",
                      f"ActionType (Category: '{kind['category']}', Provider: '{kind['provider']}') in action "
                      f"'{action['name']}' is not available in the lab. It has: {known}")  # fmt: skip
    if kind["owner"] != "AWS":
        raise Refusal("InvalidActionDeclarationException",
                      f"ActionType (Category: '{kind['category']}', Owner: '{kind['owner']}', Provider: "
                      f"'{kind['provider']}', Version: '{kind['version']}') in action '{action['name']}' is not "
                      "available")  # fmt: skip
    counts = zip(("input", "output"), _ARTIFACTS[kind["category"], kind["provider"]], strict=True)
    for side, (least, most) in counts:
        number = len(action.get(f"{side}Artifacts", []))
        if not least <= number <= most:
            raise _wrong(f"Action {action['name']} has {number} {side} artifact(s); this kind of action has at least "
                         f"{least} and at most {most}")  # fmt: skip
    for one in action.get("inputArtifacts", []):
        if one["name"] not in made:
            raise Refusal("InvalidActionDeclarationException",
                          f"Input Artifact Bundle {one['name']} in action {action['name']} is not declared as Output "
                          f"Artifact Bundle in any of the preceding actions or stages (stage {stage})")  # fmt: skip
    given = action.get("configuration", {})
    needed = _SETTINGS.get((kind["category"], kind["provider"]), ())
    if given.get("Extract", "true").lower() == "false":
        needed = (*needed, "ObjectKey")
    for setting in needed:
        if not given.get(setting):
            raise Refusal("InvalidActionDeclarationException",
                          f"Action configuration for action '{action['name']}' is missing required configuration "
                          f"'{setting}'")  # fmt: skip
    order = action.get("runOrder", 1)
    if not 1 <= order <= 999:
        raise _wrong(f"The run order of {action['name']} must be between 1 and 999")


def _note_outputs(action: dict[str, Any], made: set[str]) -> None:
    for one in action.get("outputArtifacts", []):
        if one["name"] in made:
            raise _wrong(f"Output Artifact Bundle name {one['name']} must be unique within the pipeline")
        made.add(one["name"])


def _wrong(message: str) -> Refusal:
    return Refusal("InvalidStructureException", message)
