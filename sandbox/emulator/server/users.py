"""Users in bulk, put where moto keeps them, with what its API does not let anyone choose: dates, a third key, the status
Expired, and when a key was last used."""

from clock import utc_date_of

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
NAMED_IN_ERROR = 5


def add_users(request):
    """Answers the ids of the access keys, for each user in the order of the request. All are added, or none."""
    from moto.iam.models import iam_backends

    backend = iam_backends[ACCOUNT_ID]["aws"]
    users = request["users"]
    names = [user["name"] for user in users]
    ids = [key["id"] for user in users for key in user["keys"] if "id" in key]
    taken = duplicates(names, backend.users) + duplicates(ids, backend.access_keys)
    if taken:
        raise ValueError(f"named twice, or there already: {', '.join(taken[:NAMED_IN_ERROR])}")
    return {"keyIds": [add_user(backend, user) for user in users]}


def duplicates(names, existing):
    seen = set(existing)
    return [name for name in names if name in seen or seen.add(name)]


def add_user(backend, request):
    tags = [{"Key": key, "Value": value} for key, value in request.get("tags", {}).items()]
    user = backend.create_user(REGION, request["name"], request.get("path", "/"), tags)
    user.create_date = utc_date_of(request["createdAt"])
    for group in request.get("groups", []):
        if group not in backend.groups:
            backend.create_group(group, "/")
        # add_user_to_group compares with every member that the group has already.
        backend.groups[group].users.append(user)
    return [add_key(backend, user, key) for key in request["keys"]]


def add_key(backend, user, request):
    from moto.iam.models import AccessKeyLastUsed

    key = user.create_access_key(prefix="AKIA", status=request["status"])
    key.access_key_id = request.get("id", key.access_key_id)
    key.create_date = utc_date_of(request["createdAt"])
    if "changedAt" in request:
        key.change_date = utc_date_of(request["changedAt"])
    if "lastUsed" in request:
        use = request["lastUsed"]
        key.last_used = AccessKeyLastUsed(utc_date_of(use["at"]), use["service"], use["region"])
    backend.access_keys[key.access_key_id] = key
    return key.access_key_id


def look_up_keys_by_id():
    """moto goes through all keys of all users for each GetAccessKeyLastUsed: with 5,000 of them that takes longer than the rest."""
    from moto.iam.models import IAMBackend, iam_backends

    look_through = IAMBackend.get_access_key_last_used

    def look_up(self, access_key_id):
        for account in iam_backends.values():
            key = account[self.partition].access_keys.get(access_key_id)
            if key and key.user_name:
                return {"user_name": key.user_name, "last_used": key.last_used}
        return look_through(self, access_key_id)

    IAMBackend.get_access_key_last_used = look_up
