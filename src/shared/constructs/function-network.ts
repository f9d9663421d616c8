import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge-finding';
import type { FunctionNetwork } from './applied-settings';
import { checkFunctionGroups } from './checked-function-groups';
import { checkFunctionSubnets } from './checked-function-subnets';
import type { CompanySettings } from './company-settings';
import { isInstanceOf } from './instance-of';
import { warnAtSynth } from './late-advice';
import { otherPlace } from './same-place';

/** Ways to AWS that functions in isolated subnets need. */
export interface EndpointNeeds {
  /** Services, as the names of their endpoints end. */
  readonly services: readonly string[];
  /** Something besides, that no endpoint leads to. */
  readonly besides?: string;
}

const HTTPS = 443;

/** Throws for a VPC that functions cannot be attached to, and for props that would do nothing. */
export function checkedNetwork(
  scope: Construct,
  props: CompanySettings,
  needs: EndpointNeeds,
): FunctionNetwork | undefined {
  const { vpc, vpcSubnets } = props;
  if (!vpc) {
    refuseIdleProps(scope, props);
    return undefined;
  }
  refuseOtherPlace(scope, vpc);
  refuseNoSubnets(scope, vpc);
  const subnets = vpc.selectSubnets(vpcSubnets);
  checkFunctionSubnets(scope, vpc, subnets);
  warnWithoutWayOut(scope, { vpc, subnets, needs });
  return { vpc, vpcSubnets, securityGroups: functionGroups(scope, vpc, props.securityGroups) };
}

function refuseIdleProps(scope: Construct, props: CompanySettings): void {
  for (const name of ['vpcSubnets', 'securityGroups'] as const) {
    if (props[name] === undefined) continue;
    throw new Error(
      `${scope.node.path}: "${name}" does nothing without "vpc": give the VPC to which the functions are to be attached, or leave it out.`,
    );
  }
}

function refuseOtherPlace(scope: Construct, vpc: ec2.IVpc): void {
  const other = otherPlace(scope, vpc.env);
  if (!other) return;
  throw new Error(
    `${scope.node.path}: "vpc" is in the ${other.place} ${other.theirs}, the stack in ${other.own}: give a VPC of the same account and Region.`,
  );
}

/** Of such a VPC, the CDK says that it lacks public subnets, for which no one asked. */
function refuseNoSubnets(scope: Construct, vpc: ec2.IVpc): void {
  const { privateSubnets, isolatedSubnets, publicSubnets } = vpc;
  if ([privateSubnets, isolatedSubnets, publicSubnets].some(({ length }) => length > 0)) return;
  throw new Error(
    `${scope.node.path}: "vpc" is imported without subnets, so the functions could not be attached: import it with them, as in ec2.Vpc.fromVpcAttributes(this, 'Vpc', { …, privateSubnetIds }), or by ec2.Vpc.fromLookup().`,
  );
}

/** One for all functions, which let nothing in: AWS answers by the connection that it got. */
function functionGroups(
  scope: Construct,
  vpc: ec2.IVpc,
  given: ec2.ISecurityGroup[] | undefined,
): ec2.ISecurityGroup[] {
  if (given?.length === 0) {
    throw new Error(
      `${scope.node.path}: "securityGroups" is empty: name at least one, or leave it out for a group of the construct's own.`,
    );
  }
  if (given) {
    checkFunctionGroups(scope, vpc, given);
    return given;
  }
  const group = new ec2.SecurityGroup(scope, 'FunctionsSecurityGroup', {
    vpc,
    description: groupDescription(scope),
    allowAllOutbound: false,
  });
  group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(HTTPS), 'To AWS');
  return [group];
}

const LONGEST_DESCRIPTION = 255;

