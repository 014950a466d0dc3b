"""ECS beyond moto: tasks and services, clusters and their instances.

| file | what it holds |
|---|---|
| services.py | services start the tasks that they want |
"""

from course.lab.ecs import services

__all__ = ["services"]
