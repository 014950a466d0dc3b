"""CodeBuild: a project's buildspec really runs, phase by phase, as processes in a scratch folder of this machine.

https://docs.aws.amazon.com/codebuild/latest/userguide/welcome.html
"""
