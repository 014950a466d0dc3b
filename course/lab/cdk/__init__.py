"""CDK in the lab: Python code becomes templates on this machine, and stacks in the simulated account.

>>> from course.lab import cdk as toolkit
>>> toolkit.bootstrap()                        # as `cdk bootstrap`
>>> made = toolkit.synth(build)                # as `cdk synth`; build(app) puts stacks into an app
>>> print(toolkit.diff(made))                  # as `cdk diff`
>>> print(toolkit.deploy(made))                # as `cdk deploy`

node.py finds Node.js, synth.py runs CDK, assembly.py reads what it leaves, bootstrap.py prepares an account, deploy.py
and diff.py meet CloudFormation, shipped.py holds what the course brings for installations without the extra `cdk`.
"""

from __future__ import annotations

from course.lab.cdk.assembly import Assembly, Asset, SynthesisedStack
from course.lab.cdk.bootstrap import Environment, NotBootstrapped, bootstrap
from course.lab.cdk.deploy import Deployment, DeploymentFailed, deploy, destroy
from course.lab.cdk.diff import Change, Diff, diff
from course.lab.cdk.node import CdkMissing, installed
from course.lab.cdk.synth import app, missing, ready, synth

__all__ = [
    "Assembly",
    "Asset",
    "CdkMissing",
    "Change",
    "Deployment",
    "DeploymentFailed",
    "Diff",
    "Environment",
    "NotBootstrapped",
    "SynthesisedStack",
    "app",
    "bootstrap",
    "deploy",
    "destroy",
    "diff",
    "installed",
    "missing",
    "ready",
    "synth",
]
