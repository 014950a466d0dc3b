"""Elastic Beanstalk: applications, versions, and environments whose programs run.

| file | what it holds |
|---|---|
| operations.py | the operations that boto3 calls |
| applications.py, bundle.py | applications, versions with their source bundles, the lifecycle policy |
| options.csv, options.py | option settings: which there are, which one counts |
| ebextensions.py | configuration files in a bundle |
| environments.py | the life of an environment, by the clock |
| template.py, stack.py, scaling.py | its resources: a CloudFormation stack, and two alarms |
| fleet.py, program.py | its instances and what runs on them |
| worker.py, crontab.py | the daemon of worker environments and its periodic tasks |
| health.py, showing.py | how it is |
| where.py | where its name leads to |
| rollouts*.py | how a new version comes onto the instances |
"""
