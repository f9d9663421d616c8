import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App, AssetStaging, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { findHandlers } from '../../build/bundle-handlers';
import {
  ApprovedAction,
  Approvers,
  ChangeResponse,
  IamKeySentry,
  ManagementEventsTrail,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SlackApprovalWorkflow,
  TrafficPattern,
} from '../../src';

const PROJECT = resolve(__dirname, '..', '..');

export type Fill = (stack: Stack) => void;

/** A stack with each construct as its page shows it first. */
export const CONSTRUCTS: Readonly<Record<string, Fill>> = {
  SecurityGroupSentry: (stack) => {
    new SecurityGroupSentry(stack, 'Sentry', {
      monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
      policies: [
        {
          baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
          response: ChangeResponse.revert(),
        },
      ],
    });
  },
  IamKeySentry: (stack) => {
    new IamKeySentry(stack, 'Sentry', { maxKeyAge: Duration.days(90) });
  },
  SlackApprovalWorkflow: (stack) => {
    workflowIn(stack);
  },
  'ApprovedAction and its workflow': (stack) => {
    new ApprovedAction(stack, 'Action', {
      workflow: workflowIn(stack),
      actionFunction: new lambda.Function(stack, 'Handler', {
        runtime: lambda.Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: lambda.Code.fromInline('exports.handler = async () => ({});'),
      }),
    });
  },
  ManagementEventsTrail: (stack) => {
    new ManagementEventsTrail(stack, 'Trail');
  },
};

function workflowIn(stack: Stack): SlackApprovalWorkflow {
  return new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret: new secretsmanager.Secret(stack, 'SigningSecret'),
    botToken: new secretsmanager.Secret(stack, 'BotToken'),
    approvalChannelId: 'C0APPROVE',
    approvers: Approvers.users(['U0ALICE']),
  });
}

/** The same handlers, bundled at each synth as NodejsFunction does it with the esbuild it finds. */
export function bundledAtSynth(handlers: readonly string[]): Fill {
  const sources = findHandlers().filter(({ name }) => handlers.includes(name));
  return (stack) => {
    for (const { name, entry } of sources) {
      new NodejsFunction(stack, name, {
        entry,
        runtime: lambda.Runtime.NODEJS_24_X,
        projectRoot: PROJECT,
        depsLockFilePath: join(PROJECT, 'package-lock.json'),
        bundling: { bundleAwsSDK: true, minify: true },
      });
    }
  };
}

export interface Synthesized {
  readonly milliseconds: number;
  /** The names of the bundles in it. */
  readonly handlers: readonly string[];
}

export function synthesized(fill: Fill): Synthesized {
  // As in a process of its own, which has read no asset yet.
  AssetStaging.clearAssetHashCache();
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-sentries-synth-'));
  try {
    const start = performance.now();
    const app = new App({ outdir });
    fill(new Stack(app, 'Bench', { env: { account: '123456789012', region: 'eu-west-1' } }));
    app.synth();
    return { milliseconds: performance.now() - start, handlers: handlersIn(outdir) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function handlersIn(outdir: string): string[] {
  const names = new Map(
    findHandlers().map(({ name }) => [
      readFileSync(join(PROJECT, 'bundles', name, 'index.js'), 'utf8'),
      name,
    ]),
  );
  return globSync('asset.*/index.js', { cwd: outdir }).flatMap(
    (file) => names.get(readFileSync(join(outdir, file), 'utf8')) ?? [],
  );
}
