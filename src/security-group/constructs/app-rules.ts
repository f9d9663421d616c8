import { Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct, IConstruct } from 'constructs';
import { type AppJudging, type AppRuleFinding, tellFindings } from './app-rule-findings';
import { isDefaultGroupChosen } from './default-group';
import { policiesThatJudge } from './excluded-app-rules';
import { isSameId } from './group-reference';
import {
  asKnownAtSynth,
  type NotJudged,
  policiesForGroup,
  rawResources,
  tellNotJudged,
} from './not-judged';
import { isInstanceOf } from '../../shared/constructs/instance-of';
import { isKnownLater } from '../../shared/constructs/known-later';
import { isLookupPlaceholder } from '../../shared/constructs/lookup-placeholders';
import { referredBy } from '../../shared/constructs/referred-by';
import { isSamePlace } from '../../shared/constructs/same-place';
import {
  decisiveTagKeys,
  type GroupPart,
  type GroupSelector,
  isSelectedById,
  type MonitoredGroups,
  partsOf,
  selectorsOf,
} from '../domain/groups/monitored-groups';
import { bareViolations, hangsOnDoubt, peersThatDecide } from '../domain/judging/violations';
import type { Policy } from '../domain/policies/policy';
import { parseIpRange } from '../domain/rules/ip-range';
import { type PrefixList, type PrefixLists, takenAsKnown } from '../domain/rules/prefix-list';
import { ALL_PROTOCOLS } from '../domain/rules/protocol';
import { canonicalRule, type Direction, type RawRule } from '../domain/rules/rule';

/** One rule that a template of the app would make. */
interface AppRule {
  readonly place: IConstruct;
  readonly direction: Direction;
  readonly values: RuleValues;
}

/**
 * As CloudFormation's properties name them. What is no text or number is not known before
 * deployment.
 */
interface RuleValues {
  readonly ipProtocol?: unknown;
  readonly fromPort?: unknown;
  readonly toPort?: unknown;
  readonly cidrIp?: unknown;
  readonly cidrIpv6?: unknown;
  readonly prefixListId?: unknown;
  readonly groupId?: unknown;
  readonly description?: unknown;
}

/**
 * Judges the rules that the app itself gives to monitored groups. Returns as errors those that the
 * sentry would revert, and so fight its own app; warns of those that it would leave. Values that
 * are known at deployment only are named, and passed over.
 */
export function judgeAppRules(
  sentry: Construct,
  groups: MonitoredGroups,
  judging: AppJudging,
): string[] {
  const constructs = sentry.node.root.node.findAll();
  const rules = [
    ...constructs.flatMap((construct) => rulesOf(construct, sentry, groups)),
    ...impliedRules(constructs, sentry, groups),
  ];
  const prefixLists = new Map(constructs.flatMap(prefixListOf).map((list) => [list.id, list]));
  const policies = judging.policies
    .filter((policy) => isSurelyFor(policy, sentry))
    .map((policy) => asKnownAtSynth(policy));
  const judged = rules.map((rule) =>
    judgeAppRule(
      rule,
      policies.filter(
        ({ appliesTo }) => !appliesTo || writesToWatchedGroup(rule.place, sentry, appliesTo),
      ),
      prefixLists,
    ),
  );
  tellNotJudged(sentry, [
    ...judged.flatMap(({ notJudged }) => notJudged),
    ...chosenByTags(constructs, sentry, groups),
    ...rawResources(constructs),
  ]);
  const findings = judged.flatMap(({ findings: found }) => found);
  return tellFindings(findings, sentry, { ...judging, policies });
}

/** The unit of the sentry's account is not known at synth, so such a policy judges later. */
export function isSurelyFor({ appliesIn }: Policy, sentry: Construct): boolean {
  return !appliesIn || (appliesIn.accounts ?? []).includes(Stack.of(sentry).account);
}

/** A list of the app whose entries are known, by the reference to it. */
function prefixListOf(construct: IConstruct): PrefixList[] {
  if (!isInstanceOf(construct, ec2.CfnPrefixList)) return [];
  const entries: unknown = Stack.of(construct).resolve(construct.entries);
  const cidrs = [entries]
    .flat()
    .filter(isObject)
    .map(({ cidr }) => (isKnown(cidr) ? parseIpRange(String(cidr))?.cidr : undefined));
  const known = cidrs.filter((cidr) => cidr !== undefined);
  return known.length === cidrs.length
    ? [{ id: construct.attrPrefixListId, isAwsManaged: false, cidrs: known }]
    : [];
}

interface JudgedAppRule {
  readonly findings: readonly AppRuleFinding[];
  readonly notJudged: readonly NotJudged[];
}

