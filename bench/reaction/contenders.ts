import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CountingProxy } from './counting-proxy';
import { custodianPython } from './custodian-python';
import { PythonFunction } from './python-function';
import type { Stage } from './stage';
import type { CloudTrailEvent } from '../../sandbox/cloudtrail/tap';
import { createAdministrator } from '../../sandbox/emulator/credentials';
import { ACCOUNT_ID, REGION } from '../../sandbox/emulator/emulator-access';
import { Runner } from '../../sandbox/runner/runner';
import { sqsEventOf } from '../../sandbox/runner/sqs-event';

export const OURS = 'cdk-sentries';
export const OURS_AMONG_OTHERS = 'cdk-sentries, among other events';
export const CLASSIC = 'classic boto3 handler';
export const CUSTODIAN = 'Cloud Custodian';
export const CONTENDERS = [OURS, OURS_AMONG_OTHERS, CLASSIC, CUSTODIAN] as const;

/** A warm function that answers an opened port. */
export interface Contender {
  readonly name: string;
  readonly proxy: CountingProxy;
  /**
   * Resolves when the function has ended; with the milliseconds in which all garbage was collected
   * meanwhile, where they are known.
   */
  answer(event: CloudTrailEvent): Promise<number | undefined>;
  stop(): Promise<void>;
}

export async function startContenders(stage: Stage): Promise<Contender[]> {
  const python = await custodianPython();
  return [
    ...(await ours(stage)),
    await inPython(stage, {
      name: CLASSIC,
      python,
      handler: 'classic_handler.handler',
      folder: __dirname,
    }),
    await inPython(stage, {
      name: CUSTODIAN,
      python,
      handler: 'c7n.handler.dispatch_event',
      folder: custodianFolder(stage),
    }),
  ];
}

/** Less than a warm function goes on with the configuration that it has read. */
const LATE_MS = 30_000;

/**
 * The bundle, with the environment and role of the template. Reconcile has seen all groups. An
 * event that comes a while after its call, and after another event that came since, finds the
 * configuration read.
 */
async function ours(stage: Stage): Promise<Contender[]> {
  const proxy = await CountingProxy.before(stage.endpoint);
  const runner = new Runner({ emulator: stage.endpoint, functions: proxy.endpoint });
  await runner.add(stage.stack);
  const { succeeded, error } = await runner.fire(stage.stack, 'SentryReconcileRule');
  if (!succeeded) throw new Error(`Reconcile failed: ${error}`);
  const { queueArn, functionName } = respondFunction(stage);
  const answer = async (event: CloudTrailEvent): Promise<undefined> => {
    const now = String(Date.now());
    const answered = await runner.invoke(
      functionName,
      sqsEventOf(queueArn, [
        {
          MessageId: event.id,
          Body: JSON.stringify(event),
          Attributes: { ApproximateReceiveCount: '1', SentTimestamp: now },
        },
      ]),
    );
    if (JSON.stringify(answered).includes('itemIdentifier')) throw new Error('It failed.');
  };
  return [
    {
      name: OURS,
      proxy,
      answer,
      stop: async () => {
        await runner.stopFunctions();
        runner.stop();
        await proxy.stop();
      },
    },
    {
      name: OURS_AMONG_OTHERS,
      proxy,
      answer: async (event) => answer(late(event)),
      stop: async () => undefined,
    },
  ];
}

function late(event: CloudTrailEvent): CloudTrailEvent {
  const time = `${new Date(Date.now() - LATE_MS).toISOString().slice(0, 19)}Z`;
  return { ...event, time, detail: { ...event.detail, eventTime: time } };
}

function respondFunction({ stack }: Stage) {
  const [, { physicalId = '' } = {}] =
    [...stack.resources].find(
      ([id, { type }]) => type === 'AWS::Lambda::Function' && id.startsWith('SentryRespond'),
    ) ?? [];
  const mapping = stack.eventSourceMappings.find(({ functionName }) => functionName === physicalId);
  if (!mapping) throw new Error('The stack has no function that responds to changes.');
  return mapping;
}

interface PythonContender {
  readonly name: string;
  readonly python: string;
  readonly handler: string;
  readonly folder: string;
}

async function inPython(
  stage: Stage,
  { name, python, handler, folder }: PythonContender,
): Promise<Contender> {
  const proxy = await CountingProxy.before(stage.endpoint);
  const { accessKeyId, secretAccessKey } = await createAdministrator(
    stage.endpoint,
    name.replaceAll(' ', '-'),
  );
  const process = await PythonFunction.start({
    python,
    handler,
    folder,
    environment: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ENDPOINT_URL: proxy.endpoint,
      TOPIC_ARN: topicOfOthers(stage),
    },
  });
  return {
    name,
    proxy,
    answer: async (event) => process.invoke(event),
    stop: async () => {
      await process.stop();
      await proxy.stop();
    },
  };
}

/** As `custodian run` would deploy it: its policy lies beside the code. */
function custodianFolder(stage: Stage): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-custodian-'));
  const policy = {
    name: 'close-open-ssh',
    resource: 'aws.security-group',
    mode: {
      type: 'cloudtrail',
      role: `arn:aws:iam::${ACCOUNT_ID}:role/custodian`,
      events: [
        {
          source: 'ec2.amazonaws.com',
          event: 'AuthorizeSecurityGroupIngress',
          ids: 'requestParameters.groupId',
        },
      ],
    },
    filters: [{ type: 'ingress', Ports: [22], Cidr: { value: '0.0.0.0/0' } }],
    actions: [
      { type: 'remove-permissions', ingress: 'matched' },
      {
        type: 'notify',
        to: ['someone@example.com'],
        subject: 'Open SSH was closed',
        transport: { type: 'sns', topic: topicOfOthers(stage) },
      },
    ],
  };
  const config = { 'execution-options': { account_id: ACCOUNT_ID }, policies: [policy] };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

function topicOfOthers({ stack }: Stage): string {
  return stack.outputs.get('TopicOfOthersArn') ?? '';
}
