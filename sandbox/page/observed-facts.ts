import * as z from 'zod/mini';
import type { Fact, Happened } from './facts';
import { canonicalRule } from '../../src/security-group/domain/rules/rule';
import { ruleText } from '../../src/security-group/domain/rules/rule-text';
import { SECURITY_GROUP_METRICS } from '../../src/shared/contracts/metrics';
import { plainText } from '../../src/shared/domain/notification/plain-text';
import type { ApiCall, CloudTrailEvent } from '../cloudtrail/tap';
import type { Delivery } from '../inbox';
import type { InvocationReport } from '../runner/deployed-function';
import { sentRule } from '../support/timeline';

/** In the sandbox, people are users; functions have roles, and AWS itself calls too. */
const PERSON = 'IAMUser';
const RULE_CALL = /^(Authorize|Revoke|Modify)SecurityGroup/;
const KEY_CALL = /^(Update|Delete)AccessKey$/;

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
  userIdentity: z.object({ type: z.string(), arn: z.optional(z.string()) }),
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

  /** Who called what, from where; and its event. What functions call is told otherwise. */
  ofEvent({ detail }: CloudTrailEvent, at: number): Happened[] {
    const { data: record } = ToldRecord.safeParse(detail);
    if (!record) return [];
    if (record.userIdentity.type !== PERSON) {
      this.ownEvents.add(record.eventID);
      return [];
    }
    const { eventName, errorCode, userIdentity, sourceIPAddress, userAgent } = record;
    const end = errorCode ? `, with the error ${errorCode}` : '';
    return [
      {
        ...happened(at, 'call', callText(record)),
        by: plainText(nameOf(userIdentity.arn)),
        from: plainText(`${sourceIPAddress}, ${userAgent.split(' ')[0]}`),
      },
      happened(at, 'event', plainText(`${eventName}, as CloudTrail would have written it${end}`)),
    ];
  }

  /** Errors; what became of an event about which nothing was done in EC2; and repeats. */
  ofLog(line: string, at: number): Happened[] {
    const logged = jsonOf(line);
    const responded = Responded.safeParse(logged);
    if (responded.success) {
      return this.ownEvents.has(responded.data.eventId) ? [] : verdictFacts(responded.data, at);
    }
    if (Repeated.safeParse(logged).success) return [happened(at, 'message', UNTOLD_REPEAT)];
    const error = LoggedLine.safeParse(logged);
    if (!error.success || error.data.level !== 'ERROR') return [];
    return [happened(at, 'fault', `logged: ${plainText(error.data.message)}`)];
  }

  /** What functions do to rules and keys. */
  ofCall(call: ApiCall): Happened[] {
    const role = /:assumed-role\/([^/]+)/.exec(call.callerArn ?? '')?.[1];
    if (call.status >= 400 || !role) return [];
    if (call.service === 'ec2' && RULE_CALL.test(call.action)) return revertFacts(call, role);
    if (call.service === 'iam' && KEY_CALL.test(call.action)) return [stepFact(call, role)];
    return [];
  }

  ofDelivery({ at, subject = 'without subject', emailText }: Delivery): Fact[] {
    return [
      happened(at, 'message', plainText(subject)),
      { kind: 'delivered', at, subject: plainText(subject), text: emailText },
    ];
  }

  ofInvocation({ succeeded, endedAt, error }: InvocationReport): Happened[] {
    if (succeeded) return [];
    return [
      happened(endedAt, 'fault', plainText(`a function ended: ${error ?? 'without a word'}`)),
    ];
  }
}

/** The verdict comes before the call that carries it out. */
function revertFacts(call: ApiCall, role: string): Happened[] {
  const { action, at, durationMs, parameters } = call;
  const rule =
    parameters['SecurityGroupRuleId.1'] ??
    parameters['SecurityGroupRule.1.SecurityGroupRuleId'] ??
    sentRule(call);
  const { verdict, done } = verdictOf(action);
  return [
    happened(Math.round(at - durationMs), 'verdict', `${verdict}: ${plainText(rule)}`),
    { ...happened(at, 'revert', `${action}: ${done}`), by: plainText(shortRole(role)) },
  ];
}

/** Deactivated, or deleted. */
function stepFact({ action, at, parameters }: ApiCall, role: string): Happened {
  const { AccessKeyId = '', UserName = '', Status } = parameters;
  const done = Status ? `, ${Status}` : '';
  const text = plainText(`${action}: ${AccessKeyId} of ${UserName}${done}`);
  return { ...happened(at, 'step', text), by: plainText(shortRole(role)) };
}

function callText({ eventName, requestParameters, responseElements }: ToldRecord): string {
  const rules = [
    ...(responseElements?.securityGroupRuleSet?.items ?? []),
    ...(responseElements?.revokedSecurityGroupRuleSet?.items ?? []),
  ].map(recordedRuleText);
  const modify = requestParameters?.ModifySecurityGroupRulesRequest;
  if (modify) rules.push(...[modify.SecurityGroupRule].flat().map(modifiedRuleText));
  const group = requestParameters?.groupId ?? modify?.GroupId;
  return plainText(
    [eventName, rules.length > 0 ? `: ${rules.join('; ')}` : '', group ? ` in ${group}` : ''].join(
      '',
    ),
  );
}

function modifiedRuleText({
  SecurityGroupRuleId: id,
  SecurityGroupRule: rule,
}: z.infer<typeof ModifiedRule>): string {
  const canonical = canonicalRule({
    direction: 'ingress',
    protocol: rule.IpProtocol,
    fromPort: rule.FromPort,
    toPort: rule.ToPort,
    ipRange: rule.CidrIpv4 ?? rule.CidrIpv6,
    prefixListId: rule.PrefixListId,
    groupId: rule.ReferencedGroupId,
  });
  return canonical ? `${id} becomes ${ruleText(canonical)}` : id;
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

const LoggedLine = z.object({ level: z.string(), message: z.string() });

const Responded = z.object({
  message: z.literal('responded'),
  eventId: z.string(),
  outcomes: z.array(z.object({ rules: z.array(z.object({ rule: z.string(), kind: z.string() })) })),
});

function verdictFacts({ outcomes }: z.infer<typeof Responded>, at: number): Happened[] {
  const rules = outcomes.flatMap((outcome) => outcome.rules);
  if (rules.length === 0) {
    return [happened(at, 'verdict', 'nothing has to be done: the groups are as they may be')];
  }
  return rules
    .filter(({ kind }) => kind !== 'reverted')
    .map(({ rule, kind }) => happened(at, 'verdict', plainText(`${outcomeText(kind)}: ${rule}`)));
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

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
