package example;

import io.github.cdksentries.Actor;
import io.github.cdksentries.ChangeResponse;
import io.github.cdksentries.MonitoredGroups;
import io.github.cdksentries.Ports;
import io.github.cdksentries.SecurityGroupBaseline;
import io.github.cdksentries.SecurityGroupPolicy;
import io.github.cdksentries.SecurityGroupSentry;
import io.github.cdksentries.TrafficPattern;
import java.util.List;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.Vpc;

public final class LockedSecurityGroupApp {
    public static void main(String[] args) {
        App app = new App();
        Stack stack = new Stack(app, "LockedSecurityGroup");
        // Where the account has no trail yet, write instead:
        // new ManagementEventsTrail(new Stack(app, "Trail"), "Trail")
        Annotations.of(stack).acknowledgeWarning("cdk-sentries:noTrail", "The account has a trail");

        Vpc vpc = Vpc.Builder.create(stack, "Vpc").maxAzs(1).natGateways(0).build();
        SecurityGroup web = SecurityGroup.Builder.create(stack, "Web")
                .vpc(vpc)
                .description("The web servers")
                .build();
        web.addIngressRule(Peer.anyIpv4(), Port.tcp(443), "HTTPS from everywhere");

        SecurityGroupSentry sentry = SecurityGroupSentry.Builder.create(stack, "GroupSentry")
                .monitoredGroups(MonitoredGroups.groups(List.of(web)))
                .policies(List.of(
                        // No one may open SSH or Remote Desktop to the internet, …
                        SecurityGroupPolicy.builder()
                                .baseline(SecurityGroupBaseline.forbid(List.of(
                                        TrafficPattern.fromInternet(Ports.SSH),
                                        TrafficPattern.fromInternet(Ports.RDP))))
                                .response(ChangeResponse.revert())
                                .build(),
                        // … and no one but the next deployment may add anything else.
                        SecurityGroupPolicy.builder()
                                .baseline(SecurityGroupBaseline.locked())
                                .response(ChangeResponse.revert())
                                .build()))
                .trustedActors(List.of(Actor.cdkDeployments()))
                .build();

        CfnOutput.Builder.create(stack, "GroupId").value(web.getSecurityGroupId()).build();
        CfnOutput.Builder.create(stack, "TopicArn")
                .value(sentry.getNotificationTopic().getTopicArn())
                .description("Subscribe to it to be told")
                .build();

        app.synth();
    }

    private LockedSecurityGroupApp() {}
}
