import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { CodePipelineSource } from 'aws-cdk-lib/pipelines';
import { appsIn } from '../../build/templates/apps';
import { type Place, PLACES } from '../../build/templates/places';
import { SentryPipeline } from '../../examples/pipeline/typescript/pipeline';
import type { PythonEnvironment } from '../../sandbox/emulator/python-environment';
import { cfnLintEnvironment, lint, type LintFinding } from '../support/cfn-lint/cfn-lint';
import { deployedApps } from '../support/deployment-rights/deployed-apps';
import { typesOf } from '../support/deployment-rights/deployment-policy';
import {
  HANDLER_PERMISSIONS,
  handlerPermissionsIn,
} from '../support/deployment-rights/handler-schemas';
import lastVersion from '../upgrade/logical-ids-of-last-version.json';
import { lostBetween, StatefulStacks, statefulResourcesIn } from '../upgrade/stateful-resources';

const PROJECT = join(__dirname, '..', '..');
const PERMISSIONS = join(
  PROJECT,
  ...['test', 'support', 'deployment-rights', 'handler-permissions.json'],
);

/**
 * Keys of one topic or one table, which the key of their stack has taken the place of. AWS keeps
 * them: docs/decisions/0037-one-key-for-a-stack.md.
 */
const LEFT_BEHIND =
  /: \w+(Notifications|Ledger|Requests|Coverage|MemberKeys)Key[0-9A-F]{8} \(AWS::KMS::Key\) is gone$/;

/** The example had these of its own, where an ApprovedAction has its own by now. */
const MADE_BY_THE_EXAMPLE =
  /^OwnAsker: (Asked3F76C4D5|Decisions28C7D866|UnhandledDecisions9D0EA7D7) .* is gone$/;

/** Rules of cfn-lint that what the CDK itself writes does not keep, and why that is no fault. */
const IGNORED: Readonly<Record<string, string>> = {
  W1020:
    'the template of a member is included with its values, so nothing is left to fill in there',
  W8003: 'nor to choose by: the same, of the conditions on its parameters',
  W3005:
    'a function depends on its role as well as it refers to it: the CDK adds policies that way',
  E3703:
    'an action of a pipeline joins the parts of an ARN: cfn-lint passes on its hint as an error',
  W3010: 'a VPC names its zones where the Region is known: the CDK asks for them at synth',
};

/** Of templates for anywhere: the examples are looked at in each Region. */
const ANY_REGION = 'eu-west-1';

interface PipelineStage {
  readonly Name: string;
  readonly Actions: readonly { readonly Name: string; readonly RunOrder: number }[];
}

let folder: string;
let python: PythonEnvironment;
const foundRules = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'templates-'));
  execFileSync(
    join(PROJECT, 'node_modules', '.bin', 'tsx'),
    ['--tsconfig', 'tsconfig.dev.json', 'build/templates/synthesize-places.ts', folder],
    {
      cwd: PROJECT,
      env: { ...process.env, CDK_VALIDATION: 'false' },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  python = await cfnLintEnvironment();
});
afterAll(() => rmSync(folder, { recursive: true }));

const ALL = 'all examples, and every prop';

const REGIONS = PLACES.filter(({ region }) => region !== undefined);

test.each(REGIONS)(`${ALL}, for $name, are as CloudFormation wants them there`, (place) => {
  const templates = templatesFor(place).filter((file) => goesTo(file, place));
  expect(faultsIn(templates, place.region!)).toEqual([]);
});

test.each(PLACES.filter((place) => !REGIONS.includes(place)))(
  'every prop, for $name, is as CloudFormation wants it',
  (place) => {
    const app = appsIn(PROJECT).findIndex((file) => file.endsWith('every-prop-app.ts'));
    const templates = templatesFor(place, String(app));
    expect(templates).not.toEqual([]);
    expect(faultsIn(templates, ANY_REGION)).toEqual([]);
  },
);

