import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import { approvedActionCase, workspaceIn } from './integ.approved-action';
import { accessKeyCase } from './integ.iam-key-sentry';
import { securityGroupCase } from './integ.security-group-sentry';
import { hubCase, placesIn } from './integ.sentry-hub';
import * as library from '../../src';

const PLACES = {
  hubAccount: '111122223333',
  memberAccount: '444455556666',
  region: 'eu-west-1',
};
const WORKSPACE = {
  channelId: 'C0APPROVALS',
  approverId: 'U0ALICE',
  botTokenSecret: 'bot-token',
  signingSecretSecret: 'signing-secret',
};

const CASES: Readonly<Record<string, (app: App) => IntegTest>> = {
  'integ.approved-action.ts': approvedActionCase,
  'integ.iam-key-sentry.ts': accessKeyCase,
  'integ.security-group-sentry.ts': securityGroupCase,
  'integ.sentry-hub.ts': (app) => hubCase(app, PLACES),
};

/** In accounts of organizations alone: there is no test account for those. */
const NOT_IN_A_CASE = ['MemberStackSets'];

test('each file that integ-runner finds is looked at here', () => {
  const files = globSync(join(__dirname, 'integ.*.ts')).map((file) => basename(file));

  expect(files.sort()).toEqual(Object.keys(CASES));
});

test('each construct of the library is in a case', () => {
  const made = new Set<unknown>(
    Object.values(CASES).flatMap((build) => {
      const app = new App();
      build(app);
      return app.node.findAll().map((construct) => construct.constructor);
    }),
  );
  const constructs = Object.entries(library).filter(
    ([, exported]) => typeof exported === 'function' && exported.prototype instanceof Construct,
  );

  expect(constructs.length).toBeGreaterThan(8);
  expect(constructs.filter(([, exported]) => !made.has(exported)).map(([name]) => name)).toEqual(
    NOT_IN_A_CASE,
  );
});

describe.each(Object.entries(CASES))('%s', (_, build) => {
  const app = new App();
  build(app);
  const assembly = app.synth();

  test('has assertions, and lets what it makes go with its stacks', () => {
    const templates = assembly.stacks.map(({ stackName, template }) => ({ stackName, template }));
    const asserted = templates.filter(({ template }) =>
      JSON.stringify(template).includes('Custom::DeployAssert@'),
    );
    const kept = templates.flatMap(({ stackName, template }) =>
      Object.entries(template.Resources ?? {})
        .filter(([, resource]) => JSON.stringify(resource).includes('"DeletionPolicy":"Retain"'))
        .map(([id]) => `${stackName} ${id}`),
    );

    expect(asserted).toHaveLength(1);
    expect(kept).toEqual([]);
  });

  test('has no error at synth, and no warning', () => {
    const said = assembly.stacks
      .flatMap(({ messages }) => messages)
      .map(({ entry }) => String(entry.data));

    expect(said).toEqual([]);
  });
});

/** Made of the template that members get, which holds no acknowledgements. */
const OF_A_MEMBER = 'IntegSentryMember/Member/';

test('cdk-nag finds nothing but in the template of a member', () => {
  const found = Object.values(CASES).flatMap((build) => {
    const app = new App();
    build(app);
    return new AwsSolutionsChecks(app).validateScope(app).violations;
  });

  expect(
    found.flatMap(({ ruleName, violatingResources }) =>
      violatingResources
        .map(({ constructPath }) => `${ruleName} ${constructPath}`)
        .filter((text) => !text.includes(OF_A_MEMBER)),
    ),
  ).toEqual([]);
});

describe('what a case takes from the environment', () => {
  test('without a Slack workspace, there is none; with half of one, it says what is missing', () => {
    expect(workspaceIn({})).toBeUndefined();
    expect(() => workspaceIn({ INTEG_SLACK_CHANNEL: 'C0APPROVALS' })).toThrow(
      'INTEG_SLACK_APPROVER, INTEG_BOT_TOKEN_SECRET, INTEG_SIGNING_SECRET_SECRET are not set',
    );
    expect(
      workspaceIn({
        INTEG_SLACK_CHANNEL: WORKSPACE.channelId,
        INTEG_SLACK_APPROVER: WORKSPACE.approverId,
        INTEG_BOT_TOKEN_SECRET: WORKSPACE.botTokenSecret,
        INTEG_SIGNING_SECRET_SECRET: WORKSPACE.signingSecretSecret,
      }),
    ).toEqual(WORKSPACE);
  });

  test('with a Slack workspace, the answer is a denial', () => {
    const app = new App();
    approvedActionCase(app, WORKSPACE);
    const templates = JSON.stringify(app.synth().stacks.map(({ template }) => template));

    expect(templates).toContain('denied');
    expect(templates).not.toContain('expired');
  });

  test('a hub needs a second account', () => {
    expect(() => placesIn({ CDK_DEFAULT_ACCOUNT: PLACES.hubAccount })).toThrow(
      'Set INTEG_MEMBER_ACCOUNT',
    );
  });
});
