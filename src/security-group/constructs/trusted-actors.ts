import { Reference, Stack, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { areTagsAsked } from './question-tags';
import { readableText } from './readable-text';
import type { SecurityGroupSentryProps } from './security-group-sentry-props';
import { coversActor, type TrustedActor, withArn } from '../domain/changes/actor';
import { tagsIn } from '../domain/groups/counted-tags';
import type { MonitoredGroups } from '../domain/groups/monitored-groups';

/** Throws for actors that no event could name, for the same one twice, and where trust is idle. */
export function trustedActorsOf(
  sentry: IConstruct,
  props: SecurityGroupSentryProps,
  groups: MonitoredGroups,
): TrustedActor[] {
  const { trustedActors: given = [], policies, hub } = props;
  const actors = given.flatMap((actor) => actor._bind(sentry, hub));
  const isLocked = policies.some(({ baseline }) => baseline._specification.kind === 'locked');
  const chosen = [groups, ...policies.flatMap(({ appliesTo }) => appliesTo?._selection ?? [])];
  if (actors.length > 0 && !isLocked && !chosen.some(isByTag) && !areTagsAsked(props)) {
    throw new Error(
      `${sentry.node.path}: "trustedActors" does nothing: no policy is locked, the others count for everyone, no group is chosen by its tags, and no question goes by them. ` +
        'Leave it out, or add a policy with SecurityGroupBaseline.locked().',
    );
  }
  refuseTwice(sentry, actors);
  refuseEmptiedTwice(
    sentry,
    actors,
    given.flatMap((actor) => actor._emptyingRoleArns),
  );
  return actors;
}

/** Only a trusted actor's tags take a group from under the eyes of the sentry, or of a policy. */
function isByTag(groups: MonitoredGroups): boolean {
  return tagsIn([groups]).length > 0;
}

function refuseTwice(sentry: IConstruct, actors: readonly TrustedActor[]): void {
  const known = actors.map((actor) => withArn(actor, (arn) => comparable(sentry, arn)));
  known.forEach((actor, index) => {
    const covering = known.findIndex((other, at) => at !== index && coversActor(other, actor));
    if (covering < 0) return;
    throw new Error(
      `${sentry.node.path}: "trustedActors" has ${inWords(actors[index]!)}, and ${inWords(actors[covering]!)} trusts that one with as much already: leave the first out.`,
    );
  });
}

function refuseEmptiedTwice(
  sentry: IConstruct,
  actors: readonly TrustedActor[],
  emptyingRoleArns: readonly string[],
): void {
  const arns = emptyingRoleArns.map((arn) => comparable(sentry, arn));
  const trusted = actors.flatMap((actor) =>
    actor.kind === 'role' ? [comparable(sentry, actor.roleArn)] : [],
  );
  const twice = arns.findIndex(
    (arn, index) => trusted.includes(arn) || arns.indexOf(arn) !== index,
  );
  if (twice < 0) return;
  throw new Error(
    `${sentry.node.path}: "trustedActors" trusts ${readableText(emptyingRoleArns[twice]!)} with emptying default groups, and with that again: leave Actor.emptyingDefaultGroups or emptyingDefaultGroupOf out.`,
  );
}

function inWords(actor: TrustedActor): string {
  switch (actor.kind) {
    case 'role':
      return `Actor.role() of ${readableText(actor.roleArn)}`;
    case 'user':
      return `Actor.user() of ${readableText(actor.userArn)}`;
    case 'cloudFormation':
      return `deployments by ${readableText(actor.executionRoleArn)}`;
    case 'permissionSet':
      return actor.userName === undefined
        ? `Actor.permissionSet("${readableText(actor.permissionSet)}")`
        : `Actor.permissionSet("${readableText(actor.permissionSet)}") of "${readableText(actor.userName)}"`;
  }
}

/** References stay as they are: in two stacks, two roles may have one logical id. */
function comparable(sentry: IConstruct, arn: string): string {
  return Tokenization.reverseString(arn)
    .mapTokens({
      mapToken: (token) =>
        Reference.isReference(token)
          ? token.toString()
          : JSON.stringify(Stack.of(sentry).resolve(token)),
    })
    .join({ join: (left, right) => `${left ?? ''}${right ?? ''}` });
}
