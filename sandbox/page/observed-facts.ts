import * as z from 'zod/mini';
import type { Fact, FactOf, Happened } from './facts';
import { RuleNames } from './rule-names';
import { REASONS_NOT_TO_ASK } from '../../src/approval/domain/approval-request';
import { WHY_NOT_ASKED } from '../../src/approval/domain/request-text';
import { canonicalRule } from '../../src/security-group/domain/rules/rule';
import { ruleText } from '../../src/security-group/domain/rules/rule-text';
import { SECURITY_GROUP_METRICS } from '../../src/shared/contracts/metrics';
import { plainText } from '../../src/shared/domain/notification/plain-text';
import { CLOUD_FORMATION, isDeploymentRole } from '../cloudtrail/caller';
import type { ApiCall, CloudTrailEvent } from '../cloudtrail/tap';
import { type Delivery, titleOf } from '../inbox';
import type { InvocationReport } from '../runner/deployed-function';
import { jsonOf, loggedErrorIn } from '../support/logged-error';
import { sentRule } from '../support/timeline';

/** In the sandbox, people are users; functions have roles, and AWS itself calls too. */
const PERSON = 'IAMUser';
const RULE_CALL = /^(Authorize|Revoke|Modify)SecurityGroup/;
const KEY_CALL = /^(Update|Delete)AccessKey$/;
const SNAPSHOT_CALL = 'DeleteSnapshot';

const Items = <T extends z.ZodMiniType>(item: T) => z.optional(z.object({ items: z.array(item) }));

const RecordedRule = z.object({
  securityGroupRuleId: z.optional(z.string()),
  isEgress: z.boolean(),
  ipProtocol: z.string(),
  fromPort: z.optional(z.number()),
  toPort: z.optional(z.number()),
  cidrIpv4: z.optional(z.string()),
  cidrIpv6: z.optional(z.string()),
  prefixListId: z.optional(z.string()),
  referencedGroupId: z.optional(z.string()),
});

const ModifiedRule = z.object({
  SecurityGroupRuleId: z.string(),
  SecurityGroupRule: z.object({
    IpProtocol: z.string(),
    FromPort: z.optional(z.number()),
    ToPort: z.optional(z.number()),
    CidrIpv4: z.optional(z.string()),
    CidrIpv6: z.optional(z.string()),
    PrefixListId: z.optional(z.string()),
    ReferencedGroupId: z.optional(z.string()),
  }),
});

const ModifyRequest = z.object({
  GroupId: z.string(),
  SecurityGroupRule: z.union([ModifiedRule, z.array(ModifiedRule)]),
});

/** As much of a record as the timeline tells. */
const ToldRecord = z.object({
  eventID: z.string(),
  eventName: z.string(),
  errorCode: z.optional(z.string()),
  userIdentity: z.object({
    type: z.string(),
    arn: z.optional(z.string()),
    invokedBy: z.optional(z.string()),
  }),
  sourceIPAddress: z.string(),
  userAgent: z.string(),
  requestParameters: z.optional(
    z.nullable(
      z.object({
        groupId: z.optional(z.string()),
        ModifySecurityGroupRulesRequest: z.optional(ModifyRequest),
      }),
    ),
  ),
  responseElements: z.optional(
    z.nullable(
      z.object({
        securityGroupRuleSet: Items(RecordedRule),
        revokedSecurityGroupRuleSet: Items(RecordedRule),
      }),
    ),
  ),
});
type ToldRecord = z.infer<typeof ToldRecord>;

/** What the sandbox tells, as facts for the timeline and the inbox. */
export class ObservedFacts {
  /** The events of the functions' own calls. */
  private readonly ownEvents = new Set<string>();
  private readonly ruleNames = new RuleNames();

  /** How groups are now: what is told of a rule names it. */
  learn({ groups }: FactOf<'groups'>): void {
    for (const { id, text } of groups.flatMap(({ rules }) => rules)) this.ruleNames.learn(id, text);
  }

  /** What an event says of rules, though it may be made up. */
  learnFrom({ detail }: CloudTrailEvent): void {
    const { data: record } = ToldRecord.safeParse(detail);
    if (record) this.learnRules(record);
  }

