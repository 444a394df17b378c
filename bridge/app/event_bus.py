"""Who hears of what happens."""

from bridge.model.events import Event, EventHandler


class EventBus:
    """Publishes events to everyone who subscribed, in that order, in the bridge's thread."""

    def __init__(self, *handlers: EventHandler) -> None:
        self._handlers = list(handlers)

    def subscribe(self, handler: EventHandler) -> None:
        """Let a handler receive every event from now on; it must be quick and must not raise."""
        self._handlers.append(handler)

    def publish(self, event: Event) -> None:
        """Tell everyone."""
        for handler in self._handlers:
            handler(event)
