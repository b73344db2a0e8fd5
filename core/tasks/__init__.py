"""Durable tasks: what may take long, must be tried again, or happens by the clock. They run in the worker process.

A domain's or plugin's `tasks.py` decorates functions with `task` and `every_minute`; the worker imports them all. A
task in flight is lost when the worker is killed: what must happen keeps its state in the database, and a periodic
task looks after it.
"""

from core.tasks.queue import every_minute, queue, task

__all__ = ["every_minute", "queue", "task"]
