"""Cognito in the lab: user pools that check what they are told, and identity pools that give out real credentials.

| file | what it does |
|---|---|
| door.py | the public keys of a user pool over HTTP |

https://docs.aws.amazon.com/cognito/latest/developerguide/what-is-amazon-cognito.html
"""
