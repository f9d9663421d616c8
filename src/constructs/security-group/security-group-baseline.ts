import type { TrafficPattern } from './traffic-pattern';
import type { Baseline } from '../../domain/security-group/policy';

/** Which rules a monitored group may hold. */
export class SecurityGroupBaseline {
  /**
   * Any rule but those that open one of these.
   *
   * Nobody is exempt: what a trusted actor adds violates it too.
   *
   * @param patterns the traffic that no rule may open. Throws if the list is empty.
   */
  public static forbid(patterns: TrafficPattern[]): SecurityGroupBaseline {
    if (patterns.length === 0) {
      throw new Error('SecurityGroupBaseline.forbid() got an empty list and would forbid nothing: name a pattern, such as TrafficPattern.fromInternet(Ports.SSH).');
    }
    return new SecurityGroupBaseline({ kind: 'forbid', patterns: patterns.map((pattern) => pattern._specification) });
  }

  /** Only the rules that stand in the group already, and those that a trusted actor adds. */
  public static locked(): SecurityGroupBaseline {
    return new SecurityGroupBaseline({ kind: 'locked' });
  }

  /** @internal */
  public readonly _specification: Baseline;

  private constructor(specification: Baseline) {
    this._specification = specification;
  }
}
