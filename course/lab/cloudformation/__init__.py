"""CloudFormation: stacks whose resources are made by the same API calls that a program would make.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/Welcome.html

text.py reads a template, parameters.py and values.py fill it in, plan.py says what would change, deploy.py does it and
rolls back, kinds/ knows each type of resource, and operations.py answers boto3.
"""
