import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  Approvers,
  ChangeResponse,
  IamKeySentry,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SlackApprovalWorkflow,
} from '../../../src';

const { ARM_64, X86_64 } = lambda.Architecture;

test('all functions of a construct run on the processors that it is given, and on ARM_64 otherwise', () => {
  expect(architecturesOf(X86_64)).toEqual(['x86_64']);
  expect(architecturesOf(ARM_64)).toEqual(['arm64']);
  expect(architecturesOf(undefined)).toEqual(['arm64']);
});

function architecturesOf(architecture: lambda.Architecture | undefined): string[] {
  const stack = new Stack();
  const workflow = new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret: new secretsmanager.Secret(stack, 'SigningSecret'),
    botToken: new secretsmanager.Secret(stack, 'BotToken'),
    approvalChannelId: 'C0APPROVE',
    approvers: Approvers.users(['U0ALICE', 'U0BOB']),
    architecture,
  });
  new SecurityGroupSentry(stack, 'GroupSentry', {
    monitoredGroups: MonitoredGroups.all(),
    policies: [
      {
        baseline: SecurityGroupBaseline.locked(),
        response: ChangeResponse.revertUntilApproved(workflow),
      },
    ],
    architecture,
  });
  new IamKeySentry(stack, 'KeySentry', { architecture });
  const functions = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  expect(functions).toHaveLength(8);
  return [...new Set(functions.flatMap(({ Properties }) => Properties.Architectures))];
}
