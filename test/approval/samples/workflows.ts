import { Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { Approvers, SlackApprovalWorkflow, type SlackApprovalWorkflowProps } from '../../../src';

export const APPROVERS = Approvers.users(['U0ALICE', 'U0BOB']);

export function workflow(
  scope: Construct,
  props: Partial<SlackApprovalWorkflowProps> = {},
  id = 'Approvals',
): SlackApprovalWorkflow {
  return new SlackApprovalWorkflow(scope, id, {
    signingSecret: secret(scope, `${id}SigningSecret`),
    botToken: secret(scope, `${id}BotToken`),
    approvalChannelId: 'C0APPROVE',
    approvers: APPROVERS,
    ...props,
  });
}

export function secret(scope: Construct, id: string): secretsmanager.ISecret {
  return new secretsmanager.Secret(scope, id);
}

let plainTemplate: Template | undefined;

/** Without props it is one for the whole file, which no test changes. */
export function template(
  props?: Partial<SlackApprovalWorkflowProps>,
  stackProps?: StackProps,
): Template {
  if (!props) return (plainTemplate ??= template({}));
  const stack = new Stack(undefined, 'App', stackProps);
  workflow(stack, props);
  return Template.fromStack(stack);
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What the policies of a role allow, by the beginning of its logical id. */
export function statementsOf(synthesized: Template, role: string): Statement[] {
  return Object.values(synthesized.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) =>
      Properties.Roles.some(({ Ref }: { Ref: string }) => Ref.startsWith(role)),
    )
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow');
}

export function actionsOf(synthesized: Template, role: string): string[] {
  return [...new Set(statementsOf(synthesized, role).flatMap(({ Action }) => Action))].sort();
}

/** The logical ids of what a statement about such an action speaks of. */
export function targetsOf(synthesized: Template, role: string, action: string): string[] {
  const resources = statementsOf(synthesized, role)
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => Resource);
  return [
    ...new Set(
      resources.flatMap((resource) =>
        [...JSON.stringify(resource).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"([^"]+)"/g)].map(
          ([, id]) => id!,
        ),
      ),
    ),
  ].filter((id) => !id.startsWith('AWS::'));
}

/** The value as SSM will hold it, each reference by the logical id that it names. */
export function parameterOf(synthesized: Template) {
  const [parameter] = Object.values(synthesized.findResources('AWS::SSM::Parameter'));
  return JSON.parse(resolved(parameter!.Properties.Value));
}

type Part = string | { readonly Ref: string } | { readonly 'Fn::GetAtt': readonly string[] };

export function resolved(
  value: string | { readonly 'Fn::Join': readonly [string, readonly Part[]] },
): string {
  if (typeof value === 'string') return value;
  return value['Fn::Join'][1]
    .map((part) => {
      if (typeof part === 'string') return part;
      return 'Ref' in part ? `<${part.Ref}>` : `<${part['Fn::GetAtt'].join('.')}>`;
    })
    .join('');
}
