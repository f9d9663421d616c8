package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-sentries/cdk-sentries-go/cdksentries"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Approval"), nil)
	// Where the account has no trail yet, write instead: cdksentries.NewManagementEventsTrail(
	// awscdk.NewStack(app, jsii.String("Trail"), nil), jsii.String("Trail"), nil).
	awscdk.Annotations_Of(stack).AcknowledgeWarning(
		jsii.String("cdk-sentries:noTrail"), jsii.String("The account has a trail"))

	// Both get their values from the Slack app once it is made, see docs/slack-setup.md.
	signingSecret := awssecretsmanager.NewSecret(stack, jsii.String("SigningSecret"), nil)
	botToken := awssecretsmanager.NewSecret(stack, jsii.String("BotToken"), nil)

	approvals := cdksentries.NewSlackApprovalWorkflow(stack, jsii.String("Approvals"), &cdksentries.SlackApprovalWorkflowProps{
		SigningSecret: signingSecret,
		BotToken:      botToken,
		// Ids of your Slack workspace, not names.
		ApprovalChannelId: jsii.String("C0APPROVALS"),
		Approvers:         cdksentries.Approvers_Users(jsii.Strings("U0ALICE", "U0BOB")),
	})

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
			// What opens SSH, databases and the like to the internet is closed at once, and opened
			// again if people approve it …
			{
				Baseline: cdksentries.SecurityGroupBaseline_Forbid(&[]cdksentries.TrafficPattern{
					cdksentries.TrafficPattern_FromInternet(cdksentries.Ports_HIGH_RISK(), nil),
				}),
				Response: cdksentries.ChangeResponse_RevertUntilApproved(approvals),
			},
			// … and whatever else is added stays, unless people deny it, or no one answers.
			{
				Baseline: cdksentries.SecurityGroupBaseline_Locked(nil),
				Response: cdksentries.ChangeResponse_RevertIfDenied(approvals, &cdksentries.RevertIfDeniedProps{
					WhenUnanswered: cdksentries.UnansweredChange_REVERT,
				}),
			},
		},
		TrustedActors: &[]cdksentries.Actor{cdksentries.Actor_CdkDeployments(nil)},
	})

	// The manifest that makes the Slack app is an output of the stack, too: the workflow adds it.
	awscdk.NewCfnOutput(stack, jsii.String("SigningSecretArn"), &awscdk.CfnOutputProps{
		Value:       signingSecret.SecretArn(),
		Description: jsii.String("Put the signing secret of the Slack app there"),
	})
	awscdk.NewCfnOutput(stack, jsii.String("BotTokenArn"), &awscdk.CfnOutputProps{
		Value:       botToken.SecretArn(),
		Description: jsii.String("Put the bot token of the Slack app there"),
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
