import { App, Aspects, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  addWatchedSentry,
  nameIn,
  ownRuleName,
  patternsOf,
  rulesOf,
  tamperCases,
  type TamperCase,
  watchedSentry,
} from '../samples/tamper-cases';

const MAX_PATTERN_LENGTH = 2048;

const watchesRoles = (region?: string) =>
  rulesOf(watchedSentry({ region })).some(({ id }) => id === 'Roles');

describe('what is watched', () => {
  test('rules, functions with their mappings, logs and roles, tables, queues, parameters, the topic, keys, alarms, and trails', () => {
    expect(
      rulesOf(watchedSentry())
        .map(({ id }) => id)
        .sort(),
    ).toEqual([
      'Alarms',
      'Functions',
      'Keys',
      'Logs',
      'Mappings',
      'Parameters',
      'PassedRoles',
      'Queues',
      'Roles',
      'Rules',
      'Tables',
      'TamperRules',
      'Topic',
      'Trails',
    ]);
  });

  test('for EventBridge, by patterns with no $or of one, which would be a field of that name', () => {
    const alternatives: number[] = [];
    JSON.parse(`[${Object.values(patternsOf(watchedSentry())).join()}]`, (key, value) => {
      if (key === '$or') alternatives.push(value.length);
      return value;
    });
    expect(alternatives.filter((count) => count < 2)).toEqual([]);
  });

  test.each([
    ['us-east-1', 'eu-west-1'],
    ['us-gov-west-1', 'us-gov-east-1'],
    ['cn-north-1', 'cn-northwest-1'],
  ])(
    "roles in %s, where the records of the partition's IAM arrive, and not in %s",
    (home, other) => {
      expect([watchesRoles(home), watchesRoles(other)]).toEqual([true, false]);
    },
  );

  test('roles where the records of IAM may arrive: the Region, or its partition, is not known', () => {
    expect([watchesRoles(undefined), watchesRoles('eusc-de-east-1')]).toEqual([true, true]);
  });

  test('the rules that watch, by names that are known at synth: two of them watch each other', () => {
    const sentry = watchedSentry();
    const patterns = patternsOf(sentry);
    const names = rulesOf(sentry).map(({ properties }) => properties.Name);
    const [, common] = /"prefix":"([^"]+)"/.exec(patterns.TamperRules!)!;
    expect(names.every((name) => name.startsWith(common))).toBe(true);
    expect(patterns.Rules).toContain(`"${ownRuleName(sentry, 'TamperRules')}"`);
    expect(nameIn(sentry, 'Rule0').startsWith(common!)).toBe(false);
  });

  test('keys that it is given, beside those of what it is made of', () => {
    const sentry = watchedSentry({ keys: (scope) => [new kms.Key(scope, 'Proof')] });
    const [pattern] = rulesOf(sentry)
      .filter(({ id }) => id === 'Keys')
      .map(({ properties }) => properties.EventPattern);
    const {
      eventName,
      requestParameters: { keyId },
    } = pattern.detail;
    expect(eventName).toEqual(
      expect.arrayContaining(['DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy']),
    );
    const [own, proof] = ['Key', 'Proof'].map((id) =>
      Object.keys(sentry.findResources('AWS::KMS::Key')).find((name) =>
        name.startsWith(`Sentry${id}`),
      ),
    );
    expect(keyId).toEqual([{ suffix: { Ref: own } }, { suffix: { Ref: proof } }]);
  });

  test('secrets by name and by ARN, with or without the characters at its end, and APIs, where it is given some', () => {
    const sentry = watchedSentry({
      secrets: (scope) => [secretsmanager.Secret.fromSecretNameV2(scope, 'Secret', 'signing')],
      apis: (scope) => [
        apigwv2.HttpApi.fromHttpApiAttributes(scope, 'Api', { httpApiId: 'abc123' }),
      ],
    });
    const pattern = (wanted: string) =>
      rulesOf(sentry).find(({ id }) => id === wanted)?.properties.EventPattern.detail;
    expect(pattern('Secrets').eventName).toEqual(
      expect.arrayContaining(['PutSecretValue', 'UpdateSecret', 'PutResourcePolicy']),
    );
    expect(JSON.stringify(pattern('Secrets').requestParameters.secretId)).toMatch(
      /^\["signing",\{"prefix":.*:secret:signing"\]\]\}\}\]$/,
    );
    expect(pattern('Apis').requestParameters).toEqual({ apiId: ['abc123'] });
    expect(pattern('Apis').eventName).toEqual(
      expect.arrayContaining(['UpdateIntegration', 'DeleteRoute', 'UpdateStage', 'DeleteApi']),
    );
  });

  test('nothing that a sentry does not have', () => {
    expect(
      rulesOf(watchedSentry({ size: 0 }))
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['Keys', 'Rules', 'TamperRules', 'Topic', 'Trails']);
  });
});