test.each(REGIONS)(
  `${ALL}, for $name, name neither another Region nor the ARN of a partition`,
  (place) => {
    const templates = templatesFor(place);
    expect(templates.length).toBeGreaterThan(4);
    expect(templates.flatMap((file) => literalsIn(file, place))).toEqual([]);
  },
);

test("what docs/deployment-rights.md takes from CloudFormation's schemas stands in them", () => {
  const read = handlerPermissionsIn(dirname(python.binFolder), typesOf(deployedApps()));
  if (process.env.WRITE_DEPLOYMENT_RIGHTS && !process.env.CI) {
    writeFileSync(PERMISSIONS, `${JSON.stringify(read, undefined, 2)}\n`);
  } else {
    expect(HANDLER_PERMISSIONS).toEqual(read);
  }
});

describe('the example of an organization', () => {
  test('has members let in the roles that the hub has, and no others of its account', () => {
    const [hub, members] = exampleTemplates('organization/typescript');
    const names = namesOf(hub!, 'AWS::IAM::Role', 'RoleName');
    const [roles] = Object.values(members!.findResources('AWS::CloudFormation::StackSet'));
    const given = JSON.stringify(roles!.Properties.Parameters);

    expect(names).toHaveLength(6);
    expect(names.filter((name) => !given.includes(`:iam::111122223333:role/${name}"`))).toEqual([]);
    expect(roles!.Properties).toMatchObject({ CallAs: 'DELEGATED_ADMIN' });
    expect(roles!.Properties.Parameters).toContainEqual({
      ParameterKey: 'Rights',
      ParameterValue: 'FULL',
    });
  });

  test('forwards from each Region in which the hub watches, to its bus', () => {
    const [hub, members] = exampleTemplates('organization/typescript');
    const parameters = [
      ['HubAccountId', '111122223333'],
      ['HubRegion', 'eu-west-1'],
      ['HubName', namesOf(hub!, 'AWS::Events::EventBus', 'Name')[0]],
    ].map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

    members!.hasResourceProperties('AWS::CloudFormation::StackSet', {
      StackSetName: 'cdk-sentries-rules-full',
      Parameters: parameters,
      StackInstancesGroup: [{ Regions: regionsIn(hub!) }],
    });
  });

  test('asks other people about each unit, and only observes in one', () => {
    const [hub] = exampleTemplates('organization/typescript');
    const parameters = JSON.stringify(hub!.findResources('AWS::SSM::Parameter')).replace(/\\/g, '');

    for (const said of [
      '"name":"production","accounts":[],"units":["ou-abcd-11111111"]',
      '"name":"trials","accounts":[],"units":["ou-abcd-22222222"]',
      '"appliesTo":{"units":["ou-abcd-11111111"]}',
      '"observeIn":{"units":["ou-abcd-11111111"]}',
      '"warnings":{"777788889999":"holds the payment systems"}',
    ]) {
      expect(parameters).toContain(said);
    }
  });
});

describe('the example of two accounts', () => {
  test('takes events of the watched account alone', () => {
    const [hub] = exampleTemplates('two-accounts/typescript/approvals');
    hub!.hasResourceProperties('AWS::Events::EventBusPolicy', {
      Statement: { Principal: { AWS: ['444455556666'] } },
    });
  });

  test('watches a group that carries the tag by which the sentry chooses', () => {
    const [hub] = exampleTemplates('two-accounts/typescript/approvals');
    const [member] = exampleTemplates('two-accounts/typescript/watched');
    const [[group]] = [Object.values(member!.findResources('AWS::EC2::SecurityGroup'))];
    const [{ Key: key, Value: value }] = group!.Properties.Tags;

    hub!.hasResourceProperties('AWS::SSM::Parameter', {
      Value: JSON.stringify({ version: 1, include: [{ kind: 'tag', key, value }], exclude: [] }),
    });
  });

  test('has the member let in each role of the hub, and send to its bus', () => {
    const [hub] = exampleTemplates('two-accounts/typescript/approvals');
    const [member] = exampleTemplates('two-accounts/typescript/watched');
    const roles = JSON.stringify(member!.findResources('AWS::IAM::Role'));
    const rules = JSON.stringify(member!.findResources('AWS::Events::Rule'));
    const names = namesOf(hub!, 'AWS::IAM::Role', 'RoleName');

    expect(names).toHaveLength(5);
    expect(names.filter((name) => !roles.includes(`:iam::111122223333:role/${name}"`))).toEqual([]);
    expect(rules).toContain(':events:eu-west-1:111122223333:event-bus/cdk-sentries');
  });
});