  /** Who called what, from where; and its event. What functions call is told otherwise. */
  ofEvent({ detail }: CloudTrailEvent, at: number): Happened[] {
    const { data: record } = ToldRecord.safeParse(detail);
    if (!record) return [];
    const call = callText(record, this.ruleNames);
    this.learnRules(record);
    if (isOwn(record)) {
      this.ownEvents.add(record.eventID);
      return [];
    }
    const { eventName, errorCode, sourceIPAddress, userAgent } = record;
    const end = errorCode ? `, with the error ${errorCode}` : '';
    return [
      {
        ...happened(at, 'call', call),
        by: plainText(callerOf(record)),
        from: plainText([...new Set([sourceIPAddress, userAgent.split(' ')[0]])].join(', ')),
      },
      happened(at, 'event', plainText(`${eventName}, as CloudTrail would have written it${end}`)),
    ];
  }

  /** Errors; what became of an event about which nothing was done in EC2; and repeats. */
  ofLog(line: string, at: number): Happened[] {
    const logged = jsonOf(line);
    const responded = Responded.safeParse(logged);
    if (responded.success) {
      if (this.ownEvents.has(responded.data.eventId)) return [];
      return verdictFacts(responded.data, at, this.ruleNames);
    }
    const notAsked = NotAsked.safeParse(logged);
    if (notAsked.success) {
      return [happened(at, 'message', notAskedText(notAsked.data.entry.detail))];
    }
    if (Repeated.safeParse(logged).success) return [happened(at, 'message', UNTOLD_REPEAT)];
    const error = loggedErrorIn(line);
    return error === undefined ? [] : [happened(at, 'fault', `logged: ${plainText(error)}`)];
  }

  /** What functions do to rules and keys. */
  ofCall(call: ApiCall): Happened[] {
    if (isPutByPerson(call)) return call.status >= 400 ? [] : [putFact(call)];
    const role = /:assumed-role\/([^/]+)/.exec(call.callerArn ?? '')?.[1];
    if (call.status >= 400 || !role || isDeploymentRole(role)) return [];
    if (call.service === 'ec2' && RULE_CALL.test(call.action)) {
      return revertFacts(call, role, this.ruleNames);
    }
    if (call.service === 'iam' && KEY_CALL.test(call.action)) return [stepFact(call, role)];
    if (call.service === 'ec2' && call.action === SNAPSHOT_CALL) return [deletionFact(call, role)];
    return [];
  }

  ofDelivery(delivery: Delivery): Fact[] {
    const { at, emailText } = delivery;
    const shown = plainText(titleOf(delivery));
    return [
      happened(at, 'message', shown),
      { kind: 'delivered', at, subject: shown, text: emailText },
    ];
  }

  ofInvocation({ succeeded, endedAt, error }: InvocationReport): Happened[] {
    if (succeeded) return [];
    return [
      happened(endedAt, 'fault', plainText(`a function ended: ${error ?? 'without a word'}`)),
    ];
  }

  private learnRules({ requestParameters, responseElements }: ToldRecord): void {
    for (const rule of responseElements?.securityGroupRuleSet?.items ?? []) {
      if (rule.securityGroupRuleId) {
        this.ruleNames.learn(rule.securityGroupRuleId, recordedRuleText(rule));
      }
    }
    const modify = requestParameters?.ModifySecurityGroupRulesRequest;
    for (const rule of modify ? [modify.SecurityGroupRule].flat() : []) {
      const text = valuesText(rule.SecurityGroupRule);
      if (text !== undefined) this.ruleNames.learn(rule.SecurityGroupRuleId, text);
    }
  }
}

/** Of a function. A deployment comes from outside, as people do. */
function isOwn({ userIdentity: { type, invokedBy } }: ToldRecord): boolean {
  return type !== PERSON && invokedBy !== CLOUD_FORMATION;
}

function callerOf({ userIdentity: { arn, invokedBy } }: ToldRecord): string {
  return invokedBy === CLOUD_FORMATION ? 'a deployment' : nameOf(arn);
}

/**
 * What people have decided is carried out by this function, and is no revert. In members, a hub's
 * functions share their roles, and are known by their sessions.
 */
const DECISION_CALLER = /CarryOutDecisionRole|-hub-decide$/;

