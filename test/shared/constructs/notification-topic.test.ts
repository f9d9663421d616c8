import { Annotations, App, Aspects, Fn, type IAspect, Stack } from 'aws-cdk-lib';
import { Annotations as Found, Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import {
  ChangeResponse,
  IamKeySentry,
  MemberAccounts,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryHub,
} from '../../../src';
import { givenTopic } from '../../../src/shared/constructs/notification-topic';
import { TopicTarget } from '../../../src/shared/constructs/topic-target';

const HERE = { account: '111111111111', region: 'eu-west-1' };
const THERE = { account: '222222222222', region: 'eu-west-1' };
const ARN_THERE = 'arn:aws:sns:eu-west-1:222222222222:security';
const KEY_ARN = 'arn:aws:kms:eu-west-1:111111111111:key/01234567-89ab-cdef-0123-456789abcdef';

test('the way that works has an ARN of the same partition', () => {
  const app = new App();
  const stackOf = (id: string, account: string) =>
    new Stack(app, id, { env: { account, region: 'cn-north-1' } });
  const topic = new sns.Topic(stackOf('Central', THERE.account), 'T');
  expect(() => givenTopic(stackOf('Own', HERE.account), topic)).toThrow(
    'arn:aws-cn:sns:cn-north-1:222222222222:security',
  );
});

describe('a topic that alarms and rules could not reach is refused, with a way that works', () => {
  test.each<[string, (stack: Stack) => sns.ITopic, RegExp]>([
    [
      'one of another Region',
      (stack) => imported(stack, 'arn:aws:sns:us-east-1:111111111111:security'),
      /^App\/Sentry: "notificationTopic" is in us-east-1, the stack in eu-west-1, and alarms and rules publish in their own Region alone: leave it out, and subscribe e-mail, queues or functions of any Region to the topic that Sentry then has, or give a topic in eu-west-1\.$/,
    ],
    [
      "one of another account's stack of the app",
      (stack) => new sns.Topic(new Stack(stack.node.root as App, 'Central', { env: THERE }), 'T'),
      /^App\/Sentry: "notificationTopic" is made by the stack Central in account 222222222222, whose resources have no names yet: give that topic a "topicName", and give it here by its ARN, such as sns\.Topic\.fromTopicArn\(this, 'Security', 'arn:aws:sns:eu-west-1:222222222222:security'\)\.$/,
    ],
    [
      'one of a stack that names no account and Region, while this one does',
      (stack) => new sns.Topic(new Stack(stack.node.root as App, 'Anywhere'), 'T'),
      /^App\/Sentry: "notificationTopic" Anywhere\/T is in another stack, and App names its account, 111111111111, while Anywhere names none, so that neither can refer to the other: give both stacks the same "env"\.$/,
    ],
    [
      'one with the key of AWS, by its alias',
      (stack) =>
        new sns.Topic(stack, 'T', {
          masterKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/aws/sns'),
        }),
      /^App\/Sentry: its topic is encrypted with alias\/aws\/sns, the key that AWS manages, under which no alarm and no rule can publish: give it a key of your own, such as/,
    ],
    [
      'one with the key of AWS, in another stack of the app',
      (stack) => {
        const other = new Stack(stack.node.root as App, 'Topics', { env: HERE });
        const masterKey = kms.Alias.fromAliasName(other, 'Alias', 'alias/aws/sns');
        return new sns.Topic(other, 'T', { masterKey });
      },
      /encrypted with alias\/aws\/sns/,
    ],
    [
      'one with the key of AWS, on its resource alone',
      (stack) =>
        sns.Topic.fromTopicArn(
          stack,
          'T',
          new sns.CfnTopic(stack, 'Resource', { kmsMasterKeyId: 'alias/aws/sns' }).ref,
        ),
      /encrypted with alias\/aws\/sns/,
    ],
    [
      'one with the key of AWS, by its ARN',
      (stack) =>
        sns.Topic.fromTopicAttributes(stack, 'T', {
          topicArn: 'arn:aws:sns:eu-west-1:111111111111:security',
          keyArn: 'arn:aws:kms:eu-west-1:111111111111:alias/aws/sns',
        }),
      /encrypted with alias\/aws\/sns/,
    ],
  ])('%s', (_, topic, message) => {
    const stack = stackHere();
    const notificationTopic = topic(stack);

    expect(() => new IamKeySentry(stack, 'Sentry', { notificationTopic })).toThrow(message);
  });

  test('one that gets the key of AWS only later, at synth', () => {
    const app = new App();
    const stack = new Stack(app, 'App', { env: HERE });
    new IamKeySentry(stack, 'Sentry');
    Aspects.of(app).add(encryptingWith('alias/aws/sns'));

    expect(() => app.synth()).toThrow(/App\/Sentry: its topic is encrypted with alias\/aws\/sns/);
  });
});

describe('the key of a topic that is given', () => {
  test('lets alarms and rules use it, once, however many share the topic', () => {
    const stack = stackHere();
    const keys = new Stack(stack.node.root as App, 'Keys', { env: HERE });
    const masterKey = new kms.Key(keys, 'Key');
    const notificationTopic = new sns.Topic(stack, 'Topic', { masterKey });
    hub(stack, notificationTopic);
    hub(stack, notificationTopic, 'second');

    const [key] = Object.values(Template.fromStack(keys).findResources('AWS::KMS::Key'));
    const statements = key!.Properties.KeyPolicy.Statement.filter(
      ({ Principal }: { Principal: { Service?: unknown } }) => Principal.Service,
    );
    expect(statements).toEqual(
      ['cloudwatch.amazonaws.com', 'events.amazonaws.com'].map((Service) => ({
        Effect: 'Allow',
        Principal: { Service },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: '*',
      })),
    );
  });

  test('is named in a warning with what its policy has to hold, where it is imported', () => {
    const stack = stackHere();
    const masterKey = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN);
    hub(stack, new sns.Topic(stack, 'Topic', { masterKey }));

    expect(warnings(stack)).toEqual([
      expect.stringMatching(
        `^The policy of the key ${KEY_ARN}, which encrypts "notificationTopic", is not this app's: without ` +
          '{"Action":\\["kms:Decrypt","kms:GenerateDataKey\\*"\\],"Effect":"Allow","Principal":{"Service":\\["cloudwatch.amazonaws.com","events.amazonaws.com"\\]},"Resource":"\\*"} in it, what these services publish is lost. ' +
          'Add it there, and acknowledge this warning. \\[ack: cdk-sentries:importedTopicKey\\]$',
      ),
    ]);
  });

  test('is asked for where the topic is encrypted past its construct', () => {
    const stack = stackHere();
    const notificationTopic = new sns.Topic(stack, 'Topic');
    (notificationTopic.node.defaultChild as sns.CfnTopic).kmsMasterKeyId = KEY_ARN;
    new IamKeySentry(stack, 'Sentry', { notificationTopic });

    expect(warnings(stack)).toEqual([
      expect.stringMatching(/does not say with which key.*\[ack: cdk-sentries:topicKeyUnknown\]$/),
    ]);
  });
});

