import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { refuseIncompletePolicies } from './complete-policies';
import { REHEARSAL_ENDPOINTS } from './endpoint-needs';
import { rehearsalCompanySettings } from './rehearsal-company-settings';
import type { SecurityGroupRehearsalProps } from './security-group-rehearsal-props';
import { rehearsalSettings } from './security-group-rehearsal-settings';
import { SentryParameters } from './sentry-parameters';
import {
  acknowledgeWildcards,
  historyStatement,
  readingStatements,
  readVpcsStatement,
} from './sentry-rights';
import { applyCompanySettings } from '../../shared/constructs/apply-company-settings';
import { BundledFunction } from '../../shared/constructs/bundled-function';
import { givenTopic, notificationTopic } from '../../shared/constructs/notification-topic';
import { grantPublish } from '../../shared/constructs/publish-right';
import { visibleOutput } from '../../shared/constructs/visible-output';
import { REHEARSE_POLICIES } from '../contracts/rehearse-policies.environment';
import { vpcIdsIn } from '../domain/policies/peers-in-doubt';

/**
 * Tries policies on what has happened: a function that reads CloudTrail's event history, of up to
 * 90 days, and reports what the policies would have done to each change. It needs no trail, and may
 * only look.
 *
 * It reads the history of its own account and Region, at one look-up a second of the two that all
 * of the account and Region share. What is left after some minutes is for the next invocation: the
 * answer has a token for it.
 */
export class SecurityGroupRehearsal extends Construct {
  /**
   * Invoke it with `{"days":7}`, or with "from" and "to". With `"as":"page"`, its answer holds one
   * page of HTML. Its name is an output of the stack, `RehearsalFunctionName`. See `grantRehearse`.
   */
  public readonly rehearsalFunction: lambda.IFunction;

  /** Where each report is sent. */
  public readonly notificationTopic: sns.ITopic;

  /**
   * Throws if there is nothing to rehearse, if the sentry, a monitored group or the topic is known
   * to be in another account or Region, if the topic is a FIFO topic, and for the policies, groups
   * and company settings for which a SecurityGroupSentry throws. Rules of the app that violate the
   * policies are no errors here.
   */
  constructor(scope: Construct, id: string, props: SecurityGroupRehearsalProps) {
    super(scope, id);
    refuseIncompletePolicies(this.node.path, props.policies ?? []);
    const sentry = props.sentry?._rehearsed;
    const { notificationTopic: told = props.sentry?.notificationTopic } = props;
    applyCompanySettings(
      this,
      { ...rehearsalCompanySettings(props), notificationTopic: told },
      { hearsEvents: false, endpoints: REHEARSAL_ENDPOINTS },
    );
    const { monitoredGroups, judging } = rehearsalSettings(this, props);
    const topic = props.notificationTopic
      ? givenTopic(this, props.notificationTopic)
      : (told ?? notificationTopic(this, 'Notifications'));
    const parameters = new SentryParameters(this, 'Parameters', {
      monitoredGroups,
      policies: { ...judging, workflows: [] },
    });
    const handler = new BundledFunction(this, 'RehearsePolicies', {
      contract: REHEARSE_POLICIES,
      environment: () => ({
        REHEARSAL_NAME: this.node.path,
        ...parameters.variables,
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
        ACCOUNT_ID: Stack.of(this).account,
        ...(sentry && { OWN_ROLE_ARNS: sentry.ownRoleArns.join(',') }),
      }),
      description: `Tells what policies would have done, for ${this.node.path}`,
      memorySize: 1024,
    });
    [...readingStatements(this), historyStatement()].forEach((statement) =>
      handler.addToRolePolicy(statement),
    );
    if (vpcIdsIn(judging.policies).length > 0) handler.addToRolePolicy(readVpcsStatement());
    acknowledgeWildcards(handler.role!);
    grantPublish(handler, topic);
    parameters.grantRead(handler);
    this.rehearsalFunction = handler;
    this.notificationTopic = topic;
    visibleOutput(this, 'RehearsalFunctionName', {
      value: handler.functionName,
      description: `Invoke it to hold the rehearsal ${this.node.path}`,
    });
  }

  /**
   * Lets someone hold rehearsals, by invoking the function. It gives no right over a sentry.
   *
   * @param grantee who may then see who changed the monitored groups, and have reports sent.
   */
  public grantRehearse(grantee: iam.IGrantable): iam.Grant {
    return this.rehearsalFunction.grantInvoke(grantee);
  }
}
