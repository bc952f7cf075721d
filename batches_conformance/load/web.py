"""The web interface of locust: it has an address, and starts loads of nothing but what the command line says."""

import logging
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import wraps
from typing import Any, Final
from urllib.parse import urlsplit

from flask import jsonify, request
from gevent.pywsgi import WSGIServer

from fixtures.route import is_of_origin
from fixtures.settings import is_base_url
from spec.usage import WrongUsage

SWARM: Final = "locust.swarm"
"""What locust calls the view that starts a load, or changes one."""


def refuse_taken(web_ui: Any) -> None:
    """Raise `WrongUsage` where the web interface cannot listen; locust would log that, and end as after a load."""
    server = WSGIServer((web_ui.host, web_ui.port))
    try:
        server.init_socket()
    except (OSError, OverflowError) as error:
        raise WrongUsage(
            f"The web interface cannot listen on {web_ui.host}:{web_ui.port} ({error}); name another address with "
            "--web-host and --web-port."
        ) from None
    server.close()


def keep_to(target: str, own: AbstractSet[str], web_ui: Any) -> None:
    """Let the web interface start loads of the target alone, with the suite's `own` options as they are."""
    view: Callable[[], Any] = web_ui.app.view_functions[SWARM]

    @wraps(view)
    def swarm() -> Any:
        said = _refusal(target, own)
        if said is None:
            return view()
        logging.getLogger(__name__).error(said)
        return jsonify({"success": False, "message": said, "host": target})

    web_ui.app.view_functions[SWARM] = web_ui.auth_required_if_enabled(swarm)


def is_same(host: str, target: str) -> bool:
    """Whether a host as somebody types it is the target: it is also where there is none."""
    if not host:
        return True
    paths = (urlsplit(url).path.rstrip("/") for url in (host, target))
    return is_base_url(host) and is_of_origin(host, target) and len(set(paths)) == 1


def _refusal(target: str, own: AbstractSet[str]) -> str | None:
    """Say why a form starts nothing. It may name a host with a password, which is not repeated."""
    if not is_same(request.form.get("host", "").strip(), target):
        return (
            f"Nothing was started: this locust has been started for {target}, and sends nothing to another host; "
            "leave the host as it is, or start locust again with another --host."
        )
    if changed := sorted(own & request.form.keys()):
        return f"Nothing was started: {', '.join(changed)} cannot be changed here; start locust again with the option."
    return None
