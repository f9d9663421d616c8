import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { IamKeySentry, type IamKeySentryProps } from '../../../src';

const ENV = { account: '111122223333', region: 'eu-west-1' };

function stackWith(propsFor: (stack: Stack) => IamKeySentryProps): Stack {
  const stack = new Stack(new App(), 'App', { env: ENV });
  new IamKeySentry(stack, 'Keys', propsFor(stack));
  return stack;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

function statementsOf(stack: Stack): Statement[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }): Statement[] =>
      Properties.PolicyDocument.Statement.filter(({ Effect }: Statement) => Effect === 'Allow'),
  );
}

function parameterOf(stack: Stack): string {
  const parameters = Template.fromStack(stack).findResources('AWS::SSM::Parameter');
  return JSON.stringify(Object.values(parameters)[0]!.Properties.Value);
}

const given = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Reports', 'reports');

test('the function may put files under the prefix, and nothing else of S3', () => {
  const stack = stackWith((scope) => ({ inventoryBucket: given(scope) }));
  const ofS3 = statementsOf(stack).filter(({ Action }) => `${Action}`.includes('s3:'));
  expect(ofS3).toEqual([
    {
      Action: 's3:PutObject',
      Effect: 'Allow',
      Resource: {
        'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::reports/access-keys/*']],
      },
    },
  ]);
  expect(parameterOf(stack)).toContain(
    '\\"inventory\\":{\\"bucket\\":\\"reports\\",\\"prefix\\":\\"access-keys/\\",\\"bucketOwner\\":\\"111122223333\\"}',
  );
});

test('files that were not written can be counted, and cost no alarm of their own', () => {
  const stack = new Stack(new App(), 'App', { env: ENV });
  const sentry = new IamKeySentry(stack, 'Keys', { inventoryBucket: given(stack) });
  expect(sentry.metricKeyInventoriesFailed()).toMatchObject({
    metricName: 'KeyInventoriesFailed',
    statistic: 'Sum',
  });
  expect(
    JSON.stringify(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')),
  ).not.toContain('KeyInventoriesFailed');
});

test('it may encrypt with the key of the bucket', () => {
  const stack = stackWith((scope) => ({
    inventoryBucket: new s3.Bucket(scope, 'Reports', {
      encryptionKey: new kms.Key(scope, 'Key'),
      encryption: s3.BucketEncryption.KMS,
    }),
    inventoryPrefix: 'audit/',
  }));
  expect(statementsOf(stack)).toContainEqual(
    expect.objectContaining({ Action: 'kms:GenerateDataKey' }),
  );
});

test('it may encrypt with the key of an imported bucket only where it is given with it', () => {
  const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/reports';
  const imported = stackWith((scope) => ({
    inventoryBucket: s3.Bucket.fromBucketAttributes(scope, 'Reports', {
      bucketName: 'reports',
      encryptionKey: kms.Key.fromKeyArn(scope, 'Key', keyArn),
    }),
  }));
  expect(statementsOf(imported)).toContainEqual(
    expect.objectContaining({ Action: 'kms:GenerateDataKey', Resource: keyArn }),
  );
  const byName = stackWith((scope) => ({ inventoryBucket: given(scope) }));
  expect(statementsOf(byName)).not.toContainEqual(
    expect.objectContaining({ Action: 'kms:GenerateDataKey' }),
  );
});

test('without a bucket there is no right, and no word of it', () => {
  const stack = stackWith(() => ({}));
  expect(JSON.stringify(statementsOf(stack))).not.toContain('s3:');
  expect(parameterOf(stack)).not.toContain('inventory');
});

test('a prefix without a bucket does nothing, and is refused', () => {
  expect(() => stackWith(() => ({ inventoryPrefix: 'audit/' }))).toThrow(
    'App/Keys: "inventoryPrefix" is "audit/" and does nothing without "inventoryBucket": name a bucket, or leave it out.',
  );
});

test.each(['', '/', 'audit', '/audit/', 'a//b/', 'a*/', 'a b/'])(
  'the prefix %j is refused',
  (prefix) => {
    expect(() =>
      stackWith((scope) => ({ inventoryBucket: given(scope), inventoryPrefix: prefix })),
    ).toThrow(`App/Keys: "inventoryPrefix" is "${prefix}": write `);
  },
);

test('a prefix with which S3 would take no file is refused', () => {
  const withPrefix = (characters: number) =>
    stackWith((scope) => ({
      inventoryBucket: given(scope),
      inventoryPrefix: `${'a'.repeat(characters - 1)}/`,
    }));
  expect(() => withPrefix(900)).not.toThrow();
  expect(() => withPrefix(901)).toThrow(
    'App/Keys: "inventoryPrefix" has 901 characters: S3 would take no file with it. Write up to 900.',
  );
});

test('a bucket of another Region is refused', () => {
  expect(() =>
    stackWith((scope) => ({
      inventoryBucket: s3.Bucket.fromBucketAttributes(scope, 'Reports', {
        bucketName: 'reports',
        region: 'us-east-1',
      }),
    })),
  ).toThrow(
    'App/Keys: "inventoryBucket" is in us-east-1 and the sentry works in eu-west-1: name a bucket of eu-west-1.',
  );
});

test('of a bucket of another account, a warning says what its policy has to hold', () => {
  const stack = stackWith((scope) => ({
    inventoryBucket: s3.Bucket.fromBucketAttributes(scope, 'Reports', {
      bucketName: 'reports',
      account: '999900001111',
    }),
  }));
  Annotations.fromStack(stack).hasWarning(
    '/App/Keys',
    Match.stringLikeRegexp('"inventoryBucket" is in account 999900001111: its policy has to allow'),
  );
  expect(parameterOf(stack)).toContain('\\"bucketOwner\\":\\"999900001111\\"');
});

test('of a bucket whose account and Region only the deployment knows, there is no word', () => {
  const stack = new Stack(new App(), 'App');
  new IamKeySentry(stack, 'Keys', { inventoryBucket: new s3.Bucket(stack, 'Reports') });
  Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('inventoryBucketPolicy'));
});

test('cdk-nag finds nothing that is not acknowledged with its reason', () => {
  const stack = stackWith((scope) => ({
    maxUnusedAge: Duration.days(45),
    inventoryBucket: given(scope),
  }));
  expect(new AwsSolutionsChecks(stack.node.root).validateScope(stack.node.root).violations).toEqual(
    [],
  );
});
