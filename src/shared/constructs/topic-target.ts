import type * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { isInstanceOf } from './instance-of';
import { isOfOtherAccount } from './same-account';

export interface TopicTargetProps {
  readonly topic: sns.ITopic;
  readonly message: events.RuleTargetInput;
  /** With a statement in its policy for each rule. */
  readonly deadLetterQueue?: sqs.IQueue;
}

/**
 * A topic as the target of rules. In another account it is published to with a role of the rules'
 * own account; the CDK would instead make a bus and rules there, of which the topic's owner knows
 * nothing.
 */
export class TopicTarget implements events.IRuleTarget {
  private readonly target: targets.SnsTopic;

  constructor(scope: Construct, { topic, ...props }: TopicTargetProps) {
    const role = isOfOtherAccount(scope, topic) ? roleOfRules(scope) : undefined;
    this.target = new targets.SnsTopic(topic, { ...props, role });
  }

  public bind(rule: events.IRuleRef): events.RuleTargetConfig {
    return { ...this.target.bind(rule), targetResource: undefined };
  }
}

const ROLE_ID = 'PublishRole';

/** One for all rules of a construct. */
function roleOfRules(scope: Construct): iam.IRole {
  const role = scope.node.tryFindChild(ROLE_ID);
  if (isInstanceOf(role, iam.Role)) return role;
  return new iam.Role(scope, ROLE_ID, {
    description: `Rules of ${scope.node.path} publish with it to a topic of another account`,
    assumedBy: new iam.ServicePrincipal('events.amazonaws.com'),
  });
}
