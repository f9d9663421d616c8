package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-sentries/cdk-sentries-go/cdksentries"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("LockedSecurityGroup"), nil)
	// Where the account has no trail yet, write instead: cdksentries.NewManagementEventsTrail(
	// awscdk.NewStack(app, jsii.String("Trail"), nil), jsii.String("Trail"), nil).
	awscdk.Annotations_Of(stack).AcknowledgeWarning(
		jsii.String("cdk-sentries:noTrail"), jsii.String("The account has a trail"))

	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		MaxAzs:      jsii.Number(1),
		NatGateways: jsii.Number(0),
	})
	web := awsec2.NewSecurityGroup(stack, jsii.String("Web"), &awsec2.SecurityGroupProps{
		Vpc:         vpc,
		Description: jsii.String("The web servers"),
	})
	web.AddIngressRule(
		awsec2.Peer_AnyIpv4(), awsec2.Port_Tcp(jsii.Number(443)), jsii.String("HTTPS from everywhere"), nil)

	sentry := cdksentries.NewSecurityGroupSentry(stack, jsii.String("GroupSentry"), &cdksentries.SecurityGroupSentryProps{
		MonitoredGroups: cdksentries.MonitoredGroups_Groups(&[]awsec2.ISecurityGroup{web}),
		Policies: &[]*cdksentries.SecurityGroupPolicy{
			// No one may open SSH or Remote Desktop to the internet, …
			{
				Baseline: cdksentries.SecurityGroupBaseline_Forbid(&[]cdksentries.TrafficPattern{
					cdksentries.TrafficPattern_FromInternet(cdksentries.Ports_SSH(), nil),
					cdksentries.TrafficPattern_FromInternet(cdksentries.Ports_RDP(), nil),
				}),
				Response: cdksentries.ChangeResponse_Revert(),
			},
			// … and no one but the next deployment may add anything else.
			{
				Baseline: cdksentries.SecurityGroupBaseline_Locked(nil),
				Response: cdksentries.ChangeResponse_Revert(),
			},
		},
		TrustedActors: &[]cdksentries.Actor{cdksentries.Actor_CdkDeployments(nil)},
	})

	awscdk.NewCfnOutput(stack, jsii.String("GroupId"), &awscdk.CfnOutputProps{
		Value: web.SecurityGroupId(),
	})
	awscdk.NewCfnOutput(stack, jsii.String("TopicArn"), &awscdk.CfnOutputProps{
		Value:       sentry.NotificationTopic().TopicArn(),
		Description: jsii.String("Subscribe to it to be told"),
	})

	app.Synth(nil)
}
