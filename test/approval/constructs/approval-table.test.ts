import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ApprovalTable } from '../../../src/approval/constructs/approval-table';
import { actionsOf, statementsOf } from '../samples/workflows';

const app = new App();
const stack = new Stack(app, 'Stack', { env: { region: 'eu-west-1' } });
const table = new ApprovalTable(stack, 'Requests');
const [adder, deliverer, judge, finder] = ['Adder', 'Deliverer', 'Judge', 'Finder'].map(
  (id) => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }),
);
table.grantAddClicks(adder!);
table.grantReadAndPut(deliverer!);
table.grantReadAndChange(judge!);
table.grantFindDue(finder!);
const template = Template.fromStack(stack);

test('it is recoverable, protected and retained, under a retained key of its stack that rotates', () => {
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      SSESpecification: {
        SSEEnabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^CdkSentriesKey'), 'Arn'] },
      },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      DeletionProtectionEnabled: true,
    },
  });
  template.hasResource('AWS::KMS::Key', {
    DeletionPolicy: 'Retain',
    Properties: { EnableKeyRotation: true },
  });
});

test('what is due is found in the order of its time, by its keys alone', () => {
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    AttributeDefinitions: Match.arrayWith([
      { AttributeName: 'dueOf', AttributeType: 'S' },
      { AttributeName: 'dueAt', AttributeType: 'N' },
    ]),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'Due',
        KeySchema: [
          { AttributeName: 'dueOf', KeyType: 'HASH' },
          { AttributeName: 'dueAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
});

test('its own policy denies every write to all but the roles that were granted it', () => {
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    ResourcePolicy: {
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Action: Match.arrayWith([
              'dynamodb:PutItem',
              'dynamodb:UpdateItem',
              'dynamodb:DeleteItem',
              'dynamodb:BatchWriteItem',
              'dynamodb:PartiQLUpdate',
            ]),
            Condition: {
              StringNotEquals: {
                'aws:PrincipalArn': [adder, deliverer, judge].map((role) =>
                  stack.resolve(role!.roleArn),
                ),
              },
            },
          },
        ],
      },
    },
  });
});

test.each([
  ['one who adds neither reads nor changes', 'Adder', ['dynamodb:PutItem']],
  ['one who brings messages reads and puts', 'Deliverer', ['dynamodb:GetItem', 'dynamodb:PutItem']],
  [
    'one who judges changes too, and deletes nothing',
    'Judge',
    ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
  ],
  ['one who looks what is due queries the index', 'Finder', ['dynamodb:Query']],
])('%s', (_, role, actions) => {
  expect(actionsOf(template, role).filter((action) => action.startsWith('dynamodb:'))).toEqual(
    actions,
  );
});

test('one who adds puts clicks, and no request, whatever it is made to send', () => {
  const puts = statementsOf(template, 'Adder').filter(
    ({ Action }) => Action === 'dynamodb:PutItem',
  );
  expect(puts.map(({ Condition }) => Condition)).toEqual([
    {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CLICK#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  ]);
});

test('cdk-nag finds nothing', () => {
  expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
});
