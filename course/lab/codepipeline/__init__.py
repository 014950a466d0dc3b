"""CodePipeline: stages whose actions really act, with artifacts in S3, variables, approvals, retries and events.

https://docs.aws.amazon.com/codepipeline/latest/userguide/welcome.html
"""
