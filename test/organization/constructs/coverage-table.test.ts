import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CoverageTable } from '../../../src/organization/constructs/coverage-table';

type Grant = (table: CoverageTable, role: iam.IRole) => void;

function templateAfter(...grants: Grant[]): Template {
  const stack = new Stack(new App(), 'Hub');
  const table = new CoverageTable(stack, 'Coverage');
  const role = new iam.Role(stack, 'Function', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  grants.forEach((grant) => grant(table, role));
  return Template.fromStack(stack);
}

function statementsAfter(grant: Grant) {
  const [policy] = Object.values(templateAfter(grant).findResources('AWS::IAM::Policy'));
  const statements: { Action: unknown; Condition?: unknown }[] =
    policy!.Properties.PolicyDocument.Statement;
  return statements
    .filter(({ Action }) => String(Action).startsWith('dynamodb:'))
    .map(({ Action, Condition }) => [Action, Condition]);
}

const beneath = (prefix: string) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${prefix}*`] },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});

test('one who gets records writes what is heard of places, and nothing else', () => {
  expect(statementsAfter((table, role) => table.grantSightings(role))).toEqual([
    ['dynamodb:UpdateItem', beneath('PLACE#')],
  ]);
});

test('one who has to know the members reads the accounts, and asks for their list', () => {
  expect(statementsAfter((table, role) => table.grantDirectory(role))).toEqual([
    [
      'dynamodb:Query',
      {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['ACCOUNTS'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    ],
    ['dynamodb:PutItem', beneath('ASKED')],
  ]);
});

test('one who does both is let through the policy of the table once', () => {
  const template = templateAfter(
    (table, role) => table.grantSightings(role),
    (table, role) => table.grantDirectory(role),
  );
  const [table] = Object.values(template.findResources('AWS::DynamoDB::Table'));
  const [deny] = table!.Properties.ResourcePolicy.PolicyDocument.Statement;
  const { 'aws:PrincipalArn': arns } = deny.Condition.StringNotEquals;
  expect([arns].flat()).toHaveLength(1);
});
