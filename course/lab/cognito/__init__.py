"""Cognito in the lab: user pools that check what they are told, and identity pools that give out real credentials.

| file | what it does |
|---|---|
| user_pools.py, pools.py, refused.py | calls about user pools, what the lab keeps of them, errors |
| signing_up.py, recovery.py, administration.py, profile.py | accounts: made, confirmed, recovered, changed |
| signing_in.py, challenges.py, srp.py, mfa.py, custom_auth.py, migration.py | the ways in |
| passwords.py, codes.py, secret_hash.py | what is checked: policy and lockout, codes that were sent, client secrets |
| issuing.py, claims.py | tokens: how long they count, and what is in them |
| triggers.py | the pool's Lambda functions |
| outbox.py | what would have been sent: `lab.outbox()` |
| door.py | the public keys of a user pool over HTTP |
| identity_pools.py, logins.py, roles.py | identities, their logins, and credentials of their roles |
| open_id.py, classic_flow.py | tokens of identities, and what STS gives for them |

https://docs.aws.amazon.com/cognito/latest/developerguide/what-is-amazon-cognito.html
"""
