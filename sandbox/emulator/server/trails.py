"""CloudTrail's trails as what has calls recorded: EventBridge gets the events of accounts that a trail covers, and of no others. moto keeps
trails and does nothing with them.
"""

from organizations import organization_of


def is_recorded(request):
    """Whether a trail of the account, or one of its organization, has calls of this Region that change something."""
    account_id, region = request["accountId"], request["region"]
    organization = organization_of(account_id)
    owners = {account_id} if organization is None else {account_id, organization.org.master_account_id}
    trails = (trail for owner in owners for trail in trails_of(owner))
    return {"recorded": any(covers(trail, account_id, region) for trail in trails)}


def trails_of(account_id):
    from moto.cloudtrail.models import cloudtrail_backends

    if account_id not in cloudtrail_backends:
        return
    for backend in list(cloudtrail_backends[account_id].values()):
        yield from list(backend.trails.values())


def covers(trail, account_id, region):
    is_of_account = trail.account_id == account_id or trail.is_org_trail
    is_of_region = trail.region_name == region or trail.is_multi_region
    return trail.status.is_logging and is_of_account and is_of_region and has_changes(trail)


def has_changes(trail):
    """Without selectors, a trail has all management events."""
    selectors = trail.event_selectors
    return not selectors or any(
        selector.get("IncludeManagementEvents", True) and selector.get("ReadWriteType", "All") != "ReadOnly" for selector in selectors
    )