describe('an imported topic', () => {
  test('is named in a warning with what its policy has to hold', () => {
    const stack = stackHere();
    hub(stack, imported(stack, 'arn:aws:sns:eu-west-1:111111111111:security'));

    expect(warnings(stack)).toEqual([
      'The policy of "notificationTopic" is not this app\'s: without ' +
        '{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"sns:Publish","Resource":"arn:aws:sns:eu-west-1:111111111111:security","Condition":{"StringEquals":{"aws:SourceAccount":"111111111111"}}} and ' +
        '{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"arn:aws:sns:eu-west-1:111111111111:security"} in it, what is published is lost. ' +
        'If it is encrypted, import it with sns.Topic.fromTopicAttributes() and its "keyArn": otherwise the functions get no right to its key. ' +
        'Add that there, and acknowledge this warning. [ack: cdk-sentries:importedTopic]',
    ]);
  });

  test('gets no rules of a sentry that has none: only its alarms are told of', () => {
    const stack = stackHere();
    new IamKeySentry(stack, 'Sentry', {
      notificationTopic: imported(stack, Fn.importValue('TopicArn')),
    });

    expect(warnings(stack)).toEqual([
      expect.stringContaining('"Resource":"<the ARN of the topic>"'),
    ]);
    expect(warnings(stack)[0]).not.toContain('events.amazonaws.com');
  });

  test('may be acknowledged', () => {
    const stack = stackHere();
    acknowledge(hub(stack, imported(stack, ARN_THERE)), 'cdk-sentries:importedTopic');

    expect(warnings(stack)).toEqual([]);
  });

  test('with a Region and an account in its ARN goes with a stack that is deployed anywhere', () => {
    const stack = new Stack(new App(), 'App');
    sentry(stack, imported(stack, ARN_THERE));

    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(warnings(stack)).toContainEqual(
      expect.stringContaining(
        'If the stack is not deployed to account 222222222222, give it an "env": rules publish to another account in another way.',
      ),
    );
  });
});

