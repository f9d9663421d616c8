import { Stack, Stage, Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { readableText } from './readable-text';
import { warnAtSynth } from '../../shared/constructs/late-advice';
import type { PoliciesParameter } from '../contracts/sentry-parameters';
import { strongest, type Violation } from '../domain/judging/judgement';
import { isReverting, type Policy } from '../domain/policies/policy';
import { ALL_PROTOCOLS } from '../domain/rules/protocol';
import type { Direction, Rule } from '../domain/rules/rule';
import { ruleText } from '../domain/rules/rule-text';

/** How a sentry judges, as far as a template tells it. */
export interface AppJudging extends Pick<
  PoliciesParameter,
  'mode' | 'observeIn' | 'existingViolations'
> {
  readonly policies: readonly Policy[];
}

/** A rule of the app that violates policies of its own sentry. */
export interface AppRuleFinding {
  readonly place: IConstruct;
  readonly rule: Rule;
  /** At least one. */
  readonly violations: readonly Violation[];
}

/**
 * Gives the errors: rules that the sentry would revert as soon as a deployment makes them. Those
 * that it would leave, or ask about first, are warnings, each with an id of its own.
 */
export function tellFindings(
  findings: readonly AppRuleFinding[],
  sentry: Construct,
  judging: AppJudging,
): string[] {
  const observes = surelyObserves(sentry, judging);
  return findings.flatMap((finding) => {
    const sentence = beginning(finding);
    const hints = directionHint(finding, judging.policies);
    const worst = strongest(finding.violations)!;
    if (isReverting(worst.response) && !observes) {
      return [readableText(`${sentence}: ${reverted(worst, sentry, judging)}${hints}`)];
    }
    const id = warningId(finding);
    const fate = isReverting(worst.response) ? OBSERVED : leftFor(worst);
    const text = `${sentence}: ${fate} Change the rule, or the policies of ${sentry.node.path}; to keep both: Annotations.of(stack).acknowledgeWarning('${id}').${hints}`;
    warnAtSynth(sentry, id, readableText(text));
    return [];
  });
}

/** The unit of the sentry's account is not known at synth: where units say so, it may enforce. */
function surelyObserves(sentry: Construct, { mode, observeIn }: AppJudging): boolean {
  const { account } = Stack.of(sentry);
  return (
    mode === 'OBSERVE' ||
    (!Token.isUnresolved(account) && (observeIn?.accounts ?? []).includes(account))
  );
}

function beginning({ place, rule, violations }: AppRuleFinding): string {
  const reasons = [...new Set(violations.map(({ reason }) => reason))].join('; ');
  return `${place.node.path} gives a monitored group the rule "${ruleText(rule)}", which violates the sentry's own policy (${reasons})`;
}

function reverted(
  { response }: Violation,
  sentry: Construct,
  { existingViolations }: AppJudging,
): string {
  const asking = response === 'revertUntilApproved' ? ', ask people,' : '';
  const existing =
    existingViolations === 'RESPOND'
      ? 'and one that stands already as well'
      : 'one that stands already is left until then';
  return `the sentry reverts it${asking} as soon as a deployment makes it (${existing}). Change the rule, or the policies of ${sentry.node.path}. To begin over what exists, write SentryMode.OBSERVE, or ChangeResponse.notifyOnly() in the policy.`;
}

const OBSERVED =
  'the sentry only observes, so it reports the rule as soon as a deployment makes it, and leaves it. With SentryMode.ENFORCE this is an error.';

function leftFor({ response, asking }: Violation): string {
  if (response === 'notifyOnly') {
    return 'the sentry reports it as soon as a deployment makes it, and leaves it.';
  }
  const end = asking?.whenUnanswered === 'accept' ? 'if they deny it' : 'unless they approve it';
  return `the sentry asks people as soon as a deployment makes it, and reverts it ${end}.`;
}

/**
 * By path and rule, so that to acknowledge one silences no other. Within its stage, so that each
 * stage of an app has the same. Two colons would end an id of `Validations`.
 */
function warningId({ place, rule }: AppRuleFinding): string {
  const stage = Stage.of(place)?.node.path ?? '';
  const path = place.node.path.slice(stage === '' ? 0 : stage.length + 1);
  const text = readableText(`${path}: ${ruleText(rule)}`).replaceAll('::', ':');
  return `cdk-sentries:violatingRule[${text}]`;
}

const WORDS = {
  ingress: { other: 'outbound', own: 'inbound', write: 'INGRESS' },
  egress: { other: 'inbound', own: 'outbound', write: 'EGRESS' },
} as const satisfies Record<Direction, object>;

/** Who lists what may come in seldom means that nothing may go out. */
function directionHint({ rule }: AppRuleFinding, policies: readonly Policy[]): string {
  const isOneSided = policies.some(
    ({ baseline }) =>
      baseline.kind === 'allowOnly' &&
      baseline.patterns.every(({ direction }) => direction && direction !== rule.direction),
  );
  if (!isOneSided) return '';
  const { other, own, write } = WORDS[rule.direction];
  return [
    ` allowOnly() judges both directions, and this one allows ${other} traffic alone:`,
    `to leave ${own} traffic alone, add TrafficPattern.of({ direction: RuleDirection.${write} }) to its patterns`,
    ...(isAllOutbound(rule) ? ['(or give the group allowAllOutbound: false)'] : []),
  ]
    .join(' ')
    .concat('.');
}

/** The rule that the CDK, or EC2 itself, gives to a group for which no one writes another. */
function isAllOutbound({ direction, protocol, peer }: Rule): boolean {
  return (
    direction === 'egress' &&
    protocol === ALL_PROTOCOLS &&
    peer.kind === 'ipv4' &&
    peer.cidr === '0.0.0.0/0'
  );
}
