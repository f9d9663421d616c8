import * as z from 'zod/mini';
import { type RoleStatement, statementsIn } from './policy-statement';

/** A statement of a role, and where in the template it stands. */
export interface PlacedStatement extends RoleStatement {
  /** The logical id of the policy, without its digits. */
  readonly policy: string;
  /** In its policy, from 1. */
  readonly number: number;
}

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
});
const templateSchema = z.object({ Resources: z.record(z.string(), resourceSchema) });
const policySchema = z.object({
  PolicyDocument: z.unknown(),
  Roles: z._default(z.array(z.object({ Ref: z.string() })), []),
});

type Resources = z.infer<typeof templateSchema>['Resources'];

const POLICIES = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'];

/** The ARN of a resource of a template, where `Fn::GetAtt` or `Ref` gives it. */
const ARNS: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table.Arn': 'arn:aws:dynamodb:REGION:ACCOUNT:table/NAME',
  'AWS::IAM::Group.Arn': 'arn:aws:iam::ACCOUNT:group/NAME',
  'AWS::KMS::Key.Arn': 'arn:aws:kms:REGION:ACCOUNT:key/NAME',
  'AWS::Lambda::Function.Arn': 'arn:aws:lambda:REGION:ACCOUNT:function:NAME',
  'AWS::Logs::LogGroup.Arn': 'arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*',
  'AWS::SNS::Topic': 'arn:aws:sns:REGION:ACCOUNT:NAME',
  'AWS::SQS::Queue.Arn': 'arn:aws:sqs:REGION:ACCOUNT:NAME',
  'AWS::SSM::Parameter': 'NAME',
  'AWS::SecretsManager::Secret': 'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME',
};

/** Of each role in a template, by its logical id without its digits. */
export function rolesIn(template: object): Map<string, PlacedStatement[]> {
  const { Resources: resources } = templateSchema.parse(template);
  const roles = new Map<string, PlacedStatement[]>();
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    if (!POLICIES.includes(Type)) continue;
    const { PolicyDocument, Roles } = policySchema.parse(Properties);
    for (const role of Roles.map(({ Ref }) => nameOf(Ref))) {
      const statements = statementsIn(role, resolved(PolicyDocument, resources));
      const placed = statements.map((statement, index) => ({
        ...statement,
        policy: nameOf(id),
        number: index + 1,
      }));
      roles.set(role, [...(roles.get(role) ?? []), ...placed]);
    }
  }
  return roles;
}

/** With names in place of references. */
function resolved(node: unknown, resources: Resources): unknown {
  if (Array.isArray(node)) return node.map((member) => resolved(member, resources));
  if (typeof node !== 'object' || node === null) return node;
  const [[operator, operand] = ['', undefined], ...others] = Object.entries(node);
  if (others.length === 0 && /^(Ref|Fn::)/.test(operator)) {
    return textOf(operator, operand, resources);
  }
  return Object.fromEntries(
    Object.entries(node).map(([name, member]) => [name, resolved(member, resources)]),
  );
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'REGION',
  'AWS::AccountId': 'ACCOUNT',
};

function textOf(operator: string, operand: unknown, resources: Resources): string {
  if (operator === 'Fn::Join') {
    const [separator, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(operand);
    return parts.map((part) => resolved(part, resources)).join(separator);
  }
  const [id = '', attribute] = operator === 'Ref' ? [z.string().parse(operand)] : pairOf(operand);
  const known = PSEUDO[id];
  if (known) return known;
  const type = [resources[id]?.Type, attribute].filter(Boolean).join('.');
  const arn = ARNS[type];
  if (!arn) throw new Error(`A policy has ${operator} of ${type} ${id}: teach ARNS.`);
  return arn.replace('NAME', nameOf(id));
}

function pairOf(operand: unknown): [string, string] {
  return z.tuple([z.string(), z.string()]).parse(operand);
}

/** A logical id is made of the construct's path and a digest of it. */
function nameOf(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