describe('the example of CloudTrail Lake', () => {
  const store =
    'arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/01234567-89ab-cdef-0123-456789abcdef';

  test('asks the store every ten minutes, and may ask no other', () => {
    const [hub] = exampleTemplates('lake/typescript');

    hub!.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ STORE_ARN: store }) },
    });
    hub!.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(10 minutes)' });
    hub!.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: Match.arrayWith(['cloudtrail:StartQuery']), Resource: store }),
        ]),
      },
    });
  });

  test('expects each member to be heard of by events and by the store', () => {
    const [hub] = exampleTemplates('lake/typescript');
    const parameters = JSON.stringify(hub!.findResources('AWS::SSM::Parameter')).replace(/\\/g, '');
    expect(parameters).toContain('"sources":["forwarded-events","cloudtrail-lake"]');
  });
});

describe('the example of a pipeline', () => {
  const PIPELINE = 'pipeline/typescript';
  const DEPLOYMENT = { account: '444455556666', region: 'eu-west-1' };

  test('changes itself, publishes the code of functions, and deploys the hub before members', () => {
    const [pipeline] = exampleTemplates(PIPELINE);
    expect(stagesOf(pipeline!)).toEqual([
      ['Source', 'acme_sentries'],
      ['Build', 'Synth'],
      ['UpdatePipeline', 'SelfMutate'],
      ['Assets', 'FileAssets'],
      ['Hub', 'Prepare', 'Deploy'],
      [
        'Members',
        'OrganizationManagementMember.Prepare',
        'OrganizationMembers.Prepare',
        'OrganizationManagementMember.Deploy',
        'OrganizationMembers.Deploy',
        'OrganizationManagementMember.555566667777.Prepare',
        'OrganizationManagementMember.555566667777.Deploy',
      ],
    ]);
  });

  test('deploys to three accounts, by the role that each has for it', () => {
    const [pipeline] = exampleTemplates(PIPELINE);
    const roles = JSON.stringify(pipeline!.toJSON()).match(/deploy-role-\d{12}-[\w-]+\d/g);
    expect([...new Set(roles)].sort()).toEqual([
      'deploy-role-111122223333-eu-west-1',
      'deploy-role-444455556666-eu-west-1',
      'deploy-role-555566667777-eu-west-1',
      'deploy-role-555566667777-us-east-1',
    ]);
  });

  test('has a key of its own in each Region, by which other accounts read its artifacts', () => {
    const [pipeline, ...support] = exampleTemplates(PIPELINE);
    for (const template of [pipeline!, ...support]) {
      template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
      template.hasResourceProperties('AWS::S3::Bucket', {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
          ],
        },
      });
    }
    expect(support).toHaveLength(1);
  });

  test('makes members of units by StackSets, and of the management account by itself', () => {
    const [first, second, stackSets] = exampleTemplates(PIPELINE, 'assembly-*-Members');
    expect(namesOf(first!, 'AWS::Events::Rule', 'Name')).toHaveLength(2);
    expect(namesOf(first!, 'AWS::IAM::Role', 'RoleName')).not.toEqual([]);
    expect(namesOf(second!, 'AWS::Events::Rule', 'Name')).toHaveLength(2);
    second!.resourceCountIs('AWS::IAM::Role', 0);
    stackSets!.hasResourceProperties('AWS::CloudFormation::StackSet', {
      CallAs: 'DELEGATED_ADMIN',
      StackInstancesGroup: [
        { DeploymentTargets: { OrganizationalUnitIds: ['ou-abcd-11111111', 'ou-abcd-22222222'] } },
      ],
    });
  });

  test('watches the whole organization, but for the accounts that hold what watches it', () => {
    const [hub] = exampleTemplates(PIPELINE, 'assembly-*-Hub');
    const parameters = JSON.stringify(hub!.findResources('AWS::SSM::Parameter')).replace(/\\/g, '');
    expect(parameters).toContain(
      '"kind":"organization","units":[],"excluding":["111122223333","444455556666"]',
    );
  });

  test('takes its code from CodeCommit as well', () => {
    const stack = new SentryPipeline(new App(), 'SentryPipeline', {
      env: DEPLOYMENT,
      organization: {
        id: 'o-abc1234567',
        security: { account: '111122223333', region: 'eu-west-1' },
        deployment: DEPLOYMENT,
        managementAccount: '555566667777',
        units: ['ou-abcd-11111111'],
        regions: ['eu-west-1'],
      },
      source: (scope) =>
        CodePipelineSource.codeCommit(Repository.fromRepositoryName(scope, 'Code', 'code'), 'main'),
    });
    const [source] = stagesOf(Template.fromStack(stack));
    expect(source).toEqual(['Source', 'code']);
  });
});

