"""The stream that tells open pages of changes, from a real service."""

import signal
import threading
import time

from app.domain.finding import Severity
from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import upgrade
from tests.support.incident_rows import change, keep, leak
from tests.support.servers import wait_until
from tests.support.service import running_service


class _Listener(threading.Thread):
    """Keeps what a stream tells until it ends."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.heard = ""
        self._client = client
        self.start()

    def run(self):
        with self._client.stream("GET", "/events", timeout=60.0) as answer:
            for part in answer.iter_text():
                self.heard += part


def test_it_outlives_the_time_of_a_request_and_ends_with_the_service(tmp_path):
    engine = make_engine(load_settings(data_dir=tmp_path))
    upgrade(engine)
    number = keep(engine, leak("cart"))
    with (
        running_service(tmp_path, "--insecure-no-auth", data_dir=tmp_path, request_time_limit="1s") as service,
        service.client() as client,
    ):
        began = time.monotonic()
        listener = _Listener(client)
        wait_until(lambda: "retry" in listener.heard, "somebody listens")
        wait_until(lambda: time.monotonic() - began > 1.5, "a request's time is over")
        severities = iter([Severity.CRITICAL, Severity.WARNING] * 50)

        def told():
            change(engine, number, next(severities))
            return f'"{number}":' in listener.heard

        wait_until(told, "the change is told")
        service.process.handle.send_signal(signal.SIGTERM)
        wait_until(lambda: not listener.is_alive(), "the stream has ended")
        assert service.process.handle.wait(10) == 0
    engine.dispose()