/** EC2 takes only some characters, and ids of constructs have others. */
function groupDescription({ node }: Construct): string {
  return `The functions of ${node.path}`
    .replace(/[^\w .:/()#,@[\]+=&;{}!$*-]/g, '_')
    .slice(0, LONGEST_DESCRIPTION);
}

interface WayOut {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SelectedSubnets;
  readonly needs: EndpointNeeds;
}

/** Endpoints may be made after the construct. */
function warnWithoutWayOut(scope: Construct, { vpc, subnets, needs }: WayOut): void {
  const isolated = vpc.isolatedSubnets.map(({ subnetId }) => subnetId);
  if (!subnets.subnetIds.every((id) => isolated.includes(id))) return;
  scope.node.addValidation({
    validate: () => {
      const made = endpointsOf(vpc);
      const missing = needs.services.filter((service) => !made.includes(service));
      const { besides } = needs;
      if (missing.length === 0 && besides === undefined) return [];
      const endpoints =
        missing.length > 0 ? ` Endpoints that the app does not make: ${missing.join(', ')}.` : '';
      warnAtSynth(
        scope,
        'cdk-sentries:isolatedSubnets',
        `The functions are in subnets that the CDK knows no way out of.${endpoints}${besides === undefined ? '' : ` ${besides}`} ` +
          'Make the endpoints, or choose subnets with a NAT gateway; if there is another way, as by a transit gateway, acknowledge this warning.',
      );
      return [];
    },
  });
}

/** By the ends of the names of their services. */
function endpointsOf(vpc: ec2.IVpc): string[] {
  return vpc.node.root.node
    .findAll()
    .filter((construct) => isInstanceOf(construct, ec2.CfnVPCEndpoint))
    .filter(({ vpcId }) => vpcId === vpc.vpcId)
    .flatMap((endpoint) => {
      const name = JSON.stringify(Stack.of(endpoint).resolve(endpoint.serviceName) ?? '');
      return /\.([a-z0-9-]+)"[^"]*$/.exec(name)?.[1] ?? [];
    });
}

/**
 * Lambda makes and deletes network interfaces with the role of the function, from outside of it.
 * The code of the function must not: so AWS advises.
 */
export function letLambdaAttach(
  handler: lambda.Function,
  role: iam.Role,
  network: FunctionNetwork | undefined,
): void {
  const rights = attachingRights(Stack.of(handler), network);
  rights.forEach((statement) => role.addToPrincipalPolicy(statement));
  new iam.Policy(handler, 'NotFromInside', {
    roles: [role],
    statements: [
      new iam.PolicyStatement({
        sid: 'NotFromInside',
        effect: iam.Effect.DENY,
        actions: [...rights.flatMap(({ actions }) => actions), 'ec2:DetachNetworkInterface'],
        resources: ['*'],
        conditions: {
          ArnEquals: {
            'lambda:SourceFunctionArn': [handler.functionArn, `${handler.functionArn}:*`],
          },
        },
      }),
    ],
  });
  acknowledgeAttaching(role, rights);
}

/** As far as EC2 lets them be narrowed. Subnets, and groups, may be shared by another account. */
function attachingRights(
  stack: Stack,
  network: FunctionNetwork | undefined,
): iam.PolicyStatement[] {
  const arn = (resource: string, resourceName: string, account?: string) =>
    stack.formatArn({ service: 'ec2', resource, resourceName, account });
  const subnetIds = network?.vpc.selectSubnets(network.vpcSubnets).subnetIds ?? ['*'];
  const groupIds = network?.securityGroups.map(({ securityGroupId }) => securityGroupId) ?? ['*'];
  return [
    new iam.PolicyStatement({
      sid: 'LookAtInterfaces',
      actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      sid: 'MakeInterfaces',
      actions: ['ec2:CreateNetworkInterface'],
      resources: [
        arn('network-interface', '*'),
        ...subnetIds.map((id) => arn('subnet', id, '*')),
        ...groupIds.map((id) => arn('security-group', id, '*')),
      ],
    }),
    // No one knows the ids of interfaces before. AWS asks for all resources here, and Lambda would
    // find a narrower right too small.
    new iam.PolicyStatement({
      sid: 'ManageInterfaces',
      actions: [
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: [
        stack.formatArn({
          service: 'ec2',
          resource: '*',
          resourceName: '*',
          arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
        }),
      ],
    }),
  ];
}

function acknowledgeAttaching(role: iam.Role, rights: readonly iam.PolicyStatement[]): void {
  const reason =
    'Lambda manages the network interfaces of a function with its role, and no one knows their ids before; the code of the function is denied to.';
  rights
    .flatMap(({ resources }) => resources)
    .filter((arn) => arn !== '*')
    .forEach((arn) => acknowledgeWildcard(role, arn, reason));
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'EC2 describes all interfaces and subnets, or none, and X-Ray and others have no resources.',
  });
}
