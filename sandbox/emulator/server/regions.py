"""Regions that an account has switched on, as AWS documents them: those that everyone has, and those that each account opts into. moto
has all of them on, and counts three as everyone's that are not.
"""

from refusals import service_error

OPT_IN_PARTITION = "aws"
EVERYONES = {
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
}
PAGE = 50
ACCOUNT_MANAGEMENT = "account.amazonaws.com"
OPT_IN_STATUS = {"ENABLED_BY_DEFAULT": "opt-in-not-required", "ENABLED": "opted-in", "DISABLED": "not-opted-in"}


def know_regions_of_accounts():
    tell_regions_of_account()
    describe_enabled_regions()


def switched_on_in(account_id):
    """The Regions that the account has opted into."""
    from moto.account.models import account_backends

    backend = account_backends[account_id][OPT_IN_PARTITION]
    if not hasattr(backend, "opted_into"):
        backend.opted_into = set()
    return backend.opted_into


def partition_of(region):
    from moto.utilities.utils import get_partition

    return get_partition(region)


def status_of(account_id, region):
    if region in EVERYONES or partition_of(region) != OPT_IN_PARTITION:
        return "ENABLED_BY_DEFAULT"
    return "ENABLED" if region in switched_on_in(account_id) else "DISABLED"


def is_enabled(account_id, region):
    return status_of(account_id, region) != "DISABLED"


def tell_regions_of_account():
    """The Account service's four calls about Regions. A change is done at once."""
    from moto.account import urls
    from moto.account.responses import AccountResponse
    from moto.core.responses import ActionResult, EmptyResult
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

    def known(self):
        return sorted(region.name for region in RegionsAndZonesBackend.regions if partition_of(region.name) == self.partition)

    def answer_for(self, region):
        return {"RegionName": region, "RegionOptStatus": status_of(account_asked_about(self), region)}

    def list_regions(self):
        account_asked_about(self)
        wanted = self._get_param("RegionOptStatusContains") or []
        found = [one for one in (answer_for(self, region) for region in known(self)) if not wanted or one["RegionOptStatus"] in wanted]
        start = int(self._get_param("NextToken") or 0)
        end = start + int(self._get_param("MaxResults") or PAGE)
        page = {"Regions": found[start:end]}
        return ActionResult(page if end >= len(found) else {**page, "NextToken": str(end)})

    def named(self):
        region = self._get_param("RegionName")
        if region not in known(self):
            raise service_error("ValidationException", f"{region} is not a Region.")
        return region

    def get_region_opt_status(self):
        return ActionResult(answer_for(self, named(self)))

    def switch(self, change):
        region = named(self)
        if region in EVERYONES:
            raise service_error("ValidationException", f"{region} is enabled by default, and cannot be switched.")
        change(switched_on_in(account_asked_about(self)), region)
        return EmptyResult()

    AccountResponse.list_regions = list_regions
    AccountResponse.get_region_opt_status = get_region_opt_status
    AccountResponse.enable_region = lambda self: switch(self, set.add)
    AccountResponse.disable_region = lambda self: switch(self, set.discard)
    for path in ("listRegions", "getRegionOptStatus", "enableRegion", "disableRegion"):
        urls.url_paths[f"{{0}}/{path}$"] = AccountResponse.dispatch


def account_asked_about(response):
    """Another account of the organization may be asked about by the management account, or by a delegated administrator."""
    from organizations import is_delegated_administrator, is_management, member_of, organization_of

    asked = response._get_param("AccountId")
    if asked is None:
        return response.current_account
    organization = organization_of(response.current_account)
    if organization is None or member_of(organization, asked) is None or is_management(organization, asked):
        raise service_error("AccessDeniedException", "The account cannot be named here.")
    may_ask = is_management(organization, response.current_account) or is_delegated_administrator(
        organization, response.current_account, ACCOUNT_MANAGEMENT
    )
    if may_ask and any(service["ServicePrincipal"] == ACCOUNT_MANAGEMENT for service in organization.services):
        return asked
    raise service_error("AccessDeniedException", "You are not the organization's management account or a delegated administrator.")


def describe_enabled_regions():
    """Those that are off too, where AllRegions says so, or a name."""
    from moto.core.responses import ActionResult
    from moto.ec2.responses.availability_zones_and_regions import AvailabilityZonesAndRegions

    def describe_regions(self):
        self.error_on_dryrun()
        names = self._get_param("RegionNames", [])
        described = [
            {
                "RegionName": region.name,
                "Endpoint": region.endpoint,
                "OptInStatus": OPT_IN_STATUS[status_of(self.current_account, region.name)],
            }
            for region in self.ec2_backend.describe_regions(names)
            if partition_of(region.name) == self.partition
        ]
        if not names and not self._get_param("AllRegions"):
            described = [region for region in described if region["OptInStatus"] != "not-opted-in"]
        return ActionResult({"Regions": described})

    AvailabilityZonesAndRegions.describe_regions = describe_regions


def switch_region(request):
    """Without asking who wants it."""
    change = set.add if request["on"] else set.discard
    change(switched_on_in(request["accountId"]), request["region"])
    return {}
