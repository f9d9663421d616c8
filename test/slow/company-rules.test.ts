import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R5Checks,
  PCIDSS321Checks,
} from 'cdk-nag';
import ts from 'typescript';
import * as sentries from 'cdk-sentries';

const {
  ApprovedAction,
  Approvers,
  ChangeResponse,
  ChangeSource,
  IamKeySentry,
  KeyActions,
  ManagementEventsTrail,
  MemberAccounts,
  MemberRights,
  MemberStackSets,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  SecurityGroupSentry,
  SentryDashboard,
  SentryHub,
  SentryMember,
  SentryMemberRegion,
  SlackApprovalWorkflow,
} = sentries;

const PAGE = readFileSync(join(__dirname, '..', '..', 'docs', 'company-rules.md'), 'utf8');
const SNIPPETS = [...PAGE.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ index, 1: code = '' }) => ({
  line: PAGE.slice(0, index).split('\n').length,
  code,
}));

test('the page shows an app for each rule', () => {
  expect(SNIPPETS.length).toBeGreaterThan(5);
});

test.each(SNIPPETS)(
  'the app at line $line of the page synthesizes, without a warning',
  ({ code }) => {
    const apps = appsOf(code);
    expect(apps).toHaveLength(1);
    const { stacks } = apps[0]!.synth();
    expect(stacks).not.toHaveLength(0);
    const warnings = stacks
      .flatMap(({ messages }) => messages)
      .filter(({ level }) => level === 'warning')
      .map(({ entry }) => String(entry.data))
      // Each app has to say for itself that there is a trail, and a sentry for its hub.
      .filter((text) => !/cdk-sentries:(noTrail|hubWithoutSentry)\]/.test(text));
    expect(warnings).toEqual([]);
  },
);

describe('cdk-nag finds nothing in constructs with company settings that is not acknowledged', () => {
  let app: App;

  beforeAll(() => (app = companyApp()));

  test.each([
    ['AwsSolutions', AwsSolutionsChecks],
    ['HIPAA', HIPAASecurityChecks],
    ['NIST 800-53 R5', NIST80053R5Checks],
    ['PCI DSS', PCIDSS321Checks],
  ])('by %s', (_, Pack) => {
    const { violations } = new Pack(app).validateScope(app);
    expect(
      violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources]),
    ).toEqual([]);
  });
});

/** The apps that a module makes, as it stands on the page. */
function appsOf(code: string): App[] {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const made: App[] = [];
  class NotedApp extends App {
    constructor(props?: cdk.AppProps) {
      super(props);
      made.push(this);
    }
  }
  const modules: Readonly<Record<string, unknown>> = {
    'aws-cdk-lib': new Proxy(cdk, {
      get: (target, name) => (name === 'App' ? NotedApp : Reflect.get(target, name)),
    }),
    'cdk-sentries': sentries,
  };
  const load = (name: string): unknown => modules[name] ?? jest.requireActual(name);
  new Function('require', 'exports', outputText)(load, {});
  return made;
}

function companyApp(): App {
  const app = new App();
  const stack = new Stack(app, 'Company', {
    env: { account: '111122223333', region: 'eu-west-1' },
  });
  const company: sentries.CompanySettings = {
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a'],
      privateSubnetIds: ['subnet-1'],
    }),
    encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
    logRetention: logs.RetentionDays.TEN_YEARS,
    tracing: lambda.Tracing.ACTIVE,
    reservedConcurrentExecutions: 110,
  };
  const secret = (name: string) => secretsmanager.Secret.fromSecretNameV2(stack, name, name);
  const approvals = new SlackApprovalWorkflow(stack, 'Approvals', {
    ...company,
    signingSecret: secret('signing-secret'),
    botToken: secret('bot-token'),
    approvalChannelId: 'C0APPROVE',
    approvers: Approvers.users(['U0ALICE']),
  });
  const hub = new SentryHub(stack, 'Hub', {
    ...company,
    organizationId: 'o-abc1234567',
    accounts: MemberAccounts.organization(),
    sources: [
      ChangeSource.forwardedEvents(),
      ChangeSource.organizationTrail(s3.Bucket.fromBucketName(stack, 'Logs', 'log-archive')),
      ChangeSource.cloudTrailLake(
        'arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/01234567-89ab-cdef-0123-456789abcdef',
      ),
    ],
  });
  new SecurityGroupSentry(stack, 'GroupSentry', {
    ...company,
    hub,
    monitoredGroups: MonitoredGroups.taggedWith('sentry', 'on'),
    policies: [
      {
        baseline: SecurityGroupBaseline.locked(),
        response: ChangeResponse.revertUntilApproved(approvals),
      },
    ],
  });
  new IamKeySentry(stack, 'KeySentry', {
    ...company,
    hub,
    actions: KeyActions.of({
      deactivateAfter: Duration.days(100),
      deleteAfterInactive: Duration.days(30),
      askBeforeDeactivating: approvals,
    }),
  });
  new SecurityGroupRehearsal(stack, 'Rehearsal', {
    ...company,
    monitoredGroups: MonitoredGroups.all(),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.notifyOnly() }],
  });
  new ApprovedAction(stack, 'Action', {
    ...company,
    workflow: approvals,
    actionFunction: lambda.Function.fromFunctionAttributes(stack, 'Own', {
      functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:own',
      sameEnvironment: true,
    }),
  });
  new SentryDashboard(stack, 'Dashboard', { workflows: [approvals], hubs: [hub] });
  new ManagementEventsTrail(stack, 'Trail');
  new MemberStackSets(new Stack(app, 'StackSets'), 'Members', {
    hub,
    targets: [{ units: ['ou-abcd-12345678'], rights: MemberRights.FULL }],
    regions: ['eu-west-1'],
  });
  const ofMember = (id: string, region: string) =>
    new Stack(app, id, { env: { account: '444455556666', region } });
  new SentryMember(ofMember('Member', 'eu-west-1'), 'Member', { hub, rights: MemberRights.FULL });
  new SentryMemberRegion(ofMember('Further', 'eu-west-2'), 'Region', { hub });
  return app;
}
