import * as z from 'zod/mini';
import { MOST_TEMPLATE_BYTES, type StackSetProperties } from './stack-set-properties';
import { type Template, templateIn } from '../deployer/assembly';
import { isMadeByDeployer, refuseUnknownTypes } from '../deployer/met-gaps';

const Declared = z.object({
  Transform: z.optional(z.unknown()),
  Parameters: z._default(
    z.record(z.string(), z.looseObject({ Default: z.optional(z.unknown()) })),
    {},
  ),
});

/** The deployer makes them up for stacks of an app only. */
const NOT_IN_STACK_SETS = new Set([
  'AWS::EC2::SecurityGroupEgress',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::SNS::Subscription',
]);

/** The template of a StackSet; throws what AWS has against it. */
export function stackSetTemplateOf(properties: StackSetProperties): Template {
  const { TemplateBody: body } = properties;
  if (Buffer.byteLength(body) > MOST_TEMPLATE_BYTES) {
    throw new Error(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${MOST_TEMPLATE_BYTES}`,
    );
  }
  const content: unknown = JSON.parse(body);
  const template = templateIn(content);
  const { Transform, Parameters } = Declared.parse(content);
  refuseMacros(Transform, template, body);
  refuseParameters(properties, Parameters);
  refuseCapabilities(properties, template);
  refuseWhatIsNotMade(template);
  return template;
}

function refuseMacros(transform: unknown, template: Template, body: string): void {
  if (transform !== undefined || body.includes('"Fn::Transform"')) {
    throw new Error('Stack sets that use transforms are not supported with this permission model');
  }
  if (Object.values(template.Resources).some(({ Type }) => Type === 'AWS::CloudFormation::Stack')) {
    throw new Error('Stack sets with nested stacks are not supported with this permission model');
  }
}

function refuseParameters(
  { Parameters: given, StackInstancesGroup: groups }: StackSetProperties,
  declared: z.infer<typeof Declared>['Parameters'],
): void {
  const names = [...given, ...groups.flatMap((group) => group.ParameterOverrides)].map(
    ({ ParameterKey }) => ParameterKey,
  );
  const unknown = names.filter((name) => !(name in declared));
  if (unknown.length > 0) {
    throw new Error(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const missing = Object.entries(declared)
    .filter(([name, { Default }]) => Default === undefined && !names.includes(name))
    .map(([name]) => name);
  if (missing.length > 0) throw new Error(`Parameters: [${missing.join(', ')}] must have values`);
}

/** The names of named roles and users, by type. */
const NAMES: Readonly<Record<string, string>> = {
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
};

function refuseCapabilities(
  { Capabilities: given }: StackSetProperties,
  { Resources }: Template,
): void {
  const ofIam = Object.values(Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const isNamed = ofIam.some(
    ({ Type, Properties }) => Properties?.[NAMES[Type] ?? ''] !== undefined,
  );
  const enough = isNamed ? ['CAPABILITY_NAMED_IAM'] : ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'];
  if (ofIam.length === 0 || enough.some((capability) => given.includes(capability))) return;
  throw new Error(`Requires capabilities : [${enough[0]}]`);
}

function refuseWhatIsNotMade({ Resources }: Template): void {
  refuseUnknownTypes(Resources);
  const notMade = Object.entries(Resources).filter(
    ([, resource]) => NOT_IN_STACK_SETS.has(resource.Type) || isMadeByDeployer(resource),
  );
  if (notMade.length === 0) return;
  const names = notMade.map(([logicalId, { Type }]) => `${Type} (${logicalId})`).join(', ');
  throw new Error(`The sandbox's StackSets do not make ${names}.`);
}
