"""From a supervisor that was just started to services that are ready: servers, tables beside topics, services."""

import http.client
from collections.abc import Callable
from functools import partial

from stack import beside, provisioning, starting
from stack.plan import Plan
from stack.program import Server
from stack.supervision import Supervisor
from stack.trouble import Trouble, last_words

_SERVICE_PATIENCE_S = 120.0
_ASK_S = 5
_SPAWNS = 3


def say(sentence: str) -> None:
    """Tell people how it goes."""
    print(sentence, flush=True)


def serve(plan: Plan, supervisor: Supervisor) -> None:
    """Servers answering, tables and topics made, services started and ready. Raises Trouble."""
    kafka, postgres, redis = plan.servers
    say("Starting Kafka, PostgreSQL and Valkey …")
    beside.all_of(
        lambda: _answers(kafka, supervisor, then=partial(provisioning.topics, plan)),
        lambda: _answers(postgres, supervisor, then=partial(provisioning.tables, plan)),
        lambda: _answers(redis, supervisor),
    )
    say("Starting the services …")
    for program in plan.speaking():
        supervisor.start(program.name)
    beside.all_of(*(partial(_becomes_ready, supervisor, name, url) for name, url in plan.addresses()))


def ready(url: str) -> bool:
    """Whether the service says that it is ready."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=_ASK_S)  # a fifth of httpx2's effort
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _answers(server: Server, supervisor: Supervisor, then: Callable[[], None] = lambda: None) -> None:
    starting.until_it_answers(server, supervisor.log(server.name), _gives_up(supervisor, server.name))
    then()


def _becomes_ready(supervisor: Supervisor, name: str, url: str) -> None:
    if not starting.until(partial(ready, url), _SERVICE_PATIENCE_S, _gives_up(supervisor, name)):
        log = supervisor.log(name)
        raise Trouble(f"{name} did not become ready at {url}/readyz; {log} ends with: {last_words(log)}")


def _gives_up(supervisor: Supervisor, name: str) -> Callable[[], bool]:
    """Tells when the program has been started several times and never stayed, or its supervisor is gone."""
    spawns: set[int] = set()

    def gave_up() -> bool:
        states = supervisor.states()
        state = (states or {}).get(name)
        if state and state.word == "BACKOFF":
            spawns.add(state.started)
        return len(spawns) >= _SPAWNS or (states is None and supervisor.ended())

    return gave_up
