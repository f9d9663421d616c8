import * as z from 'zod/mini';
import type { Fact, Happened } from './facts';
import { canonicalRule } from '../../src/security-group/domain/rules/rule';
import { ruleText } from '../../src/security-group/domain/rules/rule-text';
import { plainText } from '../../src/shared/domain/notification/plain-text';
import type { ApiCall, CloudTrailEvent } from '../cloudtrail/tap';
import type { Delivery } from '../inbox';
import type { InvocationReport } from '../runner/deployed-function';

const RULE_CALL = /^(Authorize|Revoke|Modify)SecurityGroup/;

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

/** As much of a record as the timeline tells. */
const ToldRecord = z.object({
  eventName: z.string(),
  errorCode: z.optional(z.string()),
  userIdentity: z.object({ type: z.string(), arn: z.optional(z.string()) }),
  sourceIPAddress: z.string(),
  userAgent: z.string(),
  requestParameters: z.optional(z.nullable(z.object({ groupId: z.optional(z.string()) }))),
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

/** Who called what, from where; and its event. What functions call is told otherwise. */
export function factsOfEvent({ detail }: CloudTrailEvent, at: number): Happened[] {
  const record = ToldRecord.safeParse(detail);
  if (!record.success || record.data.userIdentity.type === 'AssumedRole') return [];
  const { eventName, errorCode, userIdentity, sourceIPAddress, userAgent } = record.data;
  return [
    {
      ...happened(at, 'call', callText(record.data)),
      by: plainText(nameOf(userIdentity.arn)),
      from: plainText(`${sourceIPAddress}, ${userAgent.split(' ')[0]}`),
    },
    happened(
      at,
      'event',
      `${plainText(eventName)}, as CloudTrail would have written it${errorCode ? `, with the error ${plainText(errorCode)}` : ''}`,
    ),
  ];
}

function callText({ eventName, requestParameters, responseElements }: ToldRecord): string {
  const rules = [
    ...(responseElements?.securityGroupRuleSet?.items ?? []),
    ...(responseElements?.revokedSecurityGroupRuleSet?.items ?? []),
  ].map(recordedRuleText);
  const group = requestParameters?.groupId;
  return plainText(
    [eventName, rules.length > 0 ? `: ${rules.join('; ')}` : '', group ? ` in ${group}` : ''].join(
      '',
    ),
  );
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

/** What functions do to rules: the verdict comes before the call that carries it out. */
export function factsOfCall(call: ApiCall): Happened[] {
  const { service, action, status, at, durationMs, callerArn, parameters } = call;
  const role = /:assumed-role\/([^/]+)/.exec(callerArn ?? '')?.[1];
  if (service !== 'ec2' || status >= 400 || !role || !RULE_CALL.test(action)) return [];
  const rule =
    parameters['SecurityGroupRuleId.1'] ??
    parameters['SecurityGroupRule.1.SecurityGroupRuleId'] ??
    'a rule';
  const [verdict, done] = VERDICTS[verdictOf(action)];
  return [
    happened(Math.round(at - durationMs), 'verdict', `${verdict}: ${plainText(rule)}`),
    { ...happened(at, 'revert', `${action}: ${done}`), by: plainText(role) },
  ];
}

const VERDICTS = {
  revoke: ['revoke', 'the added rule is gone'],
  restore: ['restore', 'the rule is there again'],
  'give back': ['revert', 'the rule has its earlier values again'],
} as const;

function verdictOf(action: string): keyof typeof VERDICTS {
  if (action.startsWith('Revoke')) return 'revoke';
  return action.startsWith('Authorize') ? 'restore' : 'give back';
}

export function factsOfDelivery({ at, subject = 'without subject', emailText }: Delivery): Fact[] {
  return [
    happened(at, 'message', plainText(subject)),
    { kind: 'delivered', at, subject: plainText(subject), text: emailText },
  ];
}

export function factsOfInvocation({ succeeded, endedAt, error }: InvocationReport): Happened[] {
  if (succeeded) return [];
  return [happened(endedAt, 'fault', `a function ended: ${plainText(error ?? 'without a word')}`)];
}

const LoggedLine = z.object({ level: z.string(), message: z.string() });

const Responded = z.object({
  message: z.literal('responded'),
  outcomes: z.array(z.object({ rules: z.array(z.object({ rule: z.string(), kind: z.string() })) })),
});

/** Errors, and what became of an event about which nothing was done in EC2. */
export function factsOfLog(line: string, at: number): Happened[] {
  const logged = jsonOf(line);
  const responded = Responded.safeParse(logged);
  if (responded.success) return verdictFacts(responded.data, at);
  const error = LoggedLine.safeParse(logged);
  if (!error.success || error.data.level !== 'ERROR') return [];
  return [happened(at, 'fault', `logged: ${plainText(error.data.message)}`)];
}

function verdictFacts({ outcomes }: z.infer<typeof Responded>, at: number): Happened[] {
  const rules = outcomes.flatMap((outcome) => outcome.rules);
  if (rules.length === 0) {
    return [happened(at, 'verdict', 'nothing has to be done: the groups are as they may be')];
  }
  return rules
    .filter(({ kind }) => kind !== 'reverted')
    .map(({ rule, kind }) => happened(at, 'verdict', plainText(`${kind}: ${rule}`)));
}

function happened(at: number, what: Happened['what'], text: string): Happened {
  return { kind: 'happened', at, what, text };
}

/** "user/visitor" of arn:aws:iam::123456789012:user/visitor. */
function nameOf(arn: string | undefined): string {
  return arn?.split(':').slice(5).join(':') ?? 'someone';
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