describe('limits of EventBridge', () => {
  test('leave room for the paths that roles may have, and longer ones are errors', () => {
    const longest = 100;
    const { PassedRoles = '' } = patternsOf(watchedSentry({ size: 5 }));
    expect(PassedRoles.split('requestParameters')).toHaveLength(6);
    expect(PassedRoles.length + 5 * longest).toBeLessThanOrEqual(MAX_PATTERN_LENGTH);
    const withPath = (length: number) => {
      const app = new App();
      const stack = new Stack(app, 'Stack');
      addWatchedSentry(stack);
      Aspects.of(stack).add({
        visit: (node) => {
          if (node instanceof iam.CfnRole) node.path = `/${'x'.repeat(length - 2)}/`;
        },
      });
      return app;
    };
    expect(() => withPath(longest).synth()).not.toThrow();
    expect(() => withPath(longest + 1).synth()).toThrow(
      /the role has a path of 101 characters, and the rules that watch Stack\/Sentry hold 100: write a shorter one, such as \/sentries\//,
    );
  });

  test.each([1, 4, 30])(
    'with %i of everything, no pattern is too long, whatever things are called, and none is left out',
    (size) => {
      const sentry = watchedSentry({ size });
      const patterns = Object.values(patternsOf(sentry));
      expect(Math.max(...patterns.map((pattern) => pattern.length))).toBeLessThanOrEqual(
        MAX_PATTERN_LENGTH,
      );
      const watched = ['Rule', 'Function', 'Table', 'Queue', 'Parameter', 'Alarm'].map((kind) =>
        nameIn(sentry, `${kind}${size - 1}`),
      );
      for (const name of watched) {
        expect(patterns.some((pattern) => pattern.includes(name))).toBe(true);
      }
    },
  );

  test('names keep to 64 characters and are told apart by stack', () => {
    const long = 'VeryLongNameOfAStack'.repeat(5);
    const names = [`${long}1`, `${long}2`].flatMap((stackName) =>
      rulesOf(watchedSentry({ size: 30, stackName })).map(({ properties }) => properties.Name),
    );
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(64);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('what is told', () => {
  const sentry = watchedSentry();

  test.each(
    tamperCases(sentry)
      .filter(({ toldBy }) => toldBy.length > 0)
      .map((tamper) => [tamper.name, tamper] as const),
  )('%s', (_, tamper) => {
    for (const rule of tamper.toldBy) {
      expect(textOf(sentry, rule, tamper)).toMatch(tellingText(tamper));
    }
  });

  test('nothing in which a caller could write what he likes', () => {
    for (const { properties } of rulesOf(sentry)) {
      expect(JSON.stringify(properties.Targets)).not.toMatch(/userAgent|reason|description|Value/);
    }
  });
});

describe('the way to the topic', () => {
  test('has no function in it', () => {
    const sentry = watchedSentry();
    const topic = Object.keys(sentry.findResources('AWS::SNS::Topic'))[0];
    for (const { properties } of rulesOf(sentry)) {
      expect(properties.Targets).toEqual([expect.objectContaining({ Arn: { Ref: topic } })]);
    }
  });

  test('is open to EventBridge without conditions, which it could not fulfil, in one statement', () => {
    const [policy] = Object.values(
      watchedSentry({ size: 30 }).findResources('AWS::SNS::TopicPolicy'),
    );
    const statements = policy!.Properties.PolicyDocument.Statement.filter(
      ({ Principal }: { Principal: { Service?: string } }) =>
        Principal.Service === 'events.amazonaws.com',
    );
    expect(statements).toEqual([
      expect.objectContaining({ Effect: 'Allow', Action: 'sns:Publish' }),
    ]);
    expect(statements[0]).not.toHaveProperty('Condition');
  });

  test('keeps what it cannot deliver, in a queue that lets all tamper rules in by one statement', () => {
    const sentry = watchedSentry({ size: 30 });
    const [queue] = Object.keys(sentry.findResources('AWS::SQS::Queue')).filter((id) =>
      id.startsWith('SentryUndelivered'),
    );
    for (const { properties } of rulesOf(sentry)) {
      expect(properties.Targets[0].DeadLetterConfig).toEqual({
        Arn: { 'Fn::GetAtt': [queue, 'Arn'] },
      });
    }
    sentry.hasResourceProperties('AWS::SQS::QueuePolicy', {
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny' }),
          {
            Effect: 'Allow',
            Action: 'sqs:SendMessage',
            Condition: { ArnLike: { 'aws:SourceArn': Match.anyValue() } },
            Principal: { Service: 'events.amazonaws.com' },
          },
        ],
      },
    });
  });

  test("an imported topic is published to all the same: its policy is its owner's", () => {
    const topicArn = 'arn:aws:sns:us-east-1:111111111111:Security';
    const sentry = watchedSentry({
      topic: (scope) => sns.Topic.fromTopicArn(scope, 'Imported', topicArn),
    });
    sentry.resourceCountIs('AWS::SNS::TopicPolicy', 0);
    for (const { properties } of rulesOf(sentry)) expect(properties.Targets[0].Arn).toBe(topicArn);
  });
});

test('cdk-nag has nothing against the rules', () => {
  const app = new App();
  addWatchedSentry(new Stack(app, 'Stack'));
  const report = new AwsSolutionsChecks(app).validateScope(app);
  const found = JSON.stringify(report.violations);
  expect(found).toContain('Stack/Sentry/Function0');
  expect(found).not.toContain('Stack/Sentry/Tamper');
});

/**
 * EventBridge's input transformer, so far as it is used here: what is not in the event is left out.
 */
function textOf(sentry: Template, ruleId: string, { event }: TamperCase): string {
  const { InputPathsMap: paths, InputTemplate: template } = rulesOf(sentry).find(
    ({ id }) => id === ruleId,
  )!.properties.Targets[0].InputTransformer;
  return JSON.parse(
    template.replace(/<([^>]+)>/g, (_: string, variable: string) =>
      valueAt(JSON.parse(event), paths[variable]),
    ),
  );
}

function valueAt(event: unknown, path: string): string {
  const keys = path
    .replace(/^\$\./, '')
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.');
  const value = keys.reduce<unknown>(
    (node, key) => (node as Record<string, unknown> | undefined)?.[key],
    event,
  );
  expect(typeof value === 'object').toBe(false);
  return value === undefined ? '' : String(value);
}

function tellingText({ event }: TamperCase): RegExp {
  const { eventName, requestParameters } = JSON.parse(event).detail;
  const [named] = Object.values(requestParameters).map((value) =>
    Array.isArray(value) ? value[0] : value,
  );
  const resource = String(named).replace(/[$.]/g, '\\$&');
  return new RegExp(
    `^\\[CRITICAL\\] Stack/Sentry: ${eventName} on ${resource} by arn:aws:sts::111111111111:assumed-role/Admin/eve \\(AssumedRole \\) ` +
      'from 198\\.51\\.100\\.7 at 2026-01-01T00:00:00Z, account 111111111111, Region us-east-1\\. ' +
      'If this was no deployment of yours, .+: find out who did it, and put it back as it was; a deployment does so with cdk deploy --revert-drift only\\. CloudTrail event event-1\\.$',
  );
}
