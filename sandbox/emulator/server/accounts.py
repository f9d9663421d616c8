"""Many accounts in one emulator. moto knows an account by the keys that it gave out there; the sandbox's own calls name the account in
their access key instead. And what crosses from one account to another, as AWS lets it.
"""

import copy

# With the account, as long as every access key: moto takes no other for one.
OWN_KEY = "SANDBOX0"


def improve_accounts():
    know_accounts_by_own_keys()
    deliver_to_queues_of_other_accounts()


def know_accounts_by_own_keys():
    from moto.iam import models

    look_up = models.get_account_id_from

    def account_of(access_key):
        if access_key and access_key.startswith(OWN_KEY):
            return access_key[len(OWN_KEY) :]
        return look_up(access_key)

    models.get_account_id_from = account_of


def deliver_to_queues_of_other_accounts():
    """moto looks for a subscribed queue in the topic's own account."""
    from moto.sns.models import Subscription

    publish = Subscription.publish

    def publish_to_owner(self, *args, **kwargs):
        subscription = self
        if self.protocol == "sqs":
            subscription = copy.copy(self)
            subscription.account_id = self.endpoint.split(":")[4]
            # moto makes a key for each subscription, to sign messages by: a tenth of a second.
            subscription.private_key = self.private_key
        return publish(subscription, *args, **kwargs)

    Subscription.publish = publish_to_owner
