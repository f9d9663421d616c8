import { createHash } from 'node:crypto';
import type { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { ruleKeyFields } from './rule-schema';
import { isNarrow } from '../../organization/domain/account-scope';
import { readDatedParameters } from '../../shared/adapters/configuration/ssm-parameters';
import type { EveryField } from '../../shared/adapters/every-field';
import {
  type AppliesToInParameter,
  type PolicyGroupsPart,
  type PolicyInParameter,
  SENTRY_PARAMETERS_VERSION,
} from '../contracts/sentry-parameters';
import {
  type GroupPart,
  type GroupSelector,
  type MonitoredGroups,
  partsOf,
} from '../domain/groups/monitored-groups';
import { configurationAt, type Where } from '../domain/policies/configuration-at';
import { withReadRanges } from '../domain/policies/peers-in-doubt';
import {
  type Disabling,
  ENDS_UNANSWERED,
  type Policy,
  RESPONSES,
  withoutNameAndScope,
} from '../domain/policies/policy';
import {
  ANSWERS_TO_EXISTING,
  isTooLong,
  MODES,
  type Pause,
  type SentryConfiguration,
  type Workflow,
} from '../domain/policies/sentry-configuration';
import { VPC_DOUBTS } from '../domain/policies/traffic-pattern';
import { type Vpcs, withoutVpcRanges, withVpcRanges } from '../domain/policies/vpcs';
import { DIRECTIONS } from '../domain/rules/rule';

const version = z.literal(SENTRY_PARAMETERS_VERSION);
const optionalNumber = z.optional(z.int());
const seconds = z.number().check(z.nonnegative());

const named = z.array(z.string()).check(z.minLength(1));
const scopeFields = { accounts: z.optional(named), units: z.optional(named) };
/** One that names nothing, or what this version does not know, is not taken for another. */
const scopeSchema = z
  .strictObject(scopeFields)
  .check(z.refine((scope) => isNarrow(scope), 'names neither accounts nor units'));

const appliesToSchema = z
  .strictObject({ ...scopeFields, groups: z.optional(z.string()) })
  .check(
    z.refine(
      ({ groups, ...scope }) => groups !== undefined || isNarrow(scope),
      'names no accounts, units or groups',
    ),
  );

const trafficSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('any') }),
  z.object({ kind: z.literal('allTraffic') }),
  z.object({
    kind: z.literal('protocol'),
    protocol: z.string(),
    fromPort: optionalNumber,
    toPort: optionalNumber,
  }),
]);
/** Deployments write neither ranges of VPCs nor doubts: they are found out at run time. */
const rangesSchema = z.object({
  cidrs: z.array(z.string()),
  doubt: z.optional(z.object({ kind: z.enum(VPC_DOUBTS), reason: z.string() })),
});
const peerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('internet'),
    ipv4Prefix: optionalNumber,
    ipv6Prefix: optionalNumber,
    excluding: z.optional(z.array(z.string())),
  }),
  z.object({ kind: z.literal('ipRange'), cidr: z.string(), doubt: z.optional(z.string()) }),
  z.object({ kind: z.literal('vpc'), vpcId: z.string(), ranges: z.optional(rangesSchema) }),
  z.object({ kind: z.literal('prefixList'), prefixListId: z.string() }),
  z.object({ kind: z.literal('securityGroup'), groupId: z.string() }),
]);
const patternSchema = z.object({
  name: z.string(),
  direction: z.optional(z.enum(DIRECTIONS)),
  traffic: z.optional(z.array(trafficSchema)),
  peers: z.optional(z.array(peerSchema)),
  undescribed: z.optional(z.boolean()),
});
const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);
const exclusionSchema = z.object({
  groupId: z.string(),
  rule: z.object(ruleKeyFields),
  reason: z.string(),
  until: z.optional(time),
});
const tagsSchema = z.array(z.object({ key: z.string(), value: z.string() }));
const workflowSchema = z.object({
  name: z.string(),
  expireSeconds: seconds,
  asker: z.string(),
  queueUrl: z.string(),
  decisionKeyArn: z.string(),
  routeTags: z.optional(tagsSchema),
});