function judgeAppRule(
  { place, direction, values }: AppRule,
  policies: readonly Policy[],
  prefixLists: PrefixLists,
): JudgedAppRule {
  const raw = rawRule(direction, values);
  const rule = raw && canonicalRule(raw);
  if (!rule) return { findings: [], notJudged: [{ place, what: 'its values' }] };
  const judging = policiesThatJudge(rule, place, policies);
  const bare = { groupId: place.node.path, prefixLists, now: new Date() };
  const known = { ...bare, prefixLists: takenAsKnown(rule, prefixLists) };
  const { peer } = rule;
  const { certain, possible } =
    peer.kind === 'securityGroup'
      ? policiesForGroup(judging, peer.groupId)
      : { certain: judging, possible: judging };
  const violations = bareViolations(rule, { ...known, policies: certain });
  const isGroupUnknown =
    bareViolations(rule, { ...known, policies: possible }).length > violations.length;
  const inDoubt = { ...bare, policies: judging };
  const unknown = [
    ...(isGroupUnknown ? ['which group it names'] : []),
    ...(hangsOnDoubt(rule, inDoubt) ? ['the entries of its prefix list'] : []),
    ...peersThatDecide(rule, inDoubt).map((one) => `its range against ${one.peer}`),
  ];
  return {
    findings: violations.length > 0 ? [{ place, rule, violations }] : [],
    notJudged: unknown.map((what) => ({ place, what })),
  };
}

/** Which tags a group will have, no app knows for certain. */
function chosenByTags(
  constructs: readonly IConstruct[],
  sentry: Construct,
  groups: MonitoredGroups,
): NotJudged[] {
  if (decisiveTagKeys(groups).length === 0) return [];
  const isByTag = selectorsOf(groups).some(({ kind }) => kind === 'tag');
  const untagged = partsOf(groups).map(({ include, exclude }) => ({
    include,
    exclude: exclude.filter(({ kind }) => kind !== 'tag'),
  }));
  return constructs
    .filter((construct) => isInstanceOf(construct, ec2.CfnSecurityGroup))
    .filter((group) => isSamePlace(group, sentry) && !isWatchedGroup(group, sentry, groups))
    .filter((group) => isByTag || untagged.some((part) => isSurelyInPart(group, sentry, part)))
    .map((place) => ({ place, what: 'whether its tags choose it' }));
}

function rawRule(direction: Direction, values: RuleValues): RawRule | undefined {
  const { ipProtocol, fromPort, toPort, cidrIp, cidrIpv6, prefixListId, groupId, description } =
    values;
  const range = cidrIp ?? cidrIpv6;
  if (
    !isKnown(ipProtocol) ||
    ![fromPort, toPort, range].every((value) => value === undefined || isKnown(value))
  ) {
    return undefined;
  }
  return {
    direction,
    protocol: String(ipProtocol),
    fromPort: fromPort === undefined ? undefined : Number(fromPort),
    toPort: toPort === undefined ? undefined : Number(toPort),
    ...(range !== undefined && { ipRange: String(range) }),
    ...(prefixListId !== undefined && { prefixListId: idText(prefixListId) }),
    ...(groupId !== undefined && { groupId: idText(groupId) }),
    ...(typeof description === 'string' && { description }),
  };
}

function isKnown(value: unknown): boolean {
  return (
    (typeof value === 'string' || typeof value === 'number') &&
    (typeof value === 'number' ? !Token.isUnresolved(value) : !isKnownLater(value))
  );
}

/** Ids of lists and groups are only ever compared. */
function idText(id: unknown): string {
  return typeof id === 'string' ? id : JSON.stringify(id);
}

function rulesOf(construct: IConstruct, sentry: Construct, groups: MonitoredGroups): AppRule[] {
  if (isInstanceOf(construct, ec2.CfnSecurityGroup)) {
    return isWatchedGroup(construct, sentry, groups) ? inlineRules(construct) : [];
  }
  if (isInstanceOf(construct, ec2.CfnSecurityGroupIngress)) {
    if (!isInWatchedGroup(construct, sentry, groups)) return [];
    const { sourcePrefixListId: prefixListId, sourceSecurityGroupId: groupId } = construct;
    return [
      {
        place: construct,
        direction: 'ingress',
        values: { ...valuesOf(construct), prefixListId, groupId },
      },
    ];
  }
  if (isInstanceOf(construct, ec2.CfnSecurityGroupEgress)) {
    if (!isInWatchedGroup(construct, sentry, groups)) return [];
    const { destinationPrefixListId: prefixListId, destinationSecurityGroupId: groupId } =
      construct;
    return [
      {
        place: construct,
        direction: 'egress',
        values: { ...valuesOf(construct), prefixListId, groupId },
      },
    ];
  }
  return [];
}

function valuesOf(rule: ec2.CfnSecurityGroupIngress | ec2.CfnSecurityGroupEgress): RuleValues {
  const { ipProtocol, fromPort, toPort, cidrIp, cidrIpv6, description } = rule;
  return { ipProtocol, fromPort, toPort, cidrIp, cidrIpv6, description };
}

