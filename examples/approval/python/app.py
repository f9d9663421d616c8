from aws_cdk import Annotations, App, CfnOutput, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager
from cdk_sentries import (
    Actor,
    Approvers,
    ChangeResponse,
    MonitoredGroups,
    Ports,
    SecurityGroupBaseline,
    SecurityGroupPolicy,
    SecurityGroupSentry,
    SlackApprovalWorkflow,
    TrafficPattern,
    UnansweredChange,
)

app = App()
stack = Stack(app, "Approval")
# Where the account has no trail yet, write ManagementEventsTrail(Stack(app, "Trail"), "Trail") instead.
Annotations.of(stack).acknowledge_warning("cdk-sentries:noTrail", "The account has a trail")

# Both get their values from the Slack app once it is made, see docs/slack-setup.md.
signing_secret = secretsmanager.Secret(stack, "SigningSecret")
bot_token = secretsmanager.Secret(stack, "BotToken")

approvals = SlackApprovalWorkflow(
    stack,
    "Approvals",
    signing_secret=signing_secret,
    bot_token=bot_token,
    # Ids of your Slack workspace, not names.
    approval_channel_id="C0APPROVALS",
    approvers=Approvers.users(["U0ALICE", "U0BOB"]),
)

vpc = ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
web = ec2.SecurityGroup(stack, "Web", vpc=vpc, description="The web servers")
web.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "HTTPS from everywhere")

sentry = SecurityGroupSentry(
    stack,
    "GroupSentry",
    monitored_groups=MonitoredGroups.groups([web]),
    policies=[
        # What opens SSH, databases and the like to the internet is closed at once, and opened again
        # if people approve it …
        SecurityGroupPolicy(
            baseline=SecurityGroupBaseline.forbid([TrafficPattern.from_internet(Ports.HIGH_RISK)]),
            response=ChangeResponse.revert_until_approved(approvals),
        ),
        # … and whatever else is added stays, unless people deny it, or no one answers.
        SecurityGroupPolicy(
            baseline=SecurityGroupBaseline.locked(),
            response=ChangeResponse.revert_if_denied(approvals, when_unanswered=UnansweredChange.REVERT),
        ),
    ],
    trusted_actors=[Actor.cdk_deployments()],
)

# The manifest that makes the Slack app is an output of the stack, too: the workflow adds it.
CfnOutput(
    stack,
    "SigningSecretArn",
    value=signing_secret.secret_arn,
    description="Put the signing secret of the Slack app there",
)
CfnOutput(
    stack,
    "BotTokenArn",
    value=bot_token.secret_arn,
    description="Put the bot token of the Slack app there",
)
CfnOutput(stack, "GroupId", value=web.security_group_id)
CfnOutput(stack, "TopicArn", value=sentry.notification_topic.topic_arn, description="Subscribe to it to be told")

app.synth()
