"""Runs moto's server on a free port of the loopback interface, for as long as the parent process lives.

Prints {"port": N} as its one line of output, and exits when its standard input ends, which happens
however the parent goes.
"""

import functools
import json
import logging
import os
import string
import sys
import threading
import types
from xml.sax.saxutils import escape

from accounts import improve_accounts
from answers import write_answers_quickly
from authorization import authorize_calls
from call_check import check_calls
from cheap_accounts import keep_accounts_cheap
from clock import set_clock
from credential_report import improve_credential_report
from end_with_parent import exit_with_parent
from event_buses import EVENT_ROUTES, improve_event_buses
from event_targets import deliver_to_targets
from organizations import ORGANIZATION_ROUTES, improve_organizations
from placed_groups import add_groups
from prefix_lists import improve_prefix_lists
from queues import improve_queues, wait_until_drained
from quick_reads import look_for_garbage_seldom, read_quickly
from regions import know_regions_of_accounts, switch_region
from security_groups import improve_security_groups
from sessions import assume_for_function, evaluate_trust
from trails import is_recorded
from transactions import do_each_token_once, keep_only_what_transactions_touch
from users import add_users, look_up_keys_by_id

ROUTES = {
    "/sandbox/calls": check_calls,
    "/sandbox/clock": set_clock,
    "/sandbox/drained": wait_until_drained,
    "/sandbox/function-session": assume_for_function,
    "/sandbox/recorded": is_recorded,
    "/sandbox/region": switch_region,
    "/sandbox/groups": add_groups,
    "/sandbox/users": add_users,
    **EVENT_ROUTES,
    **ORGANIZATION_ROUTES,
}


def stand_in_for_openapi_validator():
    """moto's CloudFormation imports all of its API Gateway, and that imports a validator with 17 packages behind
    it, to check OpenAPI documents that no one sends here."""
    package = types.ModuleType("openapi_spec_validator")
    package.validate = lambda *_, **__: None
    validation = types.ModuleType("openapi_spec_validator.validation")
    exceptions = types.ModuleType("openapi_spec_validator.validation.exceptions")
    exceptions.OpenAPIValidationError = type("OpenAPIValidationError", (ValueError,), {})
    for module in (package, validation, exceptions):
        sys.modules[module.__name__] = module


def with_readable_failures(create_backend_app):
    """What moto itself fails at becomes an error that AWS's clients can show, not an HTML page without a reason."""

    def failure(error):
        from flask import request

        cause = error.original_exception
        reason = f"the emulator failed: {type(cause).__name__}: {cause}"
        if "json" in (request.content_type or ""):
            return {"__type": "InternalFailure", "message": reason}, 500
        body = f"<ErrorResponse><Error><Code>InternalFailure</Code><Message>{escape(reason)}</Message></Error></ErrorResponse>"
        return body, 500, {"Content-Type": "text/xml"}

    def create(service):
        app = create_backend_app(service)
        # moto's applications are in debug mode, which would let the failure through to werkzeug, and makes a class for each request.
        app.debug = False
        app.register_error_handler(500, failure)
        return app

    return create


def deliver_all_variants_to_inbox():
    """moto sends no e-mail. So that the inbox can show what e-mail would say, it gets the whole of a message that
    has a text for each protocol; every other subscriber gets its own."""
    from moto.sns.models import Subscription

    text_for = Subscription._parse_message_structure

    def text_or_all(self, message, protocol):
        text = text_for(self, message, protocol)
        return json.dumps({"sandboxVariants": json.loads(message)}) if self.endpoint.endswith(":sandbox-inbox") else text

    Subscription._parse_message_structure = text_or_all


def pass_events_unchanged():
    """Where a target has no input transformer, EventBridge hands the event over as it is. moto fills a template that
    lacks the account, replaces what looks like its placeholders in the event's own text, and takes 0.3 s for it."""
    from moto.events.utils import EventTemplateParser

    transformed = EventTemplateParser.parse

    def transformed_or_unchanged(input_template, input_paths_map, event):
        if input_template:
            return transformed(input_template, input_paths_map, event)
        return {key: value for key, value in event.items() if key != "ingestion-time"}

    EventTemplateParser.parse = staticmethod(transformed_or_unchanged)


def write_items_one_by_one():
    """DynamoDB checks a condition and writes in one step. moto does not, between its threads: two could both be the first."""
    from moto.dynamodb.responses import DynamoHandler

    lock = threading.Lock()
    call = DynamoHandler.call_action

    def call_alone(self):
        with lock:
            return call(self)

    DynamoHandler.call_action = call_alone


