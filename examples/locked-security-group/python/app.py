from aws_cdk import Annotations, App, CfnOutput, Stack
from aws_cdk import aws_ec2 as ec2
from cdk_sentries import (
    Actor,
    ChangeResponse,
    MonitoredGroups,
    Ports,
    SecurityGroupBaseline,
    SecurityGroupPolicy,
    SecurityGroupSentry,
    TrafficPattern,
)

app = App()
stack = Stack(app, "LockedSecurityGroup")
# Where the account has no trail yet, write ManagementEventsTrail(Stack(app, "Trail"), "Trail") instead.
Annotations.of(stack).acknowledge_warning("cdk-sentries:noTrail", "The account has a trail")

vpc = ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
web = ec2.SecurityGroup(stack, "Web", vpc=vpc, description="The web servers")
web.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "HTTPS from everywhere")

sentry = SecurityGroupSentry(
    stack,
    "GroupSentry",
    monitored_groups=MonitoredGroups.groups([web]),
    policies=[
        # No one may open SSH or Remote Desktop to the internet, …
        SecurityGroupPolicy(
            baseline=SecurityGroupBaseline.forbid(
                [TrafficPattern.from_internet(Ports.SSH), TrafficPattern.from_internet(Ports.RDP)]
            ),
            response=ChangeResponse.revert(),
        ),
        # … and no one but the next deployment may add anything else.
        SecurityGroupPolicy(baseline=SecurityGroupBaseline.locked(), response=ChangeResponse.revert()),
    ],
    trusted_actors=[Actor.cdk_deployments()],
)

CfnOutput(stack, "GroupId", value=web.security_group_id)
CfnOutput(stack, "TopicArn", value=sentry.notification_topic.topic_arn, description="Subscribe to it to be told")

app.synth()