test('no example warns of what its reader would have to look into first', () => {
  const warnings = appsIn(PROJECT).flatMap((app, index) =>
    app.startsWith('examples/')
      ? new CloudAssembly(join(folder, 'anywhere', String(index))).stacksRecursively
          .flatMap(({ messages }) => messages)
          .filter(({ level }) => level === 'warning')
          .map(({ id, entry }) => `${app}: ${id}: ${String(entry.data)}`)
      : [],
  );
  expect(warnings).toEqual([]);
});

describe('an upgrade from the last version', () => {
  test('replaces or deletes nothing that holds something', () => {
    const templates = templatesFor(PLACES[0]!).map((file) => [
      basename(file, '.template.json'),
      statefulResourcesIn(readFileSync(file, 'utf8')),
    ]);
    const before = StatefulStacks.parse(lastVersion);
    expect(Object.keys(before).length).toBeGreaterThan(4);
    const lost = lostBetween(before, Object.fromEntries(templates));
    const gone = lost.filter((line) => !LEFT_BEHIND.test(line) && !MADE_BY_THE_EXAMPLE.test(line));
    expect(gone).toEqual([]);
  });

  test('is found out where it would', () => {
    const table = { Type: 'AWS::DynamoDB::Table', KeySchema: ['pk'] };
    const before = { Stack: { Ledger: table, Requests: table } };
    const renamed = { Stack: { LedgerTable: table, Requests: { ...table, KeySchema: ['id'] } } };
    expect(lostBetween(before, renamed)).toEqual([
      'Stack: Ledger (AWS::DynamoDB::Table) is gone',
      'Stack: Requests (AWS::DynamoDB::Table) is replaced',
    ]);
  });
});

test('each rule that is ignored is one that the CDK still breaks', () => {
  expect([...foundRules].sort()).toEqual(Object.keys(IGNORED).sort());
});

