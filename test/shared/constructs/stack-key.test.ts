import { App, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  IamKeySentry,
  type IamKeySentryProps,
  KeyActions,
  ManagementEventsTrail,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  type SecurityGroupSentryProps,
  ChangeResponse,
} from '../../../src';
import { workflow } from '../../approval/samples/workflows';

const HERE = { account: '111111111111', region: 'eu-west-1' };

test('the topics and tables of all constructs in a stack have one key, beside the one that proves decisions', () => {
  const stack = stackHere();
  const approvals = workflow(stack);
  groupSentry(stack);
  keySentry(stack, {
    actions: KeyActions.of({
      deactivateAfter: Duration.days(100),
      askBeforeDeactivating: approvals,
    }),
  });
  const template = Template.fromStack(stack);
  const specs = Object.values(template.findResources('AWS::KMS::Key')).map(
    ({ Properties }) => Properties.KeySpec ?? 'SYMMETRIC_DEFAULT',
  );
  expect(specs.sort()).toEqual(['HMAC_256', 'SYMMETRIC_DEFAULT']);
  const arn = { 'Fn::GetAtt': [keyIdIn(template), 'Arn'] };
  const topics = Object.values(template.findResources('AWS::SNS::Topic'));
  expect(topics.map(({ Properties }) => Properties.KmsMasterKeyId)).toEqual([arn, arn, arn]);
  const tables = Object.values(template.findResources('AWS::DynamoDB::Table'))
    .map(({ Properties }) => Properties.SSESpecification.KMSMasterKeyId)
    .filter((key) => key !== undefined);
  expect(tables).toEqual([arn, arn]);
});

test('its logical id does not depend on what is in the stack, or in which order', () => {
  const [one, other] = [stackHere(), stackHere()];
  groupSentry(one);
  keySentry(one);
  keySentry(other);
  expect(keyIdIn(Template.fromStack(one))).toBe(keyIdIn(Template.fromStack(other)));
  expect(keyIdIn(Template.fromStack(one))).toBe('CdkSentriesKey92AF163E');
});

test('alarms and rules may use it, once, and no one else but by IAM', () => {
  const stack = stackHere();
  groupSentry(stack);
  keySentry(stack);
  const [key] = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key'));
  const statements: { Principal: { AWS?: unknown; Service?: unknown } }[] =
    key!.Properties.KeyPolicy.Statement;
  const services = statements.filter(({ Principal }) => Principal.AWS === undefined);
  expect(JSON.stringify(services)).toContain('cloudwatch.amazonaws.com');
  expect(JSON.stringify(services)).toContain('events.amazonaws.com');
  expect(statements).toContainEqual(
    expect.objectContaining({ Action: 'kms:*', Effect: 'Allow', Resource: '*' }),
  );
  const texts = statements.map((one) => JSON.stringify(one));
  expect(new Set(texts).size).toBe(texts.length);
});

test('functions may use it through SNS and DynamoDB alone', () => {
  const stack = stackHere();
  const approvals = workflow(stack);
  groupSentry(stack);
  keySentry(stack, {
    actions: KeyActions.of({
      deactivateAfter: Duration.days(100),
      askBeforeDeactivating: approvals,
    }),
  });
  const template = Template.fromStack(stack);
  const arn = JSON.stringify({ 'Fn::GetAtt': [keyIdIn(template), 'Arn'] });
  const statements: { Resource: unknown; Condition?: object }[] = Object.values(
    template.findResources('AWS::IAM::Policy'),
  ).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const usesKey = statements.filter(({ Resource }) => JSON.stringify(Resource).includes(arn));
  expect(new Set(usesKey.map(({ Condition }) => JSON.stringify(Condition)))).toEqual(
    new Set(
      ['sns', 'dynamodb'].map((service) =>
        JSON.stringify({
          StringLike: { 'kms:ViaService': `${service}.eu-west-1.amazonaws.com*` },
        }),
      ),
    ),
  );
});

test('where topics are given, no service of AWS may use it', () => {
  const stack = stackHere();
  groupSentry(stack, { notificationTopic: new sns.Topic(stack, 'Given') });
  const [key] = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key'));
  expect(JSON.stringify(key!.Properties.KeyPolicy)).not.toContain('"Service"');
});

test('where all is encrypted with a given key, there is none', () => {
  const stack = stackHere();
  const encryptionKey = kms.Key.fromKeyArn(
    stack,
    'Company',
    'arn:aws:kms:eu-west-1:111111111111:key/01234567-89ab-cdef-0123-456789abcdef',
  );
  groupSentry(stack, { encryptionKey });
  keySentry(stack, { encryptionKey });
  Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
});

describe('it is kept when the stack goes', () => {
  test.each<[string, RemovalPolicy | undefined, RemovalPolicy | undefined, string]>([
    ['by itself', undefined, undefined, 'Retain'],
    ['if the first would have it kept', undefined, RemovalPolicy.DESTROY, 'Retain'],
    ['if the second would', RemovalPolicy.DESTROY, undefined, 'Retain'],
    ['and goes where no one would', RemovalPolicy.DESTROY, RemovalPolicy.DESTROY, 'Delete'],
  ])('%s', (_, first, second, DeletionPolicy) => {
    const stack = stackHere();
    groupSentry(stack, { removalPolicy: first });
    keySentry(stack, { removalPolicy: second });
    Template.fromStack(stack).hasResource('AWS::KMS::Key', {
      DeletionPolicy,
      UpdateReplacePolicy: DeletionPolicy,
      Properties: { EnableKeyRotation: true },
    });
  });
});

test('each stack has its own, a nested one too, and no stack needs that of another', () => {
  const app = new App();
  const stack = new Stack(app, 'Outer', { env: HERE });
  const nested = new NestedStack(stack, 'Nested');
  groupSentry(stack);
  keySentry(nested);
  expect(keyIdIn(Template.fromStack(nested))).toBe(keyIdIn(Template.fromStack(stack)));
  Template.fromStack(nested).hasResourceProperties('AWS::SNS::Topic', {
    KmsMasterKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^CdkSentriesKey'), 'Arn'] },
  });
  expect(() => app.synth()).not.toThrow();
});

test('the key of a trail stays one of its own: others read with it', () => {
  const stack = stackHere();
  new ManagementEventsTrail(stack, 'Trail');
  const descriptions = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key')).map(
    ({ Properties }) => Properties.Description,
  );
  expect(descriptions).toContain('Topics and tables of cdk-sentries in App');
  expect(descriptions).toHaveLength(2);
});

function stackHere(): Stack {
  return new Stack(new App(), 'App', { env: HERE });
}

function groupSentry(stack: Stack, props: Partial<SecurityGroupSentryProps> = {}): void {
  new SecurityGroupSentry(stack, 'GroupSentry', {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }],
    ...props,
  });
}

function keySentry(stack: Stack, props: IamKeySentryProps = {}): void {
  new IamKeySentry(stack, 'KeySentry', props);
}

function keyIdIn(template: Template): string {
  const [id] = Object.entries(template.findResources('AWS::KMS::Key'))
    .filter(([, { Properties }]) => Properties.KeySpec === undefined)
    .map(([key]) => key);
  return id ?? 'none';
}
