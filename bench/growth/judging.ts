import { NO_RULES } from '../../src/security-group/domain/changes/named-rules';
import { judge } from '../../src/security-group/domain/judging/judge';
import { EMPTY_LEDGER } from '../../src/security-group/domain/ledger/ledger';
import type { TrafficPattern } from '../../src/security-group/domain/policies/traffic-pattern';
import { rule } from '../../test/security-group/samples/rules';
import { median } from '../figures/percentile';

export const RULES = 60;
const ROUNDS = 30;

/** Milliseconds of one judgement of a group of 60 rules, by a policy with so many patterns. */
export function judgingMs(patterns: number): number {
  const rules = Array.from({ length: RULES }, (_, index) => ({
    ...rule({ fromPort: 40_000 + index, toPort: 40_000 + index, ipRange: `10.0.${index}.0/24` }),
    id: `sgr-${index}`,
  }));
  const situation = {
    groupId: 'sg-1',
    group: { rules, unreadableRuleIds: [] },
    ledger: EMPTY_LEDGER,
    policies: [
      {
        baseline: { kind: 'forbid' as const, patterns: Array.from({ length: patterns }, pattern) },
        response: 'revert' as const,
      },
    ],
    prefixLists: new Map(),
    hints: { ...NO_RULES, present: rules, byTrustedActor: false },
    now: new Date('2026-01-01T00:00:00Z'),
  };
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    judge(situation);
    return performance.now() - start;
  });
  return median(times);
}

/** None of them is met, so that all are looked at. */
function pattern(_: unknown, index: number): TrafficPattern {
  return {
    name: `port ${index}`,
    traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: index, toPort: index }],
    peers: [{ kind: 'ipRange', cidr: `192.0.${index % 256}.0/24` }],
  };
}