export const policiesSchema = z.object({
  version,
  policies: z.array(
    z.object({
      name: z.optional(z.string()),
      baseline: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('forbid'), patterns: z.array(patternSchema) }),
        z.object({ kind: z.literal('allowOnly'), patterns: z.array(patternSchema) }),
        z.object({ kind: z.literal('locked'), restoreRemoved: z.boolean() }),
      ]),
      response: z.enum(RESPONSES),
      asking: z.optional(
        z.object({ workflow: z.string(), whenUnanswered: z.enum(ENDS_UNANSWERED) }),
      ),
      appliesTo: z.optional(appliesToSchema),
      excluding: z.optional(z.array(exclusionSchema)),
    }),
  ),
  trustedActors: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('role'), roleArn: z.string() }),
      z.object({ kind: z.literal('user'), userArn: z.string() }),
      z.object({ kind: z.literal('cloudFormation'), executionRoleArn: z.string() }),
      z.object({
        kind: z.literal('permissionSet'),
        reservedPathArn: z.string(),
        permissionSet: z.string(),
        userName: z.optional(z.string()),
      }),
    ]),
  ),
  emptyingRoleArns: z._default(z.array(z.string()), []),
  mode: z.enum(MODES),
  observeIn: z.optional(scopeSchema),
  existingViolations: z.enum(ANSWERS_TO_EXISTING),
  settleSeconds: seconds,
  repeatWindowSeconds: seconds,
  brake: z.number().check(z.positive(), z.maximum(1)),
  workflows: z._default(z.array(workflowSchema), []),
  sensitiveTags: z.optional(tagsSchema),
});

const selectorsSchema = z.array(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('ids'), groupIds: z.array(z.string()) }),
    z.object({ kind: z.literal('tag'), key: z.string(), value: z.string() }),
    z.object({ kind: z.literal('vpc'), vpcId: z.string() }),
    z.object({ kind: z.literal('all') }),
  ]),
);
export const groupsSchema = z.object({
  version,
  part: z.optional(z.int().check(z.positive())),
  name: z.optional(z.string()),
  of: z.optional(z.int().check(z.positive())),
  include: selectorsSchema,
  exclude: selectorsSchema,
});

export const policyGroupsSchema = z.object({
  version,
  selections: z.array(
    z.object({
      name: z.string(),
      part: z.optional(z.int().check(z.positive())),
      of: z.optional(z.int().check(z.positive())),
      include: selectorsSchema,
      exclude: selectorsSchema,
    }),
  ),
});

export const orderedPauseSchema = z.object({
  version,
  until: time,
  reason: z.string(),
  by: z.string(),
  ...scopeFields,
});
export const disabledPoliciesSchema = z.object({
  version,
  disablings: z.array(
    z.object({ policy: z.string(), since: time, until: time, reason: z.string(), by: z.string() }),
  ),
});
const pauseSchema = z.union([orderedPauseSchema, z.strictObject({ version })]);

/** A workflow, and how it is reached. */
export interface ReachableWorkflow extends Workflow {
  /** The sentry's name there. */
  readonly asker: string;
  /** Where requests and outcomes go. */
  readonly queueUrl: string;
  readonly decisionKeyArn: string;
}

export interface LoadedConfiguration extends SentryConfiguration {
  readonly workflows: readonly ReachableWorkflow[];
}

/**
 * Where a function finds the names of the parameters, joined by commas: of the policies and the
 * groups that they are for, and of the groups that are watched.
 */
export interface SentryParameterNames {
  readonly POLICIES_PARAMETER: string;
  readonly MONITORED_GROUPS_PARAMETERS: string;
  readonly PAUSE_PARAMETER: string;
  readonly DISABLED_POLICIES_PARAMETER: string;
}

/**
 * Reads the parameters that the deployment wrote, and the orders of operators. Throws where one is
 * missing, or of another version.
 */
export async function loadSentryConfiguration(
  client: SSMClient,
  names: SentryParameterNames,
): Promise<LoadedConfiguration> {
  const { stored, groups, selections, pause, disablings } = await readParameters(client, names);
  const monitoredGroups = monitoredIn(groups);
  const policies = stored.policies.map((policy) =>
    policyOf(withReadRanges(policy), selections, disablings),
  );
  const configuration: EveryField<LoadedConfiguration> = {
    monitoredGroups,
    policies,
    digests: {
      selection: digestOf(inOrder(monitoredGroups)),
      policies: policiesDigest(policies),
    },
    digestOf: policiesDigest,
    trustedActors: stored.trustedActors,
    emptyingRoleArns: stored.emptyingRoleArns,
    mode: stored.mode,
    observeIn: stored.observeIn,
    existingViolations: stored.existingViolations,
    settleMilliseconds: 1000 * stored.settleSeconds,
    repeatWindowMilliseconds: 1000 * stored.repeatWindowSeconds,
    brake: stored.brake,
    workflows: stored.workflows.map(({ expireSeconds, ...workflow }) => ({
      ...workflow,
      expireMilliseconds: 1000 * expireSeconds,
    })),
    sensitiveTags: stored.sensitiveTags,
    disablings,
    ...pause,
  };
  return configuration;
}

