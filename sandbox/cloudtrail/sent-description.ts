import { KeptRule, keptPorts, keptProtocol, keptRange } from './kept-rule';
import { ParameterTree, parameterTree, textAt, treesAt } from './query-parameters';

/** The description that the call gave this rule. The emulator keeps those of IP ranges only; EC2 keeps all. */
export function sentDescription(rule: KeptRule, parameters: Readonly<Record<string, string>>): string | undefined {
  const permissions = treesAt(parameterTree(parameters), 'IpPermissions').filter((permission) => hasPortsOf(rule, permission));
  const peer = permissions.flatMap(peersOf).find((candidate) => isPeerOf(rule, candidate));
  return peer && textAt(peer, 'Description');
}

function hasPortsOf(rule: KeptRule, permission: ParameterTree): boolean {
  const protocol = textAt(permission, 'IpProtocol') ?? '';
  const sent = keptPorts(protocol, portAt(permission, 'FromPort'), portAt(permission, 'ToPort'));
  const kept = keptPorts(rule.protocol, rule.fromPort, rule.toPort);
  return keptProtocol(protocol) === keptProtocol(rule.protocol) && sent.fromPort === kept.fromPort && sent.toPort === kept.toPort;
}

function portAt(permission: ParameterTree, name: string): number | undefined {
  const text = textAt(permission, name);
  return text === undefined ? undefined : Number(text);
}

function peersOf(permission: ParameterTree): readonly ParameterTree[] {
  return ['IpRanges', 'Ipv6Ranges', 'PrefixListIds', 'Groups'].flatMap((kind) => treesAt(permission, kind));
}

function isPeerOf(rule: KeptRule, peer: ParameterTree): boolean {
  const range = textAt(peer, 'CidrIp') ?? textAt(peer, 'CidrIpv6');
  const keptOne = rule.cidrIpv4 ?? rule.cidrIpv6;
  if (range !== undefined) return keptOne !== undefined && keptRange(range) === keptRange(keptOne);
  const list = textAt(peer, 'PrefixListId');
  if (list !== undefined) return list === rule.prefixListId;
  const group = textAt(peer, 'GroupId');
  return group !== undefined && group === rule.referencedGroup?.groupId;
}
