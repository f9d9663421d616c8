import { type ResourceEnvironment, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { isGroupId } from './group-id';
import type { Ports } from './ports';
import { readableText } from './readable-text';
import type { TrafficPeer } from './traffic-peer';
import { checkedReason } from '../../shared/constructs/exclusion-reason';
import { isLookupPlaceholder } from '../../shared/constructs/lookup-placeholders';
import { endOfDay } from '../../shared/domain/last-day';
import type { RuleExclusion as Exclusion } from '../domain/policies/rule-exclusion';
import { ALL_PROTOCOLS } from '../domain/rules/protocol';
import { canonicalRule, type Direction, type RawRule } from '../domain/rules/rule';

/** The one rule that is excluded, and why. */
export interface RuleExclusionProps {
  /**
   * The protocol and the ports of the rule, exactly: a rule for ports 20-30 is another than one for
   * port 22. `Ports.ALL_TRAFFIC` is the rule for all protocols and ports, `Ports.protocol(1)` the
   * one for all of ICMP. Throws for ports that are of several rules, such as `Ports.RDP`, and for
   * `Ports.ANY`.
   */
  readonly ports: Ports;

  /**
   * The other side of the rule, exactly: `TrafficPeer.ipRange()`, `TrafficPeer.prefixList()` or
   * `TrafficPeer.securityGroup()`. Throws for a peer that stands for many, such as
   * `TrafficPeer.internet()`: the rule that opens all of IPv4 has the range 0.0.0.0/0.
   */
  readonly peer: TrafficPeer;

  /**
   * Why the rule may stand, in one line of plain text, up to 200 characters. It is shown in
   * messages about the rule, and in the operator's list. Throws if it is empty, longer, or has line
   * breaks.
   */
  readonly reason: string;

  /**
   * The last day on which the rule is excluded, as YYYY-MM-DD; the day ends at midnight UTC. Seven
   * days before, and when it is over, the sentry says so. Throws for anything else, and at synth
   * once the day is over. More than a year ahead is a warning.
   *
   * @default - until a deployment takes the exclusion out
   */
  readonly until?: string;
}

/**
 * One rule of one group that a policy leaves alone: see `excluding` of a policy.
 *
 * The rule is meant by its direction, protocol, ports and peer, no matter who adds it, and what its
 * description is.
 */
export class RuleExclusion {
  /**
   * A rule that lets traffic into the group.
   *
   * @param group that holds the rule, and that the sentry watches.
   * @param props the rule, and why it is excluded.
   */
  public static ingress(group: ec2.ISecurityGroup, props: RuleExclusionProps): RuleExclusion {
    return RuleExclusion.inGroup('RuleExclusion.ingress()', 'ingress', group, props);
  }

  /**
   * A rule that lets traffic out of the group.
   *
   * @param group that holds the rule, and that the sentry watches.
   * @param props the rule, and why it is excluded.
   */
  public static egress(group: ec2.ISecurityGroup, props: RuleExclusionProps): RuleExclusion {
    return RuleExclusion.inGroup('RuleExclusion.egress()', 'egress', group, props);
  }

  /**
   * Like `ingress()`, for a group that the app does not have, such as one in a member of a hub.
   *
   * @param groupId such as sg-0123456789abcdef0. Throws if it is malformed.
   * @param props the rule, and why it is excluded.
   */
  public static ingressById(groupId: string, props: RuleExclusionProps): RuleExclusion {
    const call = 'RuleExclusion.ingressById()';
    return new RuleExclusion(specified({ call, direction: 'ingress', groupId }, props));
  }

  /**
   * Like `egress()`, for a group that the app does not have, such as one in a member of a hub.
   *
   * @param groupId such as sg-0123456789abcdef0. Throws if it is malformed.
   * @param props the rule, and why it is excluded.
   */
  public static egressById(groupId: string, props: RuleExclusionProps): RuleExclusion {
    const call = 'RuleExclusion.egressById()';
    return new RuleExclusion(specified({ call, direction: 'egress', groupId }, props));
  }

  private static inGroup(
    call: string,
    direction: Direction,
    { securityGroupId: groupId, env }: ec2.ISecurityGroup,
    props: RuleExclusionProps,
  ): RuleExclusion {
    return new RuleExclusion(specified({ call, direction, groupId }, props), env);
  }

  private constructor(
    private readonly specification: Exclusion,
    private readonly environment?: ResourceEnvironment,
  ) {}

  /** @internal */
  public get _specification(): Exclusion {
    return this.specification;
  }

  /**
   * Where the group is, as far as the app knows it.
   *
   * @internal
   */
  public get _environment(): ResourceEnvironment | undefined {
    return this.environment;
  }
}

interface Named {
  /** As the user wrote it. */
  readonly call: string;
  readonly direction: Direction;
  readonly groupId: string;
}

function specified(named: Named, props: RuleExclusionProps): Exclusion {
  const { call, direction, groupId } = named;
  if (!isGroupId(groupId)) {
    throw new Error(
      `${call}: "${groupId}" is no security group id: write "sg-" and 8 or 17 hexadecimal digits in lower case, such as "sg-0123456789abcdef0".`,
    );
  }
  const rule = canonicalRule({
    direction,
    ...trafficOf(call, props.ports),
    ...peerOf(call, props.peer),
  });
  if (!rule) throw severalPeers(call, props.peer);
  const { protocol, fromPort, toPort, peer } = rule;
  const until = endOf(call, props.until);
  return {
    groupId,
    rule: { direction, protocol, fromPort, toPort, peer },
    reason: checkedReason({
      call,
      reason: props.reason,
      forWhat: 'why the rule may stand',
      example: 'Partner VPN, ticket 4711',
    }),
    ...(until && { until }),
  };
}

function trafficOf(call: string, ports: Ports): Pick<RawRule, 'protocol' | 'fromPort' | 'toPort'> {
  const [traffic, ...others] = ports._traffic;
  if (!traffic || others.length > 0 || traffic.kind === 'any') {
    throw new Error(
      `${call}: "ports" is ${ports._name}, and an exclusion is of one rule: write the ports of that rule, such as Ports.tcp(22), and one exclusion for each rule. ` +
        'Ports.protocol(1) is ICMP, Ports.protocol(58) ICMP for IPv6.',
    );
  }
  if (traffic.kind === 'allTraffic') return { protocol: ALL_PROTOCOLS };
  const { protocol, fromPort, toPort } = traffic;
  return { protocol, fromPort, toPort };
}

function peerOf(
  call: string,
  peer: TrafficPeer,
): Pick<RawRule, 'ipRange' | 'prefixListId' | 'groupId'> {
  const pattern = peer._pattern;
  switch (pattern.kind) {
    case 'ipRange':
      return { ipRange: pattern.cidr };
    case 'prefixList':
      return { prefixListId: pattern.prefixListId };
    case 'securityGroup':
      return { groupId: pattern.groupId };
    default:
      throw severalPeers(call, peer);
  }
}

function severalPeers(call: string, peer: TrafficPeer): Error {
  return new Error(
    readableText(
      `${call}: "peer" is ${peer._name}, and an exclusion is of one rule: write the peer as the rule has it and as it is known at synth, ` +
        'such as TrafficPeer.ipRange("0.0.0.0/0"), TrafficPeer.prefixList("pl-63a5400a") or TrafficPeer.securityGroup(group).',
    ),
  );
}

function endOf(call: string, until: string | undefined): Date | undefined {
  if (until === undefined || isLookupPlaceholder(until)) return undefined;
  const end = Token.isUnresolved(until) ? undefined : endOfDay(until);
  if (end) return end;
  throw new Error(
    `${call}: "until" is ${JSON.stringify(until)}: write the last day as YYYY-MM-DD, such as "2027-01-31".`,
  );
}
