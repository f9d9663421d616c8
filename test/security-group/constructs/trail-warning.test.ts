import { Annotations as CdkAnnotations, App, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import { Construct } from 'constructs';
import {
  ChangeResponse,
  IamKeySentry,
  ManagementEventsTrail,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
} from '../../../src';
import { warnWithoutTrail } from '../../../src/security-group/constructs/trail-warning';

const HERE = { account: '111111111111', region: 'eu-west-1' };
const ELSEWHERE = { account: '222222222222', region: 'eu-west-1' };

type Addition = (app: App, stack: Stack) => void;

/** Of the kind that records everything here, but for what is said. */
function trailWith(props: Partial<cloudtrail.CfnTrailProps>, env = HERE): Addition {
  return (app) => {
    new cloudtrail.CfnTrail(new Stack(app, 'Trails', { env }), 'Trail', {
      isLogging: true,
      s3BucketName: 'logs',
      ...props,
    });
  };
}

const dataEvents = { type: 'AWS::S3::Object', values: ['arn:aws:s3'] };

test('an app that names no trail is told what to do, and how to say that there is one', () => {
  const [warning] = warningsWith(() => undefined);
  expect(warning).toMatch(
    /The app has no CloudTrail trail .* the sentry reverts nothing for an hour or more\. .*describe-trails.*acknowledgeWarning\('cdk-sentries:noTrail'\).* new ManagementEventsTrail\(new Stack\(app, 'Trail'\), 'Trail'\), once for each account\. \[ack: cdk-sentries:noTrail\]$/,
  );
});

describe('no warning', () => {
  test.each<[string, Addition]>([
    ['with a ManagementEventsTrail', (_, stack) => new ManagementEventsTrail(stack, 'Trail')],
    ['with the CDK’s own Trail', (_, stack) => new cloudtrail.Trail(stack, 'Trail')],
    [
      'with one for write events',
      (_, stack) =>
        new cloudtrail.Trail(stack, 'Trail', {
          managementEvents: cloudtrail.ReadWriteType.WRITE_ONLY,
        }),
    ],
    ['with a trail without selectors, which logs management events', trailWith({})],
    [
      'with data events besides management events',
      trailWith({ eventSelectors: [{ dataResources: [dataEvents] }] }),
    ],
    [
      'with advanced selectors of management events',
      trailWith({
        advancedEventSelectors: [
          { fieldSelectors: [{ field: 'eventCategory', equalTo: ['Management'] }] },
        ],
      }),
    ],
    [
      'with a multi-Region trail elsewhere in the account',
      trailWith({ isMultiRegionTrail: true }, { ...HERE, region: 'us-east-1' }),
    ],
    [
      'with an organization trail of another account',
      trailWith({ isMultiRegionTrail: true, isOrganizationTrail: true }, ELSEWHERE),
    ],
    [
      'with a trail in a stack whose account is not known',
      (app) => new cloudtrail.Trail(new Stack(app, 'Trails'), 'Trail'),
    ],
    ['where it is acknowledged for the stack beforehand', (_, stack) => acknowledge(stack)],
  ])('%s', (_, add) => {
    expect(warningsWith(add)).toEqual([]);
  });

  test.each<[string, (sentry: Construct) => Construct]>([
    ['the sentry', (sentry) => sentry],
    ['the stack', Stack.of],
    ['the app', (sentry) => sentry.node.root as App],
  ])('where it is acknowledged for %s', (_, scopeOf) => {
    const stack = new Stack(new App(), 'Network', { env: HERE });
    const sentry = new Construct(stack, 'Sentry');
    warnWithoutTrail(sentry);
    acknowledge(scopeOf(sentry));
    expect(warningsIn(stack)).toEqual([]);
  });

  test('for access keys, which are looked at without events', () => {
    const stack = new Stack(undefined, 'Keys');
    new IamKeySentry(stack, 'Sentry');
    expect(warningsIn(stack)).toEqual([]);
  });
});

describe('a warning nevertheless', () => {
  test.each<[string, Addition]>([
    ['with a trail that is switched off', trailWith({ isLogging: false })],
    [
      'with a trail of read events',
      trailWith({ eventSelectors: [{ includeManagementEvents: true, readWriteType: 'ReadOnly' }] }),
    ],
    [
      'with a trail of data events',
      trailWith({
        eventSelectors: [{ includeManagementEvents: false, dataResources: [dataEvents] }],
      }),
    ],
    [
      'with advanced selectors of data events',
      trailWith({
        advancedEventSelectors: [
          { fieldSelectors: [{ field: 'eventCategory', equalTo: ['Data'] }] },
        ],
      }),
    ],
    [
      'with advanced selectors of read events',
      trailWith({
        advancedEventSelectors: [
          {
            fieldSelectors: [
              { field: 'eventCategory', equalTo: ['Management'] },
              { field: 'readOnly', equalTo: ['true'] },
            ],
          },
        ],
      }),
    ],
    ['with a trail of another account', trailWith({ isMultiRegionTrail: true }, ELSEWHERE)],
    ['with a trail of another Region', trailWith({}, { ...HERE, region: 'us-east-1' })],
  ])('%s', (_, add) => {
    expect(warningsWith(add)).toHaveLength(1);
  });
});

describe('a SecurityGroupSentry', () => {
  test('is content with a trail that is added after it, in another stage', () => {
    const app = new App();
    const stack = new Stack(new Stage(app, 'Network', { env: HERE }), 'Network');
    sentryIn(stack);
    new ManagementEventsTrail(
      new Stack(new Stage(app, 'Security', { env: HERE }), 'Security'),
      'Trail',
    );
    expect(warningsIn(stack)).toEqual([]);
  });

  test('warns where there is none', () => {
    const stack = new Stack(new App(), 'Network', { env: HERE });
    sentryIn(stack);
    expect(warningsIn(stack)).toHaveLength(1);
  });
});

function warningsWith(add: Addition): string[] {
  const app = new App();
  const stack = new Stack(app, 'Network', { env: HERE });
  add(app, stack);
  warnWithoutTrail(new Construct(stack, 'Sentry'));
  return warningsIn(stack);
}

function acknowledge(scope: Construct): void {
  CdkAnnotations.of(scope).acknowledgeWarning('cdk-sentries:noTrail', 'The account has a trail');
}

function sentryIn(stack: Stack): void {
  new SecurityGroupSentry(stack, 'Sentry', {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }],
  });
}

function warningsIn(stack: Stack): string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('noTrail'))
    .map(({ entry }) => String(entry.data));
}
