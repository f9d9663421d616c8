"""Accounts of an organization that cost next to nothing. moto gives each account, in each Region, a default VPC with its subnets and a list of
1,300 machine images at its first call, which takes half a second and 4 MB, and looks for a caller's key in all partitions of all accounts.
"""

from organizations import organization_of

HOME_ACCOUNT = "123456789012"
# What moto takes for one that has not the length of a key: the sandbox's own.
UNKNOWN_KEY = "AKIAEXAMPLE"


class NoDefaultVpc:
    @property
    def id(self):
        from moto.ec2.exceptions import EC2ClientError

        raise EC2ClientError("VPCIdNotSpecified", "No default VPC for this user")


def keep_accounts_cheap():
    leave_out_default_vpcs_and_images()
    look_for_keys_where_some_are()


def is_cheap(account_id):
    if account_id == HOME_ACCOUNT:
        return False
    organization = organization_of(account_id)
    return organization is not None and not getattr(organization, "has_default_vpcs", False)


def leave_out_default_vpcs_and_images():
    from moto.ec2.models import EC2Backend

    make_default_vpc = EC2Backend.create_default_vpc
    load_images = EC2Backend._load_amis

    def make_unless_cheap(self):
        is_first_call = "default_vpc" not in self.__dict__
        if is_first_call and is_cheap(self.account_id):
            return NoDefaultVpc()
        vpc = make_default_vpc(self)
        self.default_vpc = vpc
        return vpc

    def load_unless_cheap(self):
        if not is_cheap(self.account_id):
            load_images(self)

    EC2Backend.create_default_vpc = make_unless_cheap
    EC2Backend._load_amis = load_unless_cheap


def look_for_keys_where_some_are():
    from moto.iam import models

    look_everywhere = models.get_account_id_from

    def account_of_key(access_key):
        if access_key == UNKNOWN_KEY:
            return HOME_ACCOUNT
        for account_id, account in list(models.iam_backends.items()):
            if any(access_key in backend.access_keys for backend in list(account.values())):
                return account_id
        return look_everywhere(access_key)

    models.get_account_id_from = account_of_key
