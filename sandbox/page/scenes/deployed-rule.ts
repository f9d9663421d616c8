import * as z from 'zod/mini';
import type { DeployedStack } from '../../local-aws';

const ONE_INBOUND_RULE = z.object({
  SecurityGroupIngress: z.tuple([
    z.object({
      IpProtocol: z.string(),
      FromPort: z.int(),
      ToPort: z.int(),
      CidrIp: z.string(),
      Description: z.string(),
    }),
  ]),
});

export type DeployedRule = z.infer<typeof ONE_INBOUND_RULE>['SecurityGroupIngress'][0];

/**
 * The one inbound rule that the stack's app gives its one group.
 * @throws if it has another number of groups, or of rules.
 */
export function deployedRule({ template }: Pick<DeployedStack, 'template'>): DeployedRule {
  const [group, ...others] = Object.values(template.Resources).filter(
    ({ Type }) => Type === 'AWS::EC2::SecurityGroup',
  );
  if (!group || others.length > 0) throw new Error('The stack of the scene has not one group.');
  const [rule] = ONE_INBOUND_RULE.parse(group.Properties).SecurityGroupIngress;
  return rule;
}
