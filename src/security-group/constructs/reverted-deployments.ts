import { DefaultStackSynthesizer, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { isSurelyFor, writesToWatchedGroup } from './app-rules';
import { deployedStack } from '../../shared/constructs/deployed-stack';
import { isInstanceOf } from '../../shared/constructs/instance-of';
import { warnAtSynth } from '../../shared/constructs/late-advice';
import type { TrustedActor } from '../domain/changes/actor';
import type { MonitoredGroups } from '../domain/groups/monitored-groups';
import type { SentryConfiguration } from '../domain/policies/sentry-configuration';

export interface RevertedDeploymentsProps {
  readonly groups: MonitoredGroups;
  readonly judging: Pick<SentryConfiguration, 'policies' | 'trustedActors' | 'mode'>;
}

/** Warns where the sentry would fight the next deployment of the app that it stands in. */
export function warnOfRevertedDeployments(
  sentry: Construct,
  { groups, judging: { policies, trustedActors, mode } }: RevertedDeploymentsProps,
): void {
  const locks = policies.filter(
    (policy) =>
      policy.baseline.kind === 'locked' &&
      policy.response !== 'notifyOnly' &&
      isSurelyFor(policy, sentry),
  );
  if (mode === 'OBSERVE' || locks.length === 0) return;
  const place = sentry.node.root.node
    .findAll()
    .find(
      (construct) =>
        writesToWatchedGroup(construct, sentry, groups) &&
        locks.some(
          ({ appliesTo }) => !appliesTo || writesToWatchedGroup(construct, sentry, appliesTo),
        ) &&
        !isDeployedByTrusted(deployedStack(Stack.of(construct)), trustedActors),
    );
  if (!place) return;
  warnAtSynth(
    sentry,
    'cdk-sentries:deploymentsReverted',
    `A policy locks a group that this app deploys (${place.node.path}), and "trustedActors" has no one who deploys it: what the next deployment adds to the group would be reverted, or asked about. ` +
      'Add Actor.cdkDeployments(), or Actor.cloudFormation({ executionRole }) with the role that you deploy with.',
  );
}

/** Without a role of its own, CloudFormation makes the calls as the one who deploys. */
function isDeployedByTrusted(stack: Stack, actors: readonly TrustedActor[]): boolean {
  if (actors.some(({ kind }) => kind === 'cloudFormation')) return true;
  const { synthesizer } = stack;
  if (!isInstanceOf(synthesizer, DefaultStackSynthesizer)) return actors.length > 0;
  const executionRole = roleNameIn(synthesizer.cloudFormationExecutionRoleArn, stack);
  return actors.some(
    (actor) => actor.kind === 'role' && roleNameIn(actor.roleArn, stack) === executionRole,
  );
}

/** With pseudo parameters written as the synthesizer writes them, where they are not known. */
function roleNameIn(arn: string, { account, region }: Stack): string {
  const text: string = Tokenization.reverseString(arn)
    .mapTokens({ mapToken: (token) => pseudoParameter(token.toString(), { account, region }) })
    .join({ join: (left, right) => `${left ?? ''}${right ?? ''}` });
  return text
    .slice(text.indexOf(':role/') + 1)
    .replaceAll('${AWS::AccountId}', Token.isUnresolved(account) ? '${AWS::AccountId}' : account)
    .replaceAll('${AWS::Region}', Token.isUnresolved(region) ? '${AWS::Region}' : region);
}

function pseudoParameter(
  token: string,
  { account, region }: { readonly account: string; readonly region: string },
): string {
  if (token === account) return '${AWS::AccountId}';
  return token === region ? '${AWS::Region}' : token;
}
