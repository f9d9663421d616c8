import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import ts from 'typescript';
import * as library from '../../../src';

const {
  Approvers,
  ChangeResponse,
  IamKeySentry,
  KeyActions,
  MemberAccounts,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  SecurityGroupSentry,
  SentryDashboard,
  SentryHub,
  SlackApprovalWorkflow,
  SlackDestination,
} = library;

const README = join(__dirname, '..', '..', '..', 'README.md');

/** The first app that README shows, as it stands there. */
export function smallestApp(): object {
  const [, code = ''] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(README, 'utf8')) ?? [];
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const apps: App[] = [];
  class KeptApp extends App {
    constructor() {
      super();
      apps.push(this);
    }
  }
  const load = createRequire(__filename);
  const core = new Proxy(load('aws-cdk-lib'), {
    get: (target, name) => (name === 'App' ? KeptApp : target[name]),
  });
  const modules = new Map<string, unknown>([
    ['aws-cdk-lib', core],
    ['cdk-sentries', library],
  ]);
  new Function('require', 'exports', outputText)(
    (name: string) => modules.get(name) ?? load(name),
    {},
  );
  const stack = apps[0]!.node.children.find((child) => child instanceof Stack);
  return Template.fromStack(stack!).toJSON();
}

export interface SentrySettings {
  readonly encryptionKey?: boolean;
  readonly topic?: boolean;
  readonly heartbeat?: boolean;
  readonly tamperRules?: boolean;
  readonly asking?: boolean;
  readonly hub?: boolean;
  readonly retiring?: boolean;
  readonly dashboard?: boolean;
  readonly rehearsal?: boolean;
}

export type CostedConstruct = 'SecurityGroupSentry' | 'IamKeySentry' | 'SlackApprovalWorkflow';

/** In one stack. Without a workflow, no one is asked. */
export function appOf(
  constructs: readonly CostedConstruct[],
  settings: SentrySettings = {},
): object {
  const stack = new Stack(new App(), 'Costs', {
    env: { account: '111122223333', region: 'us-east-1' },
  });
  const common = commonProps(stack, settings);
  const { hub, asking = true, heartbeat, tamperRules, retiring = true } = settings;
  const organization = hub
    ? {
        hub: new SentryHub(stack, 'Hub', {
          organizationId: 'o-abc1234567',
          accounts: MemberAccounts.organization(),
          ...common,
        }),
      }
    : {};
  const workflow = constructs.includes('SlackApprovalWorkflow')
    ? workflowIn(stack, { ...common, tamperRules })
    : undefined;
  const asked = asking ? workflow : undefined;
  if (constructs.includes('SecurityGroupSentry')) {
    const sentry = new SecurityGroupSentry(stack, 'GroupSentry', {
      ...common,
      ...organization,
      heartbeat,
      tamperRules,
      monitoredGroups: MonitoredGroups.all(),
      policies: [
        {
          baseline: SecurityGroupBaseline.locked(),
          response: asked ? ChangeResponse.revertUntilApproved(asked) : ChangeResponse.revert(),
        },
      ],
    });
    if (settings.dashboard) {
      new SentryDashboard(stack, 'Dashboard', { securityGroupSentries: [sentry] });
    }
    if (settings.rehearsal) new SecurityGroupRehearsal(stack, 'Rehearsal', { sentry });
  }
  if (constructs.includes('IamKeySentry')) {
    new IamKeySentry(stack, 'KeySentry', {
      ...common,
      ...organization,
      ...(retiring && {
        actions: KeyActions.of({
          deactivateAfter: Duration.days(100),
          askBeforeDeactivating: asked,
        }),
      }),
    });
  }
  return Template.fromStack(stack).toJSON();
}

export const ALL_THREE: readonly CostedConstruct[] = [
  'SlackApprovalWorkflow',
  'SecurityGroupSentry',
  'IamKeySentry',
];

/** Keys, topics and secrets of the user cost what they cost: they are not made here. */
function commonProps(stack: Stack, { encryptionKey, topic }: SentrySettings) {
  const given = (service: string, resource: string) =>
    `arn:aws:${service}:us-east-1:111122223333:${resource}`;
  return {
    ...(encryptionKey && {
      encryptionKey: kms.Key.fromKeyArn(stack, 'CompanyKey', given('kms', 'key/company')),
    }),
    ...(topic && {
      notificationTopic: sns.Topic.fromTopicArn(stack, 'CompanyTopic', given('sns', 'company')),
    }),
  };
}

export function workflowIn(
  stack: Stack,
  common: Pick<
    library.SlackApprovalWorkflowProps,
    'encryptionKey' | 'notificationTopic' | 'tamperRules'
  > = {},
): library.SlackApprovalWorkflow {
  const secret = (id: string) => new secretsmanager.Secret(stack, id);
  return new SlackApprovalWorkflow(stack, 'Approvals', {
    ...common,
    signingSecret: secret('SigningSecret'),
    botToken: secret('BotToken'),
    approvalChannelId: 'C0APPROVE',
    monitoringChannel: SlackDestination.channel('C0MONITOR'),
    approvers: Approvers.users(['U0ALICE']),
  });
}
