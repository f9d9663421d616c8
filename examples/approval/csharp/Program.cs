using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.SecretsManager;
using CdkSentries;

var app = new App();
var stack = new Stack(app, "Approval");
// Where the account has no trail yet, write instead:
// new ManagementEventsTrail(new Stack(app, "Trail"), "Trail")
Annotations.Of(stack).AcknowledgeWarning("cdk-sentries:noTrail", "The account has a trail");

// Both get their values from the Slack app once it is made, see docs/slack-setup.md.
var signingSecret = new Secret(stack, "SigningSecret");
var botToken = new Secret(stack, "BotToken");

var approvals = new SlackApprovalWorkflow(stack, "Approvals", new SlackApprovalWorkflowProps
{
    SigningSecret = signingSecret,
    BotToken = botToken,
    // Ids of your Slack workspace, not names.
    ApprovalChannelId = "C0APPROVALS",
    Approvers = Approvers.Users(new[] { "U0ALICE", "U0BOB" }),
});

var vpc = new Vpc(stack, "Vpc", new VpcProps { MaxAzs = 1, NatGateways = 0 });
var web = new SecurityGroup(stack, "Web", new SecurityGroupProps
{
    Vpc = vpc,
    Description = "The web servers",
});
web.AddIngressRule(Peer.AnyIpv4(), Port.Tcp(443), "HTTPS from everywhere");

var sentry = new SecurityGroupSentry(stack, "GroupSentry", new SecurityGroupSentryProps
{
    MonitoredGroups = MonitoredGroups.Groups(new[] { web }),
    Policies = new[]
    {
        // What opens SSH, databases and the like to the internet is closed at once, and opened again
        // if people approve it …
        new SecurityGroupPolicy
        {
            Baseline = SecurityGroupBaseline.Forbid(new[]
            {
                TrafficPattern.FromInternet(Ports.HIGH_RISK),
            }),
            Response = ChangeResponse.RevertUntilApproved(approvals),
        },
        // … and whatever else is added stays, unless people deny it, or no one answers.
        new SecurityGroupPolicy
        {
            Baseline = SecurityGroupBaseline.Locked(),
            Response = ChangeResponse.RevertIfDenied(approvals, new RevertIfDeniedProps
            {
                WhenUnanswered = UnansweredChange.REVERT,
            }),
        },
    },
    TrustedActors = new[] { Actor.CdkDeployments() },
});

// The manifest that makes the Slack app is an output of the stack, too: the workflow adds it.
new CfnOutput(stack, "SigningSecretArn", new CfnOutputProps
{
    Value = signingSecret.SecretArn,
    Description = "Put the signing secret of the Slack app there",
});
new CfnOutput(stack, "BotTokenArn", new CfnOutputProps
{
    Value = botToken.SecretArn,
    Description = "Put the bot token of the Slack app there",
});
new CfnOutput(stack, "GroupId", new CfnOutputProps { Value = web.SecurityGroupId });
new CfnOutput(stack, "TopicArn", new CfnOutputProps
{
    Value = sentry.NotificationTopic.TopicArn,
    Description = "Subscribe to it to be told",
});

app.Synth();
