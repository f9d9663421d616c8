package example;

import io.github.cdksentries.Actor;
import io.github.cdksentries.Approvers;
import io.github.cdksentries.ChangeResponse;
import io.github.cdksentries.MonitoredGroups;
import io.github.cdksentries.Ports;
import io.github.cdksentries.RevertIfDeniedProps;
import io.github.cdksentries.SecurityGroupBaseline;
import io.github.cdksentries.SecurityGroupPolicy;
import io.github.cdksentries.SecurityGroupSentry;
import io.github.cdksentries.SlackApprovalWorkflow;
import io.github.cdksentries.TrafficPattern;
import io.github.cdksentries.UnansweredChange;
import java.util.List;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.secretsmanager.Secret;

public final class ApprovalApp {
    public static void main(String[] args) {
        App app = new App();
        Stack stack = new Stack(app, "Approval");
        // Where the account has no trail yet, write instead:
        // new ManagementEventsTrail(new Stack(app, "Trail"), "Trail")
        Annotations.of(stack).acknowledgeWarning("cdk-sentries:noTrail", "The account has a trail");

        // Both get their values from the Slack app once it is made, see docs/slack-setup.md.
        Secret signingSecret = new Secret(stack, "SigningSecret");
        Secret botToken = new Secret(stack, "BotToken");

        SlackApprovalWorkflow approvals = SlackApprovalWorkflow.Builder.create(stack, "Approvals")
                .signingSecret(signingSecret)
                .botToken(botToken)
                // Ids of your Slack workspace, not names.
                .approvalChannelId("C0APPROVALS")
                .approvers(Approvers.users(List.of("U0ALICE", "U0BOB")))
                .build();

        Vpc vpc = Vpc.Builder.create(stack, "Vpc").maxAzs(1).natGateways(0).build();
        SecurityGroup web = SecurityGroup.Builder.create(stack, "Web")
                .vpc(vpc)
                .description("The web servers")
                .build();
        web.addIngressRule(Peer.anyIpv4(), Port.tcp(443), "HTTPS from everywhere");

        SecurityGroupSentry sentry = SecurityGroupSentry.Builder.create(stack, "GroupSentry")
                .monitoredGroups(MonitoredGroups.groups(List.of(web)))
                .policies(List.of(
                        // What opens SSH, databases and the like to the internet is closed at once, and
                        // opened again if people approve it …
                        SecurityGroupPolicy.builder()
                                .baseline(SecurityGroupBaseline.forbid(
                                        List.of(TrafficPattern.fromInternet(Ports.HIGH_RISK))))
                                .response(ChangeResponse.revertUntilApproved(approvals))
                                .build(),
                        // … and whatever else is added stays, unless people deny it, or no one answers.
                        SecurityGroupPolicy.builder()
                                .baseline(SecurityGroupBaseline.locked())
                                .response(ChangeResponse.revertIfDenied(
                                        approvals,
                                        RevertIfDeniedProps.builder()
                                                .whenUnanswered(UnansweredChange.REVERT)
                                                .build()))
                                .build()))
                .trustedActors(List.of(Actor.cdkDeployments()))
                .build();

        // The manifest that makes the Slack app is an output of the stack, too: the workflow adds it.
        CfnOutput.Builder.create(stack, "SigningSecretArn")
                .value(signingSecret.getSecretArn())
                .description("Put the signing secret of the Slack app there")
                .build();
        CfnOutput.Builder.create(stack, "BotTokenArn")
                .value(botToken.getSecretArn())
                .description("Put the bot token of the Slack app there")
                .build();
        CfnOutput.Builder.create(stack, "GroupId").value(web.getSecurityGroupId()).build();
        CfnOutput.Builder.create(stack, "TopicArn")
                .value(sentry.getNotificationTopic().getTopicArn())
                .description("Subscribe to it to be told")
                .build();

        app.synth();
    }

    private ApprovalApp() {}
}
