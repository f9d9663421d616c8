import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { readableText } from './readable-text';
import type { TrafficPattern } from './traffic-pattern';
import type { Baseline } from '../domain/policies/policy';
import type { TrafficPattern as PatternSpecification } from '../domain/policies/traffic-pattern';
import { DIRECTIONS } from '../domain/rules/rule';

/** How a locked group is held. */
export interface LockedBaselineProps {
  /**
   * Whether rules that someone takes away are put back as well. Without it a removal is only
   * reported: a responder who closes a port must not find it open again. Removals by a trusted
   * actor stand either way. A sentry throws where the policy's response is `notifyOnly`, which puts
   * nothing back.
   *
   * @default false
   */
  readonly restoreRemoved?: boolean;
}

/** Which rules a monitored group may hold. */
export class SecurityGroupBaseline {
  /**
   * Any rule but those that open one of these.
   *
   * It counts for everyone: what a trusted actor adds violates it too. So do rules that the app
   * itself writes: an error at synth where the sentry would revert them, a warning where it would
   * not.
   *
   * @param patterns the traffic that no rule may open. Throws if the list is empty, and for one
   * that is there twice.
   */
  public static forbid(patterns: TrafficPattern[]): SecurityGroupBaseline {
    if (patterns.length === 0) {
      throw new Error(
        'SecurityGroupBaseline.forbid() got an empty list and would forbid nothing: name a pattern, such as TrafficPattern.fromInternet(Ports.SSH).',
      );
    }
    refuseTwice('forbid', patterns);
    return new SecurityGroupBaseline(
      { kind: 'forbid', patterns: patterns.map((pattern) => pattern._specification) },
      patterns.flatMap((pattern) => pattern._vpcs),
    );
  }

  /**
   * Only rules all of whose traffic is within one of these.
   *
   * Both directions count: to leave outbound traffic alone, allow
   * `TrafficPattern.of({ direction: RuleDirection.EGRESS })` as well. It counts for everyone,
   * and a rule of the app itself that opens more is an error at synth where the sentry would revert
   * it, a warning where it would not.
   *
   * @param patterns what rules may open. Throws if the list is empty, for one that is there twice,
   * where they allow all traffic, and for `TrafficPattern.withoutDescription()`,
   * `TrafficPeer.publicRange()`, `TrafficPeer.anyPublicAddress()` and an internet with `excluding`,
   * which say what to forbid.
   */
  public static allowOnly(patterns: TrafficPattern[]): SecurityGroupBaseline {
    if (patterns.length === 0) {
      throw new Error(
        'SecurityGroupBaseline.allowOnly() got an empty list and would allow nothing: name a pattern, such as TrafficPattern.fromInternet(Ports.tcp(443)).',
      );
    }
    patterns.forEach(checkAllowed);
    refuseTwice('allowOnly', patterns);
    refuseAllAllowed(patterns);
    return new SecurityGroupBaseline(
      { kind: 'allowOnly', patterns: patterns.map((pattern) => pattern._specification) },
      patterns.flatMap((pattern) => pattern._vpcs),
    );
  }

  /** Only the rules that stand in the group already, and those that a trusted actor adds. */
  public static locked(props: LockedBaselineProps = {}): SecurityGroupBaseline {
    return new SecurityGroupBaseline({
      kind: 'locked',
      restoreRemoved: props.restoreRemoved ?? false,
    });
  }

  private constructor(
    private readonly specification: Baseline,
    private readonly vpcs: ec2.IVpc[] = [],
  ) {}

  /**
   * Those that its patterns name.
   *
   * @internal
   */
  public get _vpcs(): ec2.IVpc[] {
    return this.vpcs;
  }

  /** @internal */
  public get _specification(): Baseline {
    return this.specification;
  }
}

function refuseTwice(baseline: 'forbid' | 'allowOnly', patterns: readonly TrafficPattern[]): void {
  const texts = patterns.map(({ _specification }) => JSON.stringify(_specification));
  const twice = patterns.find((_, index) => texts.indexOf(texts[index]!) < index);
  if (!twice) return;
  throw new Error(
    readableText(
      `SecurityGroupBaseline.${baseline}() got the pattern "${twice._specification.name}" twice: leave it out once.`,
    ),
  );
}

function refuseAllAllowed(patterns: readonly TrafficPattern[]): void {
  const unlimited = patterns.map(({ _specification }) => _specification).filter(isUnlimited);
  const isAllAllowed = DIRECTIONS.every((direction) =>
    unlimited.some((pattern) => (pattern.direction ?? direction) === direction),
  );
  if (!isAllAllowed) return;
  throw new Error(
    'SecurityGroupBaseline.allowOnly() allows all traffic in both directions, so no rule would ever violate it: name the ports or peers that may be, or write no such policy.',
  );
}

/** But for its direction. */
function isUnlimited({ traffic, peers }: PatternSpecification): boolean {
  return !peers && (!traffic || traffic.some(({ kind }) => kind === 'any'));
}

/**
 * Throws for a pattern that says that something is too much: once allowed, it would read as its
 * opposite.
 */
function checkAllowed({ _specification: { undescribed, peers } }: TrafficPattern): void {
  if (undescribed) {
    throw new Error(
      'SecurityGroupBaseline.allowOnly() got TrafficPattern.withoutDescription() and would allow rules because no one described them: ' +
        'forbid it in a policy of its own, with SecurityGroupBaseline.forbid().',
    );
  }
  const measured = peers?.filter((peer) => peer.kind === 'internet') ?? [];
  if (measured.some(({ ipv4Prefix }) => ipv4Prefix !== undefined)) {
    throw new Error(
      'SecurityGroupBaseline.allowOnly() got TrafficPeer.publicRange() or TrafficPeer.anyPublicAddress(), which says what is too broad: ' +
        'allow TrafficPeer.internet() or ranges, and forbid what is too broad in a policy of its own, with SecurityGroupBaseline.forbid().',
    );
  }
  if (measured.some(({ excluding }) => excluding !== undefined)) {
    throw new Error(
      'SecurityGroupBaseline.allowOnly() got an internet with "excluding", which says what not to forbid: ' +
        'allow those ranges with TrafficPeer.ipRange(), and forbid the rest of the internet in a policy of its own, with SecurityGroupBaseline.forbid().',
    );
  }
}
