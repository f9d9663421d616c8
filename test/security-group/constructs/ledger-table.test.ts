import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { LedgerTable } from '../../../src/security-group/constructs/ledger-table';

const app = new App();
const stack = new Stack(app, 'Stack', { env: { region: 'eu-west-1' } });
const ledger = new LedgerTable(stack, 'Ledger');
// Made after the table, as the functions are.
const [reader, writer, other] = ['Reader', 'Writer', 'OtherWriter'].map(
  (id) => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }),
);
ledger.grantRead(reader!);
ledger.grantFindRecords(reader!);
ledger.grantWrite(writer!, ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);
ledger.grantWrite(other!, ['PutItem']);
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
      BillingMode: 'PAY_PER_REQUEST',
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

test('group records are found by an index that holds nothing else', () => {
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    GlobalSecondaryIndexes: [
      {
        IndexName: 'Records',
        KeySchema: [
          { AttributeName: 'recordOf', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ],
      },
    ],
  });
});

test('its own policy denies every write, by PartiQL too, to all but the roles that were granted it later', () => {
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    ResourcePolicy: {
      PolicyDocument: {
        Statement: [
          {
            Sid: 'WritersOnly',
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: [
              'dynamodb:PutItem',
              'dynamodb:UpdateItem',
              'dynamodb:DeleteItem',
              'dynamodb:BatchWriteItem',
              'dynamodb:PartiQLInsert',
              'dynamodb:PartiQLUpdate',
              'dynamodb:PartiQLDelete',
            ],
            Resource: '*',
            Condition: {
              StringNotEquals: {
                'aws:PrincipalArn': [writer, other].map((role) => stack.resolve(role!.roleArn)),
              },
            },
          },
        ],
      },
    },
  });
});

test('a reader may query the table, and its index once it may find records, and nothing else', () => {
  const tableArn = stack.resolve(ledger.table.tableArn);
  expect(statementsOf('Reader')).toEqual([
    expect.objectContaining({ Action: 'dynamodb:Query', Resource: tableArn }),
    expect.objectContaining({ Action: ['kms:Decrypt', 'kms:DescribeKey'] }),
    expect.objectContaining({
      Action: 'dynamodb:Query',
      Resource: { 'Fn::Join': ['', [tableArn, '/index/Records']] },
    }),
  ]);
});

test('a writer may write single items and batches', () => {
  expect(statementsOf('Writer')).toEqual([
    expect.objectContaining({
      Action: [
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'dynamodb:DeleteItem',
        'dynamodb:BatchWriteItem',
      ],
      Resource: stack.resolve(ledger.table.tableArn),
    }),
    expect.objectContaining({ Action: expect.arrayContaining(['kms:GenerateDataKey']) }),
  ]);
});

test('a writer may do no other writes than it was granted', () => {
  expect(statementsOf('OtherWriter')).toContainEqual(
    expect.objectContaining({
      Action: 'dynamodb:PutItem',
      Resource: stack.resolve(ledger.table.tableArn),
    }),
  );
});

test('the key can be used through DynamoDB only', () => {
  template.allResourcesProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Condition: { StringLike: { 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com*' } },
        }),
      ]),
    },
  });
});

test('cdk-nag finds nothing', () => {
  expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
});

function statementsOf(roleId: string): object[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  return policies.find(({ Properties: { Roles } }) => Roles[0].Ref.startsWith(roleId))!.Properties
    .PolicyDocument.Statement;
}