describe('a template that is broken is found out', () => {
  test.each<[string, string, object, string]>([
    [
      'a property that does not exist',
      'E3002',
      { Queue: { Type: 'AWS::SQS::Queue', Properties: { Retention: 1 } } },
      'eu-west-1',
    ],
    [
      'a circle of resources',
      'E3004',
      {
        One: { Type: 'AWS::SQS::Queue', DependsOn: 'Other' },
        Other: { Type: 'AWS::SQS::Queue', DependsOn: 'One' },
      },
      'eu-west-1',
    ],
    [
      'a resource that the Region does not have',
      'E3006',
      { Runner: { Type: 'AWS::AppRunner::Service', Properties: {} } },
      'cn-north-1',
    ],
  ])('%s', (_, rule, resources, region) => {
    const [whole] = templatesFor(PLACES[1]!);
    const template = JSON.parse(readFileSync(whole!, 'utf8'));
    Object.assign(template.Resources, resources);
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, JSON.stringify(template));
    expect(lint(python, [broken], [region]).map((finding) => finding.rule)).toContain(rule);
  });

  test('and so is an ARN of one partition, and a Region that is written down', () => {
    const broken = join(folder, 'literals.json');
    writeFileSync(
      broken,
      JSON.stringify(['arn:aws:sns:us-east-1:777788889999:topic', 'kms.cn-north-1.amazonaws.com']),
    );
    expect(literalsIn(broken, PLACES[2]!)).toEqual([
      'literals.json: arn:aws:',
      'literals.json: us-east-1',
      'literals.json: kms.cn-north-1.amazonaws.com',
    ]);
  });
});

function templatesFor({ name }: Place, app = '*'): string[] {
  return globSync(join(folder, name, app, '*.template.json')).sort();
}

/** Of an example, for anywhere: each of its stacks, or those of one of its stages, by name. */
function exampleTemplates(example: string, stage = ''): Template[] {
  const index = appsIn(PROJECT).indexOf(join('examples', example, 'app.ts'));
  return templatesFor(PLACES[0]!, join(String(index), stage)).map((file) =>
    Template.fromString(readFileSync(file, 'utf8')),
  );
}

function namesOf(template: Template, type: string, property: string): string[] {
  return Object.values(template.findResources(type)).flatMap(
    ({ Properties }) => Properties[property] ?? [],
  );
}

/** Each stage with its actions, in the order in which they run. */
function stagesOf(pipeline: Template): string[][] {
  const [found] = Object.values(pipeline.findResources('AWS::CodePipeline::Pipeline'));
  return found!.Properties.Stages.map(({ Name, Actions }: PipelineStage) => [
    Name,
    ...[...Actions]
      .sort((one, other) => one.RunOrder - other.RunOrder)
      .map((action) => action.Name),
  ]);
}

/** In which the hub watches, as its configuration says. */
function regionsIn(hub: Template): string[] {
  const parameters = Object.values(hub.findResources('AWS::SSM::Parameter'));
  return parameters
    .map(({ Properties }) => Properties.Value)
    .filter((value) => typeof value === 'string')
    .flatMap((value) => JSON.parse(value).regions ?? []);
}

/** One that says where it goes is the same for each place. */
function goesTo(template: string, { region }: Place): boolean {
  const named = regionsNamedBy(template);
  return named.length === 0 || named.some((name) => name === region);
}

/** An example of several accounts says itself where its stacks go. */
function regionsNamedBy(template: string): string[] {
  const app = appsIn(PROJECT)[Number(basename(dirname(template)))];
  if (!app?.startsWith('examples/')) return [];
  return readFileSync(join(PROJECT, app), 'utf8').match(LITERALS) ?? [];
}

function faultsIn(templates: readonly string[], region: string): string[] {
  const findings = lint(python, templates, [region]);
  findings.forEach(({ rule }) => foundRules.add(rule));
  return findings.filter(({ rule }) => !(rule in IGNORED)).map(lineOf);
}

/** ARNs of a partition, Regions, and endpoints in China without the ending that they have there. */
const LITERALS =
  /arn:aws[\w-]*:|\b[a-z]{2}(-gov)?-(central|east|north|south|west)-\d\b|[a-z]+\.cn-[a-z]+-\d\.amazonaws\.com(?![.*])/g;

function literalsIn(file: string, { region = '' }: Place): string[] {
  const wanted = [region, ...regionsNamedBy(file)];
  return [...new Set(readFileSync(file, 'utf8').match(LITERALS))]
    .filter((literal) => !wanted.includes(literal))
    .map((literal) => `${relative(folder, file)}: ${literal}`);
}

function lineOf({ file, rule, where, message }: LintFinding): string {
  return `${relative(folder, file)}: ${rule} at ${where}: ${message}`;
}
