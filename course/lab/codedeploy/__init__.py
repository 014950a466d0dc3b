"""CodeDeploy: new versions for Lambda functions, ECS services and servers, with hooks, traffic over time and rollback.

https://docs.aws.amazon.com/codedeploy/latest/userguide/welcome.html
"""