function inlineRules(group: ec2.CfnSecurityGroup): AppRule[] {
  const inline = (direction: Direction, list: unknown): AppRule[] => {
    const resolved: unknown = Stack.of(group).resolve(list);
    return [resolved]
      .flat()
      .filter(isObject)
      .map((values) => ({
        place: group,
        direction,
        values: {
          ...values,
          prefixListId: values.sourcePrefixListId ?? values.destinationPrefixListId,
          groupId:
            values.sourceSecurityGroupId ??
            values.destinationSecurityGroupId ??
            values.sourceSecurityGroupName,
        },
      }));
  };
  return [
    ...inline('ingress', group.securityGroupIngress),
    ...inline('egress', group.securityGroupEgress),
  ];
}

/** EC2 gives all outbound traffic to a new group for which the app writes no egress rule. */
function impliedRules(
  constructs: readonly IConstruct[],
  sentry: Construct,
  groups: MonitoredGroups,
): AppRule[] {
  const described = constructs.flatMap((construct) =>
    isInstanceOf(construct, ec2.CfnSecurityGroupEgress)
      ? (referredBy(construct.groupId) ?? [])
      : [],
  );
  return constructs
    .filter((construct) => isInstanceOf(construct, ec2.CfnSecurityGroup))
    .filter(
      (group) =>
        isWatchedGroup(group, sentry, groups) &&
        !described.includes(group) &&
        hasNoInlineEgress(group),
    )
    .map((place) => ({
      place,
      direction: 'egress',
      values: { ipProtocol: ALL_PROTOCOLS, cidrIp: '0.0.0.0/0' },
    }));
}

function hasNoInlineEgress(group: ec2.CfnSecurityGroup): boolean {
  const egress: unknown = Stack.of(group).resolve(group.securityGroupEgress);
  return egress === undefined || (Array.isArray(egress) && egress.length === 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Whether a deployment makes, or writes to, one of the groups by this construct, for certain. */
export function writesToWatchedGroup(
  construct: IConstruct,
  sentry: Construct,
  groups: MonitoredGroups,
): boolean {
  if (isInstanceOf(construct, ec2.CfnSecurityGroup)) {
    return isWatchedGroup(construct, sentry, groups);
  }
  const isRule =
    isInstanceOf(construct, ec2.CfnSecurityGroupIngress) ||
    isInstanceOf(construct, ec2.CfnSecurityGroupEgress);
  return isRule && isInWatchedGroup(construct, sentry, groups);
}

function isInWatchedGroup(
  rule: ec2.CfnSecurityGroupIngress | ec2.CfnSecurityGroupEgress,
  sentry: Construct,
  groups: MonitoredGroups,
): boolean {
  if (rule.groupId === undefined) return false;
  const target = referredBy(rule.groupId);
  if (isInstanceOf(target, ec2.CfnSecurityGroup)) return isWatchedGroup(target, sentry, groups);
  if (isLookupPlaceholder(rule.groupId)) return false;
  if (isInstanceOf(target, ec2.CfnVPC)) return isWatchedDefaultGroup(target, sentry, groups);
  return isWatchedId(rule.groupId, rule, sentry, groups);
}

/** Of a group that the app only names: where it is, is known by the construct that names it. */
export function isWatchedId(
  groupId: string,
  place: IConstruct,
  sentry: Construct,
  groups: MonitoredGroups,
): boolean {
  const isHere = isSamePlace(place, sentry);
  return partsOf(groups).some(({ include, exclude }) => {
    const reached = isHere ? include : include.filter(({ kind }) => kind === 'ids');
    return isSelectedById(groupId, { include: reached, exclude }) === true;
  });
}

/** The group that came with a VPC of the app. */
function isWatchedDefaultGroup(
  vpc: ec2.CfnVPC,
  sentry: Construct,
  groups: MonitoredGroups,
): boolean {
  return partsOf(groups).some(
    (part) =>
      part.exclude.every(({ kind }) => kind !== 'tag') && isDefaultGroupChosen(vpc, sentry, part),
  );
}

/** Only where it is certain: what tags a group will have is not. */
export function isWatchedGroup(
  group: ec2.CfnSecurityGroup,
  sentry: Construct,
  groups: MonitoredGroups,
): boolean {
  return partsOf(groups).some((part) => isSurelyInPart(group, sentry, part));
}

function isSurelyInPart(
  group: ec2.CfnSecurityGroup,
  sentry: Construct,
  { include, exclude }: GroupPart,
): boolean {
  return (
    include.some((selector) => isMeant(group, sentry, selector)) &&
    !exclude.some((selector) => selector.kind === 'tag' || isMeant(group, sentry, selector))
  );
}

function isMeant(group: ec2.CfnSecurityGroup, sentry: Construct, selector: GroupSelector): boolean {
  switch (selector.kind) {
    case 'ids':
      return selector.groupIds.some((id) => referredBy(id) === group);
    case 'vpc':
      return group.vpcId !== undefined && isSameId(group.vpcId, selector.vpcId);
    case 'all':
      return isSamePlace(group, sentry);
    case 'tag':
      return false;
  }
}
