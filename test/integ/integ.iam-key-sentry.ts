import { ExpectedResult, type IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  acknowledgeUnwatchedBucket,
  awaitMessage,
  caseOf,
  GOES_WITH_THE_STACK,
  queueOf,
} from './case-parts';
import { IamKeySentry } from '../../src';

/**
 * A user has a new key: the run reports that it looked, and the file has the key. It is not old,
 * since no key can be made older than it is.
 */
export function accessKeyCase(app: App): IntegTest {
  const stack = new Stack(app, 'IntegIamKeySentry');
  const user = new iam.User(stack, 'Robot');
  const key = new iam.AccessKey(stack, 'Key', { user });
  const inventoryBucket = new s3.Bucket(stack, 'Inventory', {
    enforceSSL: true,
    autoDeleteObjects: true,
    ...GOES_WITH_THE_STACK,
  });
  acknowledgeUnwatchedBucket(inventoryBucket);
  const sentry = new IamKeySentry(stack, 'KeySentry', {
    inventoryBucket,
    notifyWhenNothingFound: true,
    ...GOES_WITH_THE_STACK,
  });

  const testCase = caseOf(app, stack);
  const { assertions } = testCase;
  const reports = queueOf(stack, sentry.notificationTopic);
  const run = assertions.invokeFunction({
    functionName: sentry.checkFunction.functionName,
    payload: '{}',
  });
  const report = awaitMessage(testCase, reports, 'access-key-report');
  const Bucket = inventoryBucket.bucketName;
  const listed = assertions.awsApiCall('S3', 'listObjectsV2', { Bucket }, ['Contents.0.Key']);
  listed.provider.addToRolePolicy({
    Effect: 'Allow',
    Action: ['s3:ListBucket', 's3:GetObject'],
    Resource: [inventoryBucket.bucketArn, inventoryBucket.arnForObjects('*')],
  });
  const file = assertions.awsApiCall('S3', 'getObject', {
    Bucket,
    Key: listed.getAttString('Contents.0.Key'),
  });

  run
    .next(report)
    .next(listed)
    .next(
      file.expect(ExpectedResult.objectLike({ Body: Match.stringLikeRegexp(key.accessKeyId) })),
    );
  return testCase;
}

if (require.main === module) accessKeyCase(new App());
