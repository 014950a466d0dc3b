"""CodeCommit: a true Git repository behind each name.

https://docs.aws.amazon.com/codecommit/latest/userguide/welcome.html
"""
