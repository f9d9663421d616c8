import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import type { Acceptance, FactOf, Group, GroupRule } from './facts';
import { DynamoLedger } from '../../src/security-group/adapters/dynamo-ledger';
import { groupRules } from '../../src/security-group/adapters/ec2-rules';
import { ledgerKeysOf, OWN_KEYS } from '../../src/security-group/contracts/ledger-items';
import { AFTER_END_MILLISECONDS } from '../../src/security-group/domain/asking/asked-change';
import { NO_ONE_ANSWERED } from '../../src/security-group/domain/deciding/carry-out-decision';
import {
  entryOf,
  type Grant,
  type GroupLedger,
  isAdopted,
  isSuspended,
  livingGrants,
} from '../../src/security-group/domain/ledger/ledger';
import type { Rule } from '../../src/security-group/domain/rules/rule';
import { ruleText } from '../../src/security-group/domain/rules/rule-text';
import { plainText } from '../../src/shared/domain/notification/plain-text';
import type { DeployedStack, LocalAws, Place } from '../local-aws';

/** EC2 makes one in each VPC; no one is shown it. */
const DEFAULT_GROUP = 'default';

export interface WatchedGroups {
  readonly localAws: LocalAws;
  /** Of the sentry. */
  readonly stack: DeployedStack;
  /** Where groups are shown. */
  readonly places: readonly Place[];
}

/** The groups and their rules as they are now, and what the ledger of the sentry says of them. */
export async function lookAtGroups(watched: WatchedGroups): Promise<FactOf<'groups'>> {
  const groups = await Promise.all(watched.places.map(async (place) => groupsIn(place, watched)));
  return { kind: 'groups', groups: groups.flat() };
}

async function groupsIn(
  place: Place,
  { localAws, stack, places }: WatchedGroups,
): Promise<Group[]> {
  const ec2 = new EC2Client(localAws.accessTo(place));
  const tables = new DynamoDBClient(localAws.accessTo(stack.place));
  const keys = isHome(place, stack) ? OWN_KEYS : ledgerKeysOf(place);
  const ledger = new DynamoLedger(tables, ledgerTable(stack), keys);
  try {
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const shown = SecurityGroups.filter(({ GroupName }) => GroupName !== DEFAULT_GROUP);
    const placeText = places.length > 1 ? `${place.accountId}, ${place.region}` : undefined;
    return await Promise.all(
      shown.map(async (group) => ({
        ...shownGroup(
          group,
          await rulesOf(group, ec2),
          await ledger.read(group.GroupId ?? ''),
          localAws.now(),
        ),
        ...(placeText && { place: placeText }),
      })),
    );
  } finally {
    ec2.destroy();
    tables.destroy();
  }
}

async function rulesOf({ GroupId = '' }: SecurityGroup, ec2: EC2Client): Promise<readonly Rule[]> {
  const { SecurityGroupRules = [] } = await ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }] }),
  );
  return groupRules(SecurityGroupRules).rules;
}

export function shownGroup(
  { GroupId = '', GroupName = '', Description = '' }: SecurityGroup,
  rules: readonly Rule[],
  ledger: GroupLedger,
  now: Date,
): Group {
  return {
    id: GroupId,
    name: plainText(GroupName),
    description: plainText(Description),
    isMonitored: isAdopted(ledger),
    rules: rules
      .map((rule) => shownRule(rule, ledger, now))
      .sort((one, other) => one.text.localeCompare(other.text, 'en', { numeric: true })),
  };
}

function shownRule(rule: Rule, ledger: GroupLedger, now: Date): GroupRule {
  return {
    id: rule.id ?? '',
    text: ruleText(rule),
    description: plainText(rule.description ?? ''),
    acceptance: acceptanceOf(rule, ledger, now),
  };
}

function acceptanceOf(rule: Rule, ledger: GroupLedger, now: Date): Acceptance {
  const entry = entryOf(rule, ledger);
  if (isSuspended(entry, now)) return { kind: 'suspended' };
  const living = livingGrants(entry, now);
  const undecided = living.find(isUndecided);
  if (undecided) return { kind: 'undecided', ...deadlineOf(undecided) };
  const grants = living.map(({ cause, by, since, until }) => ({
    cause,
    by: plainText(by),
    since: since.getTime(),
    ...(until && { until: until.getTime() }),
  }));
  return grants.length > 0 ? { kind: 'accepted', grants } : { kind: 'not-accepted' };
}

/** While people are asked, the rule has a grant of the workflow's, which no one has confirmed. */
function isUndecided({ cause, requestId, confirmed, by }: Grant): boolean {
  return (
    cause === 'approval-request' &&
    requestId !== undefined &&
    confirmed !== true &&
    by !== NO_ONE_ANSWERED
  );
}

/** As Slack has it: the grant lasts longer, so that the decision comes first. */
function deadlineOf({ until }: Grant): { readonly until?: number } {
  return until ? { until: until.getTime() - AFTER_END_MILLISECONDS } : {};
}

function isHome({ accountId, region }: Place, { place }: DeployedStack): boolean {
  return place.accountId === accountId && place.region === region;
}

function ledgerTable({ resources }: DeployedStack): string {
  const table = [...resources].find(
    ([id, { type }]) => type === 'AWS::DynamoDB::Table' && id.includes('Ledger'),
  );
  if (!table) {
    throw new Error('The stack has no ledger, in which the sentry keeps what it accepts.');
  }
  return table[1].physicalId;
}
