using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using CdkSentries;

var app = new App();
var stack = new Stack(app, "LockedSecurityGroup");
// Where the account has no trail yet, write instead:
// new ManagementEventsTrail(new Stack(app, "Trail"), "Trail")
Annotations.Of(stack).AcknowledgeWarning("cdk-sentries:noTrail", "The account has a trail");

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
        // No one may open SSH or Remote Desktop to the internet, …
        new SecurityGroupPolicy
        {
            Baseline = SecurityGroupBaseline.Forbid(new[]
            {
                TrafficPattern.FromInternet(Ports.SSH),
                TrafficPattern.FromInternet(Ports.RDP),
            }),
            Response = ChangeResponse.Revert(),
        },
        // … and no one but the next deployment may add anything else.
        new SecurityGroupPolicy
        {
            Baseline = SecurityGroupBaseline.Locked(),
            Response = ChangeResponse.Revert(),
        },
    },
    TrustedActors = new[] { Actor.CdkDeployments() },
});

new CfnOutput(stack, "GroupId", new CfnOutputProps { Value = web.SecurityGroupId });
new CfnOutput(stack, "TopicArn", new CfnOutputProps
{
    Value = sentry.NotificationTopic.TopicArn,
    Description = "Subscribe to it to be told",
});

app.Synth();