describe('a topic of another account', () => {
  test('is published to by rules with one role, which may do no more', () => {
    const stack = stackHere();
    sentry(stack, imported(stack, ARN_THERE));
    const template = Template.fromStack(stack);

    const targets = Object.values(template.findResources('AWS::Events::Rule'))
      .flatMap(({ Properties }) => Properties.Targets)
      .filter(({ Arn }) => Arn === ARN_THERE);
    const roleId = targets[0].RoleArn['Fn::GetAtt'][0];
    expect(targets.length).toBeGreaterThan(5);
    for (const target of targets) expect(target.RoleArn).toEqual({ 'Fn::GetAtt': [roleId, 'Arn'] });
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: roleId }],
      PolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: ARN_THERE }],
      },
    });
    // The CDK would make the rules there.
    expect(stack.node.root.node.children.map(({ node }) => node.id)).not.toContainEqual(
      expect.stringContaining('EventBusPolicy'),
    );
  });

  test('has to let the account in, and its alarms, and so has its key: a warning says how', () => {
    const stack = stackHere();
    const topic = sns.Topic.fromTopicAttributes(stack, 'Topic', {
      topicArn: ARN_THERE,
      keyArn: 'arn:aws:kms:eu-west-1:222222222222:key/01234567-89ab-cdef-0123-456789abcdef',
    });
    hub(stack, topic);

    const [aboutTopic, ...others] = warnings(stack).sort();
    expect(aboutTopic).toMatch(
      '{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sns:Publish","Resource":"arn:aws:sns:eu-west-1:222222222222:security"} and ' +
        '{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"sns:Publish"',
    );
    expect(aboutTopic).toContain(
      'The policy of its key must hold {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":["kms:Decrypt","kms:GenerateDataKey*"],"Resource":"*"}.',
    );
    expect(others).toEqual([expect.stringContaining('cdk-sentries:importedTopicKey')]);
  });

  test.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('is told the ARN of the account as it is in %s', (region, partition) => {
    const stack = new Stack(new App(), 'App', { env: { ...HERE, region } });
    const topicArn = `arn:${partition}:sns:${region}:222222222222:security`;
    hub(stack, sns.Topic.fromTopicArn(stack, 'Topic', topicArn));

    expect(warnings(stack)[0]).toContain(
      `"Principal":{"AWS":"arn:${partition}:iam::111111111111:root"}`,
    );
  });
});

test('a topic of another stack in the same place is a target like any other', () => {
  const app = new App();
  const topic = new sns.Topic(new Stack(app, 'Topics'), 'Topic');
  const stack = new Stack(app, 'App');
  const message = events.RuleTargetInput.fromText('Hello');
  new events.Rule(stack, 'Rule', {
    eventPattern: { source: ['aws.ec2'] },
    targets: [new TopicTarget(stack, { topic, message })],
  });

  Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    Targets: [{ Arn: { 'Fn::ImportValue': Match.anyValue() }, RoleArn: Match.absent() }],
  });
});

function stackHere(): Stack {
  return new Stack(new App(), 'App', { env: HERE });
}

function imported(stack: Stack, topicArn: string): sns.ITopic {
  return sns.Topic.fromTopicArn(stack, 'Imported', topicArn);
}

function hub(stack: Stack, notificationTopic: sns.ITopic, name = 'first'): SentryHub {
  const it = new SentryHub(stack, `Hub-${name}`, {
    name,
    accounts: MemberAccounts.accounts(['333333333333']),
    notificationTopic,
  });
  acknowledge(it, 'cdk-sentries:hubWithoutSentry');
  return it;
}

function sentry(stack: Stack, notificationTopic: sns.ITopic): SecurityGroupSentry {
  return new SecurityGroupSentry(stack, 'Sentry', {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.notifyOnly() }],
    notificationTopic,
  });
}

function acknowledge(construct: IConstruct, id: string): void {
  Annotations.of(construct).acknowledgeWarning(id, 'It is so on purpose.');
}

function encryptingWith(kmsMasterKeyId: string): IAspect {
  return {
    visit(node: IConstruct) {
      if (node instanceof sns.CfnTopic) node.kmsMasterKeyId = kmsMasterKeyId;
    },
  };
}

function warnings(stack: Stack): string[] {
  return Found.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}