/** What the parameters hold, each as its schema reads it. */
interface ReadParameters {
  readonly stored: z.infer<typeof policiesSchema>;
  readonly groups: readonly StoredSelection[];
  readonly selections: readonly PolicyGroupsPart[];
  readonly pause: OrderedPause;
  readonly disablings: readonly Disabling[];
}

async function readParameters(
  client: SSMClient,
  names: SentryParameterNames,
): Promise<ReadParameters> {
  const groupNames = names.MONITORED_GROUPS_PARAMETERS.split(',');
  const [policiesName = '', ...selectionNames] = names.POLICIES_PARAMETER.split(',');
  const [policies, pause, disabled, ...others] = await readDatedParameters(client, [
    policiesName,
    names.PAUSE_PARAMETER,
    names.DISABLED_POLICIES_PARAMETER,
    ...groupNames,
    ...selectionNames,
  ]);
  const ofSelections = others.slice(groupNames.length);
  return {
    stored: parse(policiesSchema, policiesName, policies?.value),
    groups: groupNames.map((name, index) => parse(groupsSchema, name, others[index]?.value)),
    selections: selectionNames.flatMap(
      (name, index) => parse(policyGroupsSchema, name, ofSelections[index]?.value).selections,
    ),
    pause: orderedPause(parse(pauseSchema, names.PAUSE_PARAMETER, pause?.value), pause?.writtenAt),
    disablings: parse(disabledPoliciesSchema, names.DISABLED_POLICIES_PARAMETER, disabled?.value)
      .disablings,
  };
}

type OrderedPause = Pick<EveryField<SentryConfiguration>, 'pause' | 'refusedPause'>;

/** One that is too long is not obeyed, and reported. */
function orderedPause(
  parameter: z.infer<typeof pauseSchema>,
  writtenAt: Date | undefined,
): OrderedPause {
  const pause = pauseIn(parameter);
  return pause && isTooLong(pause, writtenAt)
    ? { pause: undefined, refusedPause: pause }
    : { pause, refusedPause: undefined };
}

/** The same, with the ranges that VPCs which policies name have now. */
export async function loadWithVpcRanges(
  client: SSMClient,
  names: SentryParameterNames,
  vpcs: Vpcs,
): Promise<LoadedConfiguration> {
  return withVpcRanges(await loadSentryConfiguration(client, names), vpcs);
}

function policyOf(
  { appliesTo = {}, ...policy }: PolicyInParameter,
  selections: readonly PolicyGroupsPart[],
  disablings: readonly Disabling[],
): Policy {
  const { groups, ...appliesIn } = appliesTo;
  const selection = groups === undefined ? undefined : selectionNamed(groups, selections);
  const name = policy.name ?? madeName({ ...policy, appliesTo: { ...appliesTo } }, selection);
  const disabling = disablings.find((one) => one.policy === name);
  const asked = { ...withoutNameAndScope(policy), ...scopeOf(appliesTo, selection) };
  const identity = digestOf(asked).slice(0, IDENTITY_DIGEST_LENGTH);
  return {
    ...policy,
    name,
    identity,
    ...(selection && { appliesTo: selection }),
    ...(isNarrow(appliesIn) && { appliesIn }),
    ...(disabling && { disabling }),
  };
}

/** Nothing for a policy that is for all groups. */
function scopeOf(
  appliesTo: AppliesToInParameter,
  selection: MonitoredGroups | undefined,
): { readonly appliesTo?: object } {
  const scope = { ...appliesTo, ...(selection && { groups: inOrder(selection) }) };
  return Object.keys(scope).length > 0 ? { appliesTo: scope } : {};
}

/**
 * Throws while a deployment has written only some of the parameters: half of a selection would have
 * the other half released.
 */
function monitoredIn(stored: readonly StoredSelection[]): MonitoredGroups {
  const names = new Set(stored.map(({ name }) => name));
  const [{ of: count = stored.length } = {}] = stored;
  if (names.size === 1 && stored.length === count) return selectionOf(stored);
  throw new Error(
    "The SSM parameters do not hold all of the groups that the sentry watches. A deployment may be writing them; if this lasts, deploy the sentry's stack again.",
  );
}

