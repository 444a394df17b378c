"""Who hears of what happens."""

from functools import partial

from bridge.app.loop.fence import Fence
from bridge.model.events import Event, EventHandler


class EventBus:
    """Publishes events to everyone who subscribed, in that order, in the bridge's thread."""

    def __init__(self, *handlers: EventHandler) -> None:
        self._handlers = list(handlers)
        self.fence = Fence(self.publish)

    def subscribe(self, handler: EventHandler) -> None:
        """Let a handler receive every event from now on; it must be quick."""
        self._handlers.append(handler)

    @property
    def handlers(self) -> tuple[EventHandler, ...]:
        """Return who hears of everything now."""
        return tuple(self._handlers)

    def keep_only(self, handlers: tuple[EventHandler, ...]) -> None:
        """Forget all others: the parts of a bridge are built again, and subscribe again."""
        self._handlers = list(handlers)

    def publish(self, event: Event) -> None:
        """Tell everyone; one that fails keeps it from nobody else."""
        for handler in self._handlers:
            name = getattr(handler, "__qualname__", type(handler).__name__)
            self.fence.once(f"{name} on {type(event).__name__}", partial(handler, event))
