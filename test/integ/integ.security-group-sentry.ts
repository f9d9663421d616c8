import { ExpectedResult, type IntegTest, InvocationType, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  acknowledgeUnwatchedBucket,
  awaitMessage,
  caseOf,
  emptyVpc,
  GOES_WITH_THE_STACK,
  queueOf,
  within,
} from './case-parts';
import {
  Actor,
  ChangeResponse,
  ManagementEventsTrail,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  SecurityGroupSentry,
  SentryDashboard,
} from '../../src';

/**
 * Someone opens a locked group: the rule goes, and a message says so. The heartbeat comes back. A
 * rehearsal and a dashboard are there.
 */
export function securityGroupCase(app: App): IntegTest {
  const stack = new Stack(app, 'IntegSecurityGroupSentry');
  const trail = shortLivedTrail(stack);
  const group = new ec2.SecurityGroup(stack, 'Locked', {
    vpc: emptyVpc(stack),
    description: 'No one may open it',
  });
  const sentry = new SecurityGroupSentry(stack, 'GroupSentry', {
    monitoredGroups: MonitoredGroups.groups([group]),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }],
    trustedActors: [Actor.cdkDeployments()],
    ...GOES_WITH_THE_STACK,
  });
  sentry.node.addDependency(trail);
  sendHeartbeatsOften(sentry);
  new SecurityGroupRehearsal(stack, 'Rehearsal', { sentry, ...GOES_WITH_THE_STACK });
  new SentryDashboard(stack, 'Dashboard', { securityGroupSentries: [sentry] });

  const testCase = caseOf(app, stack);
  const { assertions } = testCase;
  const reports = queueOf(stack, sentry.notificationTopic);
  const adopt = assertions.invokeFunction({
    functionName: sentry.reconcileFunction.functionName,
    payload: '{}',
  });
  const open = assertions.awsApiCall('EC2', 'authorizeSecurityGroupIngress', {
    GroupId: group.securityGroupId,
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '203.0.113.7/32' }] },
    ],
  });
  const report = awaitMessage(testCase, reports, '"outcome": ?"reverted"');
  const openGroups = assertions.awsApiCall('EC2', 'describeSecurityGroups', {
    Filters: [
      { Name: 'group-id', Values: [group.securityGroupId] },
      { Name: 'ip-permission.from-port', Values: ['22'] },
    ],
  });
  const check = assertions.invokeFunction({
    functionName: sentry.operatorFunction.functionName,
    invocationType: InvocationType.REQUEST_RESPONSE,
    payload: JSON.stringify({ action: 'check' }),
  });
  adopt
    .next(open)
    .next(report)
    .next(openGroups.expect(ExpectedResult.objectLike({ SecurityGroups: [] })))
    .next(
      within(
        check.expect(
          ExpectedResult.objectLike({ Payload: Match.stringLikeRegexp('isAlive\\W+true') }),
        ),
        45,
      ),
    );
  return testCase;
}

/** Bucket, key and topic of a trail's own would stay. */
function shortLivedTrail(stack: Stack): ManagementEventsTrail {
  const encryptionKey = new kms.Key(stack, 'TrailKey', {
    enableKeyRotation: true,
    ...GOES_WITH_THE_STACK,
  });
  const bucket = new s3.Bucket(stack, 'Logs', {
    enforceSSL: true,
    autoDeleteObjects: true,
    ...GOES_WITH_THE_STACK,
  });
  acknowledgeUnwatchedBucket(bucket);
  return new ManagementEventsTrail(stack, 'Trail', {
    bucket,
    encryptionKey,
    notificationTopic: new sns.Topic(stack, 'TrailNews', {
      masterKey: encryptionKey,
      enforceSSL: true,
    }),
  });
}

/** By itself it is once an hour, and CloudFormation waits no longer for a case. */
function sendHeartbeatsOften(sentry: SecurityGroupSentry): void {
  const rule = sentry.node.findChild('HeartbeatRule').node.defaultChild as events.CfnRule;
  rule.scheduleExpression = events.Schedule.expression('rate(5 minutes)').expressionString;
}

if (require.main === module) securityGroupCase(new App());
