import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Ports } from './ports';
import { type InternetProps, TrafficPeer } from './traffic-peer';
import type { TrafficPattern as PatternSpecification } from '../domain/policies/traffic-pattern';

/** Which way traffic goes, seen from the group. */
export enum RuleDirection {
  /** Into the group. */
  INGRESS = 'ingress',
  /** Out of the group. */
  EGRESS = 'egress',
}

/** Properties of a TrafficPattern. */
export interface TrafficPatternProps {
  /**
   * Which way the traffic goes.
   *
   * @default - both ways
   */
  readonly direction?: RuleDirection;

  /**
   * Protocols and ports. Throws if the list is empty.
   *
   * @default - any
   */
  readonly ports?: Ports[];

  /**
   * The other side. Throws if the list is empty.
   *
   * @default - anyone
   */
  readonly peers?: TrafficPeer[];
}

/**
 * Traffic, as baselines speak of it.
 *
 * Rules are judged by the traffic that they let through, not by their text: 20-30, 0-65535 and "all
 * traffic" all open port 22. A baseline that forbids a pattern forbids every rule that lets any of
 * it through; one that allows only patterns allows a rule all of whose traffic is within one of
 * them.
 */
export class TrafficPattern {
  /**
   * Traffic from the internet into the group.
   *
   * @param ports the protocols and ports that are meant.
   * @param props the part of the internet that is not meant. Throws if it cannot be.
   */
  public static fromInternet(ports: Ports, props?: InternetProps): TrafficPattern {
    return TrafficPattern.of({
      direction: RuleDirection.INGRESS,
      ports: [ports],
      peers: [TrafficPeer.internet(props)],
    });
  }

  /**
   * Traffic from the group out to the internet.
   *
   * @param ports the protocols and ports that are meant.
   * @param props the part of the internet that is not meant. Throws if it cannot be.
   */
  public static toInternet(ports: Ports, props?: InternetProps): TrafficPattern {
    return TrafficPattern.of({
      direction: RuleDirection.EGRESS,
      ports: [ports],
      peers: [TrafficPeer.internet(props)],
    });
  }

  /** Traffic of the given direction, ports and peers. */
  public static of(props: TrafficPatternProps): TrafficPattern {
    for (const [name, list] of [
      ['ports', props.ports],
      ['peers', props.peers],
    ] as const) {
      if (list?.length === 0) {
        throw new Error(
          `A traffic pattern has an empty list of ${name} and would match nothing: name one, or leave "${name}" out to mean any.`,
        );
      }
    }
    return new TrafficPattern(
      {
        name: patternName(props),
        direction: props.direction,
        traffic: props.ports?.flatMap((ports) => ports._traffic),
        peers: props.peers?.map((peer) => peer._pattern),
      },
      props.peers?.flatMap((peer) => peer._vpc ?? []),
    );
  }

  /** Every rule, whatever it lets through. */
  public static everything(): TrafficPattern {
    return TrafficPattern.of({});
  }

  /**
   * Rules that no one has described, whatever they let through. It is meant for `forbid`;
   * `allowOnly` refuses it.
   *
   * The rule for all outbound traffic that EC2 gives to every new group has no description either.
   */
  public static withoutDescription(): TrafficPattern {
    return new TrafficPattern({ name: 'a rule without a description', undescribed: true });
  }

  private constructor(
    private readonly specification: PatternSpecification,
    private readonly vpcs: ec2.IVpc[] = [],
  ) {}

  /**
   * Those that it names.
   *
   * @internal
   */
  public get _vpcs(): ec2.IVpc[] {
    return this.vpcs;
  }

  /** @internal */
  public get _specification(): PatternSpecification {
    return this.specification;
  }
}

function patternName({ direction, ports, peers }: TrafficPatternProps): string {
  const what = ports?.map((port) => port._name).join(' or ') ?? 'anything';
  const whom = peers?.map((peer) => peer._name).join(' or ') ?? 'anyone';
  const preposition = { ingress: 'from', egress: 'to', both: 'from or to' }[direction ?? 'both'];
  return `${what} ${preposition} ${whom}`;
}