/** Throws while a deployment has written only some of the parameters. */
function selectionNamed(name: string, selections: readonly PolicyGroupsPart[]): MonitoredGroups {
  const own = selections.filter((one) => one.name === name);
  const [{ of: count = 1 } = {}] = own;
  const distinct = new Set(own.map((one) => JSON.stringify(one)));
  if (distinct.size >= count) return selectionOf(own);
  throw new Error(
    `The SSM parameters do not hold all of the groups ${name} that a policy is for. A deployment may be writing them; if this lasts, deploy the sentry's stack again.`,
  );
}

/** A name that stays as long as the policy says the same, wherever it stands in the list. */
function madeName(
  { appliesTo = {}, excluding: _, ...policy }: PolicyInParameter,
  selection: MonitoredGroups | undefined,
): string {
  const said = { ...policy, ...scopeOf(appliesTo, selection) };
  return `${policy.baseline.kind}-${digestOf(said).slice(0, NAME_DIGEST_LENGTH)}`;
}

const NAME_DIGEST_LENGTH = 8;
const IDENTITY_DIGEST_LENGTH = 16;

/** The configuration as it holds in one place. Throws an UnknownUnitError. */
export function loadedConfigurationAt(
  configuration: LoadedConfiguration,
  where: Where,
): LoadedConfiguration {
  return configurationAt(configuration, where);
}

/**
 * Under another name it is the same policy; where it applies decides only whether it is among them;
 * and a range that is added to a VPC is no new policy.
 */
function policiesDigest(policies: readonly Policy[]): string {
  return digestOf(policies.map((policy) => withoutNameAndScope(withoutVpcRanges(policy))));
}

interface StoredPart extends GroupPart {
  readonly part?: number;
}

interface StoredSelection extends StoredPart {
  readonly name?: string;
  readonly of?: number;
}

/** Of what the parameters hold of it, in any order. */
function selectionOf(stored: readonly StoredPart[]): MonitoredGroups {
  const numbers = [...new Set(stored.map(({ part = 0 }) => part))].sort((a, b) => a - b);
  const [first = { include: [], exclude: [] }, ...others] = numbers.map((number): GroupPart => {
    const own = stored.filter(({ part = 0 }) => part === number);
    return {
      include: merged(own.flatMap(({ include }) => include)),
      exclude: merged(own.flatMap(({ exclude }) => exclude)),
    };
  });
  return { ...first, ...(others.length > 0 && { others }) };
}

/** Ids come in parameters of so many each: together they are one selector. */
function merged(selectors: readonly GroupSelector[]): GroupSelector[] {
  const ids = selectors.flatMap((selector) => (selector.kind === 'ids' ? selector.groupIds : []));
  const others = selectors.filter(({ kind }) => kind !== 'ids');
  return [
    ...(ids.length > 0 ? [{ kind: 'ids' as const, groupIds: [...new Set(ids)] }] : []),
    ...others,
  ];
}

/** A deployment may write selectors and parts in another order, and still chooses the same. */
function inOrder(selection: MonitoredGroups): object {
  const [first, ...others] = partsOf(selection)
    .map(partInOrder)
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  return { ...first, ...(others.length > 0 && { others }) };
}

function partInOrder({ include, exclude }: GroupPart): object {
  const ordered = (selectors: readonly GroupSelector[]) =>
    selectors
      .map((selector) =>
        JSON.stringify(
          selector.kind === 'ids'
            ? { ...selector, groupIds: [...selector.groupIds].sort() }
            : selector,
        ),
      )
      .sort();
  return { include: ordered(include), exclude: ordered(exclude) };
}

/** Of parsed values, whose fields are in the order of their schema, however they were written. */
function digestOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function pauseIn(parameter: z.infer<typeof pauseSchema>): Pause | undefined {
  const { version: _, ...pause } = parameter;
  return 'until' in pause ? pause : undefined;
}

function parse<Schema extends z.ZodMiniType>(
  schema: Schema,
  name: string | undefined,
  text: string | undefined,
): z.infer<Schema> {
  const result = schema.safeParse(jsonIn(name, text));
  if (!result.success) {
    throw new Error(
      `The SSM parameter ${name} is not of version ${SENTRY_PARAMETERS_VERSION} of this library: ${z.prettifyError(result.error)}`,
    );
  }
  return result.data;
}

function jsonIn(name: string | undefined, text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The SSM parameter ${name} is no JSON. Deploy the sentry's stack again.`, {
      cause: error,
    });
  }
}