/** The verdict comes before the call that carries it out. */
function revertFacts(call: ApiCall, role: string, names: RuleNames): Happened[] {
  const { action, at, durationMs } = call;
  const { verdict, done } = verdictOf(action);
  const by = plainText(shortRole(role));
  const isDecided = DECISION_CALLER.test(call.callerArn ?? '');
  const words = isDecided ? `${verdict}, as decided` : verdict;
  return [
    happened(
      Math.round(at - durationMs),
      'verdict',
      `${words}: ${plainText(rulesOf(call, names))}`,
    ),
    { ...happened(at, isDecided ? 'step' : 'revert', `${action}: ${done}`), by },
  ];
}

/** CloudTrail writes no such call: no event tells of it. */
function isPutByPerson({ service, action, callerArn = '' }: ApiCall): boolean {
  return service === 'events' && action === 'PutEvents' && callerArn.includes(':user/');
}

function putFact({ at, callerArn, json }: ApiCall): Happened {
  const sources = PutRequest.safeParse(json).data?.Entries.map(({ Source = '' }) => Source) ?? [];
  const text = plainText(`PutEvents: an event of ${sources.join(', ')}`);
  return { ...happened(at, 'call', text), by: plainText(nameOf(callerArn)) };
}

const PutRequest = z.object({ Entries: z.array(z.object({ Source: z.optional(z.string()) })) });

/** Deactivated, or deleted. */
function stepFact({ action, at, parameters }: ApiCall, role: string): Happened {
  const { AccessKeyId = '', UserName = '', Status } = parameters;
  const done = Status ? `, ${Status}` : '';
  const text = plainText(`${action}: ${AccessKeyId} of ${UserName}${done}`);
  return { ...happened(at, 'step', text), by: plainText(shortRole(role)) };
}

/** What someone's function has done once people have approved it. */
function deletionFact({ action, at, parameters }: ApiCall, role: string): Happened {
  const text = plainText(`${action}: ${parameters.SnapshotId ?? 'a snapshot'} is gone`);
  return { ...happened(at, 'step', text), by: plainText(shortRole(role)) };
}

const REVOKED_RULE = /^SecurityGroupRuleId\.\d+$/;
const MODIFIED_RULE = 'SecurityGroupRule.1';

/** The rules that a function's call is about, by what they are. */
function rulesOf(call: ApiCall, names: RuleNames): string {
  const { parameters } = call;
  const revoked = Object.entries(parameters).filter(([name]) => REVOKED_RULE.test(name));
  if (revoked.length > 0) return revoked.map(([, id]) => names.nameOf(id)).join('; ');
  const modified = parameters[`${MODIFIED_RULE}.SecurityGroupRuleId`];
  if (modified === undefined) return sentRule(call);
  const restored = sentValuesText(parameters);
  const isText = restored === undefined ? '' : `${restored}, in place of `;
  return `${isText}${names.nameBefore(modified, restored ?? '')}`;
}

function sentValuesText(parameters: ApiCall['parameters']): string | undefined {
  const value = (name: string) => parameters[`${MODIFIED_RULE}.SecurityGroupRule.${name}`];
  const port = (name: string) => {
    const text = value(name);
    return text === undefined ? undefined : Number(text);
  };
  return valuesText({
    IpProtocol: value('IpProtocol') ?? '',
    FromPort: port('FromPort'),
    ToPort: port('ToPort'),
    CidrIpv4: value('CidrIpv4'),
    CidrIpv6: value('CidrIpv6'),
    PrefixListId: value('PrefixListId'),
    ReferencedGroupId: value('ReferencedGroupId'),
  });
}

function callText(
  { eventName, requestParameters, responseElements }: ToldRecord,
  names: RuleNames,
): string {
  const rules = [
    ...(responseElements?.securityGroupRuleSet?.items ?? []),
    ...(responseElements?.revokedSecurityGroupRuleSet?.items ?? []),
  ].map(recordedRuleText);
  const modify = requestParameters?.ModifySecurityGroupRulesRequest;
  if (modify) {
    rules.push(...[modify.SecurityGroupRule].flat().map((rule) => modifiedRuleText(rule, names)));
  }
  const group = requestParameters?.groupId ?? modify?.GroupId;
  return plainText(
    [eventName, rules.length > 0 ? `: ${rules.join('; ')}` : '', group ? ` in ${group}` : ''].join(
      '',
    ),
  );
}

