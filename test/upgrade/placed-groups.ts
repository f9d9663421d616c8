import type { PlacedGroup } from '../../sandbox/emulator/placed-groups';

/** Of each kind: one guarded and one lenient. */
const PAIRS = 8;
export const VPC_ID = 'vpc-0abcdef0000000000';
/** That the visitor opens to the internet. */
export const PORT = 8080;

/** Groups whose ids stay the same in each sandbox, as they do in an upgrade. */
export const PLACED_GROUPS: readonly PlacedGroup[] = Array.from(
  { length: 2 * PAIRS },
  (_, index) => ({
    id: `sg-0abcdef00000000${suffix(index)}`,
    name: `group-${index}`,
    vpcId: VPC_ID,
    rules: [
      {
        SecurityGroupRuleId: `sgr-0abcdef00000000${suffix(index)}`,
        IsEgress: false,
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        CidrIpv4: '0.0.0.0/0',
      },
    ],
  }),
);

function suffix(index: number): string {
  return String(index).padStart(2, '0');
}
