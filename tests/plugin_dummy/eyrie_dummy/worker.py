"""A worker process that beats until it is told to stop."""

from core.api import WorkerContext


def work(context: WorkerContext) -> None:
    """Wait for the end."""
    while not context.wait(60):
        pass