function modifiedRuleText(
  { SecurityGroupRuleId: id, SecurityGroupRule: rule }: z.infer<typeof ModifiedRule>,
  names: RuleNames,
): string {
  const text = valuesText(rule);
  return text === undefined ? names.nameOf(id) : `${names.nameBefore(id, text)} becomes ${text}`;
}

function valuesText(rule: z.infer<typeof ModifiedRule>['SecurityGroupRule']): string | undefined {
  const canonical = canonicalRule({
    direction: 'ingress',
    protocol: rule.IpProtocol,
    fromPort: rule.FromPort,
    toPort: rule.ToPort,
    ipRange: rule.CidrIpv4 ?? rule.CidrIpv6,
    prefixListId: rule.PrefixListId,
    groupId: rule.ReferencedGroupId,
  });
  return canonical && ruleText(canonical);
}

function recordedRuleText(rule: z.infer<typeof RecordedRule>): string {
  const canonical = canonicalRule({
    direction: rule.isEgress ? 'egress' : 'ingress',
    protocol: rule.ipProtocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    ipRange: rule.cidrIpv4 ?? rule.cidrIpv6,
    prefixListId: rule.prefixListId,
    groupId: rule.referencedGroupId,
  });
  return canonical ? ruleText(canonical) : (rule.securityGroupRuleId ?? 'a rule');
}

function verdictOf(action: string): { readonly verdict: string; readonly done: string } {
  if (action.startsWith('Revoke')) return { verdict: 'revoke', done: 'the rule is gone' };
  if (action.startsWith('Authorize')) {
    return { verdict: 'restore', done: 'the rule is there again' };
  }
  return { verdict: 'restore', done: 'the rule has its earlier values again' };
}

/** A metric, as functions log it. */
const Repeated = z.object({
  [SECURITY_GROUP_METRICS.repeats]: z.union([z.number(), z.array(z.number())]),
});

const UNTOLD_REPEAT = 'none is sent: the same was told a short while ago, and is only counted now';

/** A workflow's line about a request of which no one hears in Slack. */
const NotAsked = z.object({
  message: z.literal('step'),
  entry: z.object({ what: z.literal('not-asked'), detail: z.enum(REASONS_NOT_TO_ASK) }),
});

function notAskedText(reason: z.infer<typeof NotAsked>['entry']['detail']): string {
  const end = reason === 'asked-already' ? '' : ', and it is as if it were denied';
  return `no one is asked in Slack: ${WHY_NOT_ASKED[reason]}${end}`;
}

const Responded = z.object({
  message: z.literal('responded'),
  eventId: z.string(),
  tries: z.optional(z.number()),
  outcomes: z.array(z.object({ rules: z.array(z.object({ rule: z.string(), kind: z.string() })) })),
});

/** A later try may have left the event to one that is still at it. */
const NO_CHANGE = {
  first: 'nothing has to be done: the groups are as they may be',
  later: 'another try at the same event changes nothing',
};

function verdictFacts(
  { outcomes, tries = 1 }: z.infer<typeof Responded>,
  at: number,
  names: RuleNames,
): Happened[] {
  const rules = outcomes.flatMap((outcome) => outcome.rules);
  if (rules.length === 0) {
    return [happened(at, 'verdict', tries === 1 ? NO_CHANGE.first : NO_CHANGE.later)];
  }
  return rules
    .filter(({ kind }) => kind !== 'reverted')
    .map(({ rule, kind }) =>
      happened(at, 'verdict', plainText(`${outcomeText(kind)}: ${names.nameOf(rule)}`)),
    );
}

/** "already gone"; "left as it is", and no word that could mean that a removed rule was saved. */
function outcomeText(kind: string): string {
  return kind === 'kept' ? 'left as it is' : kind.replaceAll('-', ' ');
}

function happened(at: number, what: Happened['what'], text: string): Happened {
  return { kind: 'happened', at, what, text };
}

/** "user/visitor" of arn:aws:iam::123456789012:user/visitor. */
function nameOf(arn: string | undefined): string {
  return arn?.split(':').slice(5).join(':') ?? 'someone';
}

/** "GroupSentryRespondToChanges" of the name that CloudFormation has given to its role. */
function shortRole(role: string): string {
  return /^[^-]+-(.+)Role[0-9A-F]{8}-/.exec(role)?.[1] ?? role;
}
