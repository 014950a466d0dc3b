"""AppConfig that deploys: environments, strategies, growth over time, alarms that roll back, clients that poll.

| file | what it holds |
|---|---|
| store.py | environments, strategies and deployments beside moto's applications and profiles |
| growth.py | which share of the clients has a configuration when |
| validators.py | JSON Schema and Lambda functions that judge a configuration |
| rollout.py | a deployment on the lab's clock |
| operations.py | the calls of boto3's appconfig |
| sessions.py | the calls of boto3's appconfigdata: clients that poll with a token |
"""
