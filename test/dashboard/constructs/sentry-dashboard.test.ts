import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource, type Environment, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import { dashboardOf, type Shown, shownConstructs } from '../../../build/dashboard/dashboard-app';
import {
  metricsIn,
  type ShownMetric,
  type Widget,
  widgetsOf,
} from '../../../build/dashboard/dashboard-body';
import { IamKeySentry, ManagementEventsTrail, SentryDashboard } from '../../../src';
import { ACCESS_KEY_METRICS } from '../../../src/access-key/contracts/key-metrics';
import { ACTION_METRICS } from '../../../src/approval/contracts/action-metrics';
import { APPROVAL_METRICS } from '../../../src/approval/contracts/approval-metrics';
import { SavedQueries } from '../../../src/dashboard/constructs/saved-queries';
import { LOG_QUESTIONS } from '../../../src/dashboard/domain/log-questions';
import { COVERAGE_METRICS } from '../../../src/organization/contracts/coverage-metrics';
import {
  METRICS_NAMESPACE,
  SECURITY_GROUP_METRICS,
  SENTRY_DIMENSION,
} from '../../../src/shared/contracts/metrics';

const PROJECT = join(__dirname, '..', '..', '..');
const COLUMNS = 24;

/** By the constructs that write them. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  'Security/GroupSentry': Object.values(SECURITY_GROUP_METRICS),
  'Security/KeySentry': Object.values(ACCESS_KEY_METRICS),
  'Security/Approvals': Object.values(APPROVAL_METRICS),
  'Security/SnapshotDeletion': Object.values(ACTION_METRICS),
  'Security/Hub': Object.values(COVERAGE_METRICS),
};

let shown: Shown;
let dashboard: SentryDashboard;
let widgets: Widget[];

beforeAll(() => {
  shown = shownConstructs();
  dashboard = dashboardOf(shown);
  widgets = widgetsOf(dashboard);
});

describe('a graph', () => {
  test('shows what the functions write, by the construct that writes it', () => {
    const own = graphs()
      .flatMap(metricsIn)
      .filter(({ namespace }) => namespace === METRICS_NAMESPACE);
    expect(new Set(own.map(({ dimensions }) => dimensions[SENTRY_DIMENSION]))).toEqual(
      new Set(Object.keys(WRITTEN)),
    );
    for (const { name, dimensions } of own) {
      expect(Object.keys(dimensions)).toEqual([SENTRY_DIMENSION]);
      expect(WRITTEN[dimensions[SENTRY_DIMENSION]!]).toContain(name);
    }
  });

  test('shows of AWS what functions and queues have', () => {
    const others = graphs()
      .flatMap(metricsIn)
      .filter(({ namespace }) => namespace !== METRICS_NAMESPACE)
      .map(({ namespace, name, dimensions }) => [namespace, name, ...Object.keys(dimensions)]);
    expect(new Set(others.map((one) => one.join(' ')))).toEqual(
      new Set([
        'AWS/Lambda Errors FunctionName',
        'AWS/Lambda Invocations FunctionName',
        'AWS/SQS ApproximateNumberOfMessagesVisible QueueName',
      ]),
    );
  });

  test('says what it shows, in which unit and over which time, and has a label for each line', () => {
    for (const { properties } of graphs()) {
      expect(properties).toMatchObject({
        title: expect.stringMatching(/Security\//),
        yAxis: { left: { label: expect.stringMatching(/^[a-z ]+$/), min: 0 } },
        period: expect.any(Number),
      });
    }
    for (const { options } of graphs().flatMap(metricsIn)) {
      expect(options.label).toEqual(expect.any(String));
    }
  });

  test('has the same time for each of its lines', () => {
    for (const graph of graphs()) {
      const periods = metricsIn(graph).map(({ options }) => options.period ?? 300);
      expect(new Set([...periods, graph.properties.period]).size).toBe(1);
    }
  });

  test('has no two with the same title', () => {
    const titles = graphs().map(({ properties }) => properties.title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

test('two sentries show so few metrics that a dashboard may be free, and all constructs do not', () => {
  const free = 50;
  const both = new Set(
    graphs()
      .filter(({ properties }) => /Security\/(Group|Key)Sentry/.test(String(properties.title)))
      .flatMap(metricsIn)
      .map(identity),
  );
  const all = new Set(graphs().flatMap(metricsIn).map(identity));
  expect(both.size).toBeLessThanOrEqual(free);
  expect(all.size).toBeGreaterThan(free);
});

test('widgets stand side by side, none over another', () => {
  const taken = widgets.flatMap(({ x, y, width, height }) =>
    Array.from({ length: width * height }, (_, cell) =>
      [x + (cell % width), y + Math.floor(cell / width)].join(),
    ),
  );
  expect(new Set(taken).size).toBe(taken.length);
  expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBeLessThanOrEqual(COLUMNS);
});

test('each alarm, function and dead-letter queue is shown', () => {
  const { securityGroupSentries, iamKeySentries, workflows, actions, hubs } = shown;
  const watched = [...securityGroupSentries, ...iamKeySentries, ...workflows, ...actions, ...hubs];
  const alarms = [...watched, ...shown.trails].flatMap((one) => one.alarms);
  const functions = [...watched, ...shown.rehearsals].flatMap((one) =>
    one.node.findAll().filter((child) => child instanceof lambda.Function),
  );
  const queues = watched.flatMap(({ deadLetterQueues }) => deadLetterQueues);
  const body = JSON.stringify(widgets);
  for (const { node } of [...alarms, ...functions, ...queues]) {
    const child = node.defaultChild as CfnResource;
    expect(body).toContain(`<${shown.stack.resolve(child.logicalId)}`);
  }
});

test('shows a week, and the times of its graphs hold whatever time is looked at', () => {
  const [body] = Object.values(
    Template.fromStack(shown.stack).findResources('AWS::CloudWatch::Dashboard'),
  ).map(({ Properties }) => JSON.stringify(Properties.DashboardBody));
  expect(body).toContain(String.raw`\"start\":\"-P7D\",\"periodOverride\":\"inherit\"`);
});

describe('the text', () => {
  test('leads to pages of the docs, and to headings that they have', () => {
    const links = widgets
      .filter(({ type }) => type === 'text')
      .flatMap(({ properties }) => [
        ...String(properties.markdown).matchAll(
          /\]\((.+?)\/blob\/main\/docs\/([^)#]+)#?([^)]*)\)/g,
        ),
      ]);
    const { repository } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    expect(links.length).toBeGreaterThan(6);
    for (const [, url, page, anchor] of links) {
      expect(`${url}.git`).toBe(repository.url);
      const text = readFileSync(join(PROJECT, 'docs', page!), 'utf8');
      if (anchor) expect(headings(text)).toContain(anchor);
    }
  });
});

describe('saved queries', () => {
  test('are the questions of the runbook, each over logs that can answer it', () => {
    const template = Template.fromStack(shown.stack);
    template.resourceCountIs('AWS::Logs::QueryDefinition', LOG_QUESTIONS.length);
    for (const { name, query, functions } of LOG_QUESTIONS) {
      const [definition] = Object.values(
        template.findResources('AWS::Logs::QueryDefinition', {
          Properties: { Name: `cdk-sentries/security/${name}`, QueryString: query },
        }),
      );
      const logGroups = JSON.stringify(definition?.Properties.LogGroupNames);
      for (const id of functions ?? []) expect(logGroups).toContain(`${id}Logs`);
    }
  });

  test('have a folder of their own where the dashboard has no name', () => {
    const stack = new Stack(new App(), 'Nameless');
    new SentryDashboard(stack, 'Dashboard', { iamKeySentries: [new IamKeySentry(stack, 'Keys')] });
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::QueryDefinition', {
      Name: Match.stringLikeRegexp('^cdk-sentries/Nameless-Dashboard-\\w+/what-fails$'),
    });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', {
      DashboardName: Match.absent(),
    });
  });

  test('are only those that something shown can answer', () => {
    const stack = new Stack(new App(), 'Keys');
    new SentryDashboard(stack, 'Dashboard', { iamKeySentries: [new IamKeySentry(stack, 'Keys')] });
    const definitions = Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition');
    expect(Object.values(definitions).map(({ Properties: { Name } }) => Name)).toEqual([
      expect.stringMatching(/\/what-fails$/),
      expect.stringMatching(/\/what-was-done-to-keys$/),
    ]);
  });

  test('are several where there are more logs than one can ask', () => {
    const stack = new Stack(new App(), 'Many');
    const functions = Array.from({ length: 51 }, (_, index) =>
      functionOf(new Construct(stack, `Sentry${index}`), 'AdvanceRequests'),
    );
    new SavedQueries(stack, 'Queries', { functions, dashboardName: 'many' });
    const definitions = Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition');
    const counts = Object.values(definitions).map(({ Properties: { Name, LogGroupNames } }) => [
      Name,
      LogGroupNames.length,
    ]);
    expect(counts.slice(0, 2)).toEqual([
      ['cdk-sentries/many/what-fails', 50],
      ['cdk-sentries/many/what-fails-2', 1],
    ]);
  });

  test('can be left out, and then the text does not speak of them', () => {
    const stack = new Stack(new App(), 'Keys');
    const quiet = new SentryDashboard(stack, 'Dashboard', {
      iamKeySentries: [new IamKeySentry(stack, 'Keys')],
      savedQueries: false,
    });
    Template.fromStack(stack).resourceCountIs('AWS::Logs::QueryDefinition', 0);
    expect(JSON.stringify(widgetsOf(quiet))).not.toContain('Logs Insights');
  });
});

describe('a dashboard cannot be made', () => {
  const place = { env: { account: '111122223333', region: 'eu-west-1' } };

  test('of nothing', () => {
    const stack = new Stack(new App(), 'Empty');
    expect(() => new SentryDashboard(stack, 'Dashboard', { hubs: [] })).toThrow(
      'Empty/Dashboard: there is nothing to show: give it "securityGroupSentries", "iamKeySentries", "workflows", "actions", "hubs", "trails" or "rehearsals".',
    );
  });

  test('with the same construct twice', () => {
    const stack = new Stack(new App(), 'Twice');
    const sentry = new IamKeySentry(stack, 'Keys');
    expect(
      () => new SentryDashboard(stack, 'Dashboard', { iamKeySentries: [sentry, sentry] }),
    ).toThrow('Twice/Dashboard: Twice/Keys is given twice: give it once.');
  });

  test.each([
    ['another Region', { account: '111122223333', region: 'us-east-1' }],
    ['another account', { account: '444455556666', region: 'eu-west-1' }],
  ])('over a construct in %s', (_, env) => {
    const app = new App();
    const sentry = new IamKeySentry(new Stack(app, 'There', { env }), 'Keys');
    const stack = new Stack(app, 'Here', place);
    expect(() => new SentryDashboard(stack, 'Dashboard', { iamKeySentries: [sentry] })).toThrow(
      'Here/Dashboard: There/Keys is in another account or Region, and a dashboard shows those of its own: write one there as well, or have a hub watch all places.',
    );
  });

  test('over a trail without alarms', () => {
    const stack = new Stack(new App(), 'Silent');
    const trail = new ManagementEventsTrail(stack, 'Trail', {
      excludedAlarms: ['NoLogFilesAlarm', 'UndeliveredEventsAlarm'],
    });
    expect(() => new SentryDashboard(stack, 'Dashboard', { trails: [trail] })).toThrow(
      'Silent/Dashboard: there is nothing to show of Silent/Trail, since it has no alarms: leave it out, or give it back some of its "excludedAlarms".',
    );
  });

  test.each(['', 'two words', 'a/b', 'x'.repeat(256)])('by the name "%s"', (dashboardName) => {
    const stack = new Stack(new App(), 'Named');
    const iamKeySentries = [new IamKeySentry(stack, 'Keys')];
    expect(
      () => new SentryDashboard(stack, 'Dashboard', { iamKeySentries, dashboardName }),
    ).toThrow(
      `Named/Dashboard: "dashboardName" is "${dashboardName}": write 1 to 255 letters, digits, hyphens and underscores, such as "security".`,
    );
  });
});

describe('a name that another dashboard of the app has', () => {
  const shownIn = (app: App, id: string, env: Environment) => {
    const stack = new Stack(app, id, { env });
    const homeRegion = 'eu-west-1';
    const iamKeySentries = [new IamKeySentry(stack, 'Keys', { homeRegion })];
    return new SentryDashboard(stack, 'Board', { iamKeySentries, dashboardName: 'security' });
  };

  test('is refused in the same account, also in another Region', () => {
    const app = new App();
    shownIn(app, 'Here', { account: '111111111111', region: 'eu-west-1' });
    expect(() => shownIn(app, 'There', { account: '111111111111', region: 'us-east-1' })).toThrow(
      'There/Board: "dashboardName" is "security", which Here/Board has as well, and an account has one dashboard of each name, whatever the Region',
    );
  });

  test('is no other in another account', () => {
    const app = new App();
    shownIn(app, 'Here', { account: '111111111111', region: 'eu-west-1' });
    shownIn(app, 'There', { account: '222222222222', region: 'eu-west-1' });
    expect(app.node.children).toHaveLength(2);
  });
});

test('a dashboard in another stack of the same place is one', () => {
  const app = new App();
  const sentry = new IamKeySentry(new Stack(app, 'Keys'), 'Sentry');
  const stack = new Stack(app, 'Shown');
  new SentryDashboard(stack, 'Dashboard', { iamKeySentries: [sentry] });
  app.synth();
  Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Dashboard', 1);
});

test('cdk-nag finds nothing in it', () => {
  const { violations } = new AwsSolutionsChecks(shown.stack).validateScope(dashboard);
  expect(violations).toEqual([]);
});

function functionOf(scope: Construct, id: string): lambda.Function {
  return new lambda.Function(scope, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => {};'),
    logGroup: new logs.LogGroup(scope, `${id}Logs`),
  });
}

function identity({ namespace, name, dimensions }: ShownMetric): string {
  return JSON.stringify([namespace, name, dimensions]);
}

function graphs(): Widget[] {
  return widgets.filter(({ type }) => type === 'metric');
}

function headings(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(' ', '-')
      .replace(/[^\w-]/g, ''),
  );
}
