"""AWS's refusals of calls, in its words."""

import base64

# Errors that AWS does not describe for each service, so that moto would warn of them.
COMMON_CODES = (
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
)


class Refusal(Exception):
    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def answer(response, refusal):
    """In the form of the service that was called."""
    from moto.core.responses import ActionResult

    _, headers, body = response.serialized(ActionResult(service_error(refusal.code, refusal.message)))
    headers["status"] = str(refusal.status)
    headers, body = response._enrich_response(headers, body)
    return refusal.status, headers, body


def service_error(code, message):
    """Of the service that is called. moto looks for the service in the module of an error's class, and there is none for its own core."""
    from moto.core.exceptions import ServiceException

    class ServiceError(ServiceException):
        pass

    return ServiceError(code, message)


def protocol_of(response):
    from moto.core.utils import get_service_model

    return get_service_model(response.boto3_service_name).protocol


def invalid_credentials(response):
    protocol = protocol_of(response)
    if protocol == "ec2":
        return Refusal("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    if protocol == "query":
        return Refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    return Refusal("UnrecognizedClientException", "The security token included in the request is invalid.")


def expired_credentials(response):
    protocol = protocol_of(response)
    if protocol == "ec2":
        return Refusal("RequestExpired", "Request has expired.")
    if protocol == "query":
        return Refusal("ExpiredToken", "The security token included in the request is expired", 403)
    return Refusal("ExpiredTokenException", "The security token included in the request is expired")


def unauthorized(response, principal, right, reason):
    said = not_authorized(principal, right.action, right.resource, reason)
    protocol = protocol_of(response)
    if protocol == "ec2":
        message = f"You are not authorized to perform this operation. {said}"
        if not right.action.startswith("ec2:Describe"):
            message += f". Encoded authorization failure message: {base64.urlsafe_b64encode(said.encode()).decode()}"
        return Refusal("UnauthorizedOperation", message, 403)
    if response.service_name == "sns":
        return Refusal("AuthorizationError", said, 403)
    return Refusal("AccessDenied", said, 403) if protocol == "query" else Refusal("AccessDeniedException", said)


def not_authorized(principal, action, resource, reason=None):
    on = "" if resource == "*" else f" on resource: {resource}"
    because = "" if reason is None else f" {reason}"
    return f"User: {principal.arn} is not authorized to perform: {action}{on}{because}"