def remember_modules():
    """For each request, moto looks twice through its own folder to see which services there are: half of its time."""
    from moto import backends

    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules


def remember_answers():
    """For each request, moto puts names into other words letter by letter, and looks through its own classes, with the same outcome:
    a tenth of its time."""
    from moto.core import utils

    for name in ("camelcase_to_underscores", "method_names_from_class"):
        answer = getattr(utils, name)
        remembered = functools.lru_cache(maxsize=None)(answer)
        for module in [module for module_name, module in sys.modules.items() if module_name.startswith("moto.")]:
            if getattr(module, name, None) is answer:
                setattr(module, name, remembered)


def choose_letters_at_once():
    """Each answer has a request id, for which moto chooses letter by letter."""
    from moto.moto_api._internal.moto_random import MotoRandom

    def random_text(self, length=20, include_digits=True, lower_case=False):
        text = "".join(self.choices(string.ascii_letters + (string.digits if include_digits else ""), k=length))
        return text.lower() if lower_case else text

    MotoRandom.get_random_string = random_text


def find_tags_of_one_resource():
    """For each resource of an answer, moto goes through the tags of all others."""
    from moto.ec2.models.tags import EC2_PREFIX_TO_RESOURCE, TagBackend, get_prefix

    describe = TagBackend.describe_tags

    def describe_quickly(self, filters=None):
        ids = (filters or {}).get("resource-id", [])
        if len(ids) != 1 or len(filters) != 1 or not ids[0].replace("-", "").isalnum():
            return describe(self, filters)
        kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(ids[0]), "")
        tags = dict(self.tags.get(ids[0], {}))
        return [{"resource_id": ids[0], "key": key, "value": value, "resource_type": kind} for key, value in tags.items()]

    TagBackend.describe_tags = describe_quickly


def read_files_once():
    """botocore reads and parses its descriptions of services again for each session, and moto makes a session for each service."""
    from botocore.loaders import JSONFileLoader

    load = JSONFileLoader.load_file
    loader = JSONFileLoader()
    remembered = functools.lru_cache(maxsize=None)(lambda path: load(loader, path))
    JSONFileLoader.load_file = lambda _, file_path: remembered(file_path)


def read_templates_as_json():
    """moto takes every template for YAML, which JSON is too: of one as long as ours, that is 1.5 s."""
    from moto.cloudformation.models import Stack

    parse_yaml = Stack.parse_template

    def parse(template):
        try:
            return json.loads(template)
        except ValueError:
            return parse_yaml(template)

    Stack.parse_template = staticmethod(parse)


def with_own_routes(application):
    """The sandbox's own routes: JSON in, JSON out."""

    def respond(environ, start_response):
        route = ROUTES.get(environ["PATH_INFO"])
        if route is None:
            return application(environ, start_response)
        try:
            request = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
            status, answer = "200 OK", route(request)
        except (KeyError, TypeError, ValueError) as error:
            status, answer = "400 Bad Request", {"error": f"{type(error).__name__}: {error}"}
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    return respond


def serve():
    from connections import LastingConnectionHandler
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(
        "127.0.0.1",
        0,
        with_own_routes(DomainDispatcherApplication(with_readable_failures(create_backend_app))),
        threaded=True,
        request_handler=LastingConnectionHandler,
    )
    # moto reads its own port from here where it makes URLs that lead back to it.
    os.environ["MOTO_PORT"] = str(server.port)
    look_for_garbage_seldom()
    print(json.dumps({"port": server.port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    exit_with_parent()
    # No browser calls here.
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
    stand_in_for_openapi_validator()
    read_files_once()
    improve_organizations()
    keep_accounts_cheap()
    know_regions_of_accounts()
    evaluate_trust()
    authorize_calls()
    improve_accounts()
    deliver_all_variants_to_inbox()
    pass_events_unchanged()
    deliver_to_targets()
    improve_event_buses()
    improve_credential_report()
    look_up_keys_by_id()
    improve_security_groups()
    improve_prefix_lists()
    write_items_one_by_one()
    keep_only_what_transactions_touch()
    do_each_token_once()
    improve_queues()
    remember_modules()
    remember_answers()
    write_answers_quickly()
    find_tags_of_one_resource()
    read_quickly()
    choose_letters_at_once()
    read_templates_as_json()
    serve()
