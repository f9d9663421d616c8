"""The classic handler, as many blogs have it: a short re-creation of our own.

It believes the event: it revokes what the record names, and sends a message. It looks at nothing
before or after, keeps nothing, and guards against nothing.
"""

import json
import os

import boto3

ec2 = boto3.client("ec2")
sns = boto3.client("sns")


def handler(event, context):
    detail = event["detail"]
    group_id = detail["requestParameters"]["groupId"]
    for permission in detail["requestParameters"]["ipPermissions"]["items"]:
        if not is_open_ssh(permission):
            continue
        ec2.revoke_security_group_ingress(
            GroupId=group_id,
            IpPermissions=[
                {
                    "IpProtocol": permission["ipProtocol"],
                    "FromPort": permission["fromPort"],
                    "ToPort": permission["toPort"],
                    "IpRanges": [
                        {"CidrIp": item["cidrIp"]}
                        for item in permission["ipRanges"]["items"]
                    ],
                }
            ],
        )
        sns.publish(
            TopicArn=os.environ["TOPIC_ARN"],
            Subject="Open SSH was closed",
            Message=json.dumps(
                {"group": group_id, "by": detail["userIdentity"], "rule": permission}
            ),
        )


def is_open_ssh(permission):
    ranges = permission["ipRanges"]["items"]
    return permission["fromPort"] <= 22 <= permission["toPort"] and any(
        item["cidrIp"] == "0.0.0.0/0" for item in ranges
    )
