import fc from 'fast-check';
import {
  canonicalRule,
  type RawRule,
  type Rule,
} from '../../../src/security-group/domain/rules/rule';

/** A rule from the few values that a test is about. */
export function rule(values: Partial<RawRule> = {}): Rule {
  const peer = values.ipRange ?? values.prefixListId ?? values.groupId;
  return canonicalRule({
    direction: 'ingress',
    protocol: 'tcp',
    fromPort: 22,
    toPort: 22,
    ...(peer === undefined && { ipRange: '0.0.0.0/0' }),
    ...values,
  })!;
}

/** The rule that EC2 gives each group that it makes. */
export const LETS_ALL_OUT = rule({ id: 'sgr-out', direction: 'egress', protocol: '-1' });

const port = fc.integer({ min: 0, max: 65535 });

const traffic = fc.oneof(
  fc
    .tuple(fc.constantFrom('tcp', 'udp', '6', '17', 'TCP'), port, port)
    .map(([protocol, a, b]) => ({ protocol, fromPort: Math.min(a, b), toPort: Math.max(a, b) })),
  fc.constantFrom(
    { protocol: '-1' },
    { protocol: '-1', fromPort: 0, toPort: 65535 },
    { protocol: '-1', fromPort: 0, toPort: 0 },
  ),
  fc
    .tuple(fc.constantFrom('icmp', 'icmpv6', '58'), fc.integer({ min: -1, max: 255 }))
    .map(([protocol, type]) => ({ protocol, fromPort: type, toPort: -1 })),
  fc.constantFrom({ protocol: '50' }, { protocol: '47' }),
);

const hexadecimal = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));

const peer = fc.oneof(
  fc
    .tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }))
    .map(([address, prefix]) => ({ ipRange: `${address}/${prefix}` })),
  fc
    .tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }))
    .map(([address, prefix]) => ({ ipRange: `${address}/${prefix}` })),
  hexadecimal(17).map((digits) => ({ prefixListId: `pl-${digits}` })),
  hexadecimal(17).map((digits) => ({ groupId: `sg-${digits}` })),
);

/** Rules as callers send them, of every kind that EC2 knows. */
export const rawRules: fc.Arbitrary<RawRule> = fc
  .tuple(
    fc.constantFrom('ingress' as const, 'egress' as const),
    traffic,
    peer,
    fc.option(fc.string({ minLength: 1, maxLength: 40 }), { nil: undefined }),
  )
  .map(([direction, ports, other, description]) => ({
    direction,
    ...ports,
    ...other,
    description,
  }));

export const canonicalRules = rawRules.map((raw) => canonicalRule(raw)!);
