import type { Policy } from './policy';
import type { SentryConfiguration, Workflow } from './sentry-configuration';
import { type CountedTags, distinctTags, isCounted, tagsIn } from '../groups/counted-tags';
import type { GroupDetails } from '../groups/group';
import { isSelectedById, selectorsOf } from '../groups/monitored-groups';
import type { GroupRecord } from '../ledger/ledger';
import type { RuleTag } from '../rules/rule';

/** The configuration as it holds for one group, with the policies that are for it alone. */
export function configurationFor<Configuration extends SentryConfiguration>(
  configuration: Configuration,
  group: GroupDetails,
  tags: CountedTags | undefined,
): Configuration {
  if (!namesGroups(configuration)) return configuration;
  const { digests, digestOf } = configuration;
  const policies = configuration.policies.filter((policy) => isFor(policy, group, tags));
  return {
    ...configuration,
    policies,
    digests: {
      ...digests,
      policies: digestOf(policies),
      each: policies.map((policy) => digestOf([policy])),
    },
  };
}

/** Whether the policy holds for the group, by its tags as they count. */
export function isFor(
  { appliesTo }: Policy,
  group: GroupDetails,
  tags: CountedTags | undefined,
): boolean {
  return !appliesTo || isCounted(group, appliesTo, tags);
}

/** Whether the policies that hold for the group can be told by its id alone. */
export function areDecidedById(
  groupId: string,
  { policies }: Pick<SentryConfiguration, 'policies'>,
): boolean {
  return policies.every(
    ({ appliesTo }) => !appliesTo || isSelectedById(groupId, appliesTo) !== undefined,
  );
}

/** Whether some policies are for some groups alone. */
export function namesGroups({ policies }: Pick<SentryConfiguration, 'policies'>): boolean {
  return policies.some(({ appliesTo }) => appliesTo !== undefined);
}

/**
 * The tags that are remembered of each group: those by which policies are for it, those of
 * questions about it and, where several may choose a group, those by which it is watched.
 */
export function decisiveTags(
  configuration: Pick<
    SentryConfiguration,
    'policies' | 'monitoredGroups' | 'workflows' | 'sensitiveTags'
  >,
): readonly RuleTag[] {
  const { policies, monitoredGroups } = configuration;
  const selections = [
    ...policies.flatMap(({ appliesTo }) => appliesTo ?? []),
    ...(remembersMembership(configuration) ? [monitoredGroups] : []),
  ];
  return distinctTags([...tagsIn(selections), ...tagsOfQuestions(configuration)]);
}

/** The tags by which people are asked about a group, and those that stand out in the question. */
export function tagsOfQuestions({
  workflows,
  sensitiveTags = [],
}: AskingConfiguration): readonly RuleTag[] {
  return distinctTags([...workflows.flatMap(({ routeTags = [] }) => routeTags), ...sensitiveTags]);
}

interface AskingConfiguration {
  readonly workflows: readonly Pick<Workflow, 'routeTags'>[];
  readonly sensitiveTags?: readonly RuleTag[];
}

/** Whether several tags may choose a group: then none of them alone says whether it is watched. */
export function remembersMembership({
  monitoredGroups,
}: Pick<SentryConfiguration, 'monitoredGroups'>): boolean {
  return selectorsOf(monitoredGroups).filter(({ kind }) => kind === 'tag').length > 1;
}

/** Of the policies that hold for the group now, those that held when its record was written. */
export function heldBefore(
  { policies: digest, holds }: GroupRecord,
  { policies, digestOf }: SentryConfiguration,
): readonly Policy[] {
  if (holds) return policies.filter((policy) => holds.includes(digestOf([policy])));
  const forAll = policies.filter(({ appliesTo }) => !appliesTo);
  return digestOf(forAll) === digest ? forAll : [];
}
