import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App, type Stack } from 'aws-cdk-lib';
import type { ApiCall, CloudTrailEvent } from '../../../sandbox/cloudtrail/tap';
import type { Delivery } from '../../../sandbox/inbox';
import { type AwsCredentials, type DeployedStack, LocalAws } from '../../../sandbox/local-aws';
import type { ChangeMessage } from '../../../src/security-group/contracts/change-message';

/**
 * More than the lease of an invocation that crashed, and than the pauses between tries; less than a
 * queue's visibility timeout.
 */
const AFTER_A_FAILURE_MS = 100_000;

interface Access {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
}

const CHANGES_OF_RULES = /^(Authorize|Revoke|Modify)SecurityGroup/;

/** What happened while something was done. */
export interface Course {
  /** That changed rules, of the sentry's functions, if EC2 took them. */
  readonly changes: readonly string[];
  readonly deliveries: readonly Delivery[];
  readonly messages: readonly ChangeMessage[];
  readonly failedInvocations: number;
}

/**
 * The sandbox with a clock that goes on, as soon as an invocation fails or puts a message off, to
 * when its lease is over and the message comes back.
 */
export class FaultSandbox {
  static async start(): Promise<FaultSandbox> {
    const sandbox: { current?: FaultSandbox } = {};
    const localAws = await LocalAws.start({
      functionsSkipWaits: 'of the SDK',
      onCall: (call) => sandbox.current?.take(call),
      onEvent: (event) => sandbox.current?.events.push(event),
      onInvocation: ({ succeeded }) => {
        if (!succeeded) sandbox.current?.afterFailure();
      },
      onFunctionLog: (_, line) => sandbox.current?.logs.push(line),
    });
    const visitor = await localAws.createUser('visitor');
    sandbox.current = new FaultSandbox(localAws, {
      endpoint: localAws.endpoint,
      region: localAws.region,
      credentials: visitor,
    });
    return sandbox.current;
  }

  readonly ec2: EC2Client;
  readonly calls: ApiCall[] = [];
  readonly events: CloudTrailEvent[] = [];
  readonly logs: string[] = [];
  private readonly sqs: SQSClient;
  private failures = 0;
  private clockMoved: Promise<void> = Promise.resolve();

  private constructor(
    readonly localAws: LocalAws,
    access: Access,
  ) {
    this.ec2 = new EC2Client(access);
    this.sqs = new SQSClient(access);
  }

  async deploy(stackName: string, fill: (app: App) => Stack): Promise<DeployedStack> {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-faults-')) });
    fill(app);
    return this.localAws.deploy(app.synth().directory, stackName);
  }

  async moveClock(milliseconds: number): Promise<void> {
    this.clockMoved = this.clockMoved.then(async () =>
      this.localAws.setClock(new Date(this.localAws.now().getTime() + milliseconds)),
    );
    await this.clockMoved;
  }

  /** Until nothing is under way any more. */
  async courseOf(act: () => Promise<unknown>): Promise<Course> {
    const [callsBefore, failuresBefore] = [this.calls.length, this.failures];
    const { deliveries } = await this.localAws.inbox.during(async () => {
      await act();
      await this.settled();
    });
    return {
      changes: this.calls
        .slice(callsBefore)
        .filter(isTakenChange)
        .map(({ action }) => action),
      deliveries,
      messages: deliveries
        .map(({ message }): ChangeMessage => JSON.parse(message))
        .filter(({ type }) => type === 'security-group-change'),
      failedInvocations: this.failures - failuresBefore,
    };
  }

  /**
   * Twice, as the sentry's own calls have events as well, which may be on their way when all others
   * are handled.
   */
  async settled(): Promise<void> {
    await this.localAws.settled();
    await this.localAws.settled();
    await this.clockMoved;
  }

  async rules(groupId: string): Promise<SecurityGroupRule[]> {
    const { SecurityGroupRules = [] } = await this.ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
    );
    return SecurityGroupRules;
  }

  /** How many messages lie in the stack's dead-letter queues. */
  async deadLetters(stack: DeployedStack): Promise<number> {
    const queues = [...stack.resources].filter(
      ([id, { type }]) => type === 'AWS::SQS::Queue' && /Un(handled|delivered)Events/.test(id),
    );
    const counts = await Promise.all(
      queues.map(async ([, queue]) =>
        this.sqs.send(
          new GetQueueAttributesCommand({
            QueueUrl: queue.physicalId,
            AttributeNames: ['ApproximateNumberOfMessages'],
          }),
        ),
      ),
    );
    return counts.reduce(
      (sum, { Attributes }) => sum + Number(Attributes?.ApproximateNumberOfMessages),
      0,
    );
  }

  private take(call: ApiCall): void {
    this.calls.push(call);
    if (call.action === 'ChangeMessageVisibility' && call.status < 400) this.afterFailure();
  }

  private afterFailure(): void {
    this.failures += 1;
    void this.moveClock(AFTER_A_FAILURE_MS);
  }
}

function isTakenChange({ invocationId, action, status }: ApiCall): boolean {
  return invocationId !== undefined && status < 400 && CHANGES_OF_RULES.test(action);
}

export function physicalId(stack: DeployedStack, type: string, logicalIdStart: string): string {
  const found = [...stack.resources].find(
    ([id, resource]) => resource.type === type && id.startsWith(logicalIdStart),
  );
  if (!found) {
    throw new Error(
      `The stack ${stack.name} has no ${type} whose logical id begins with ${logicalIdStart}.`,
    );
  }
  return found[1].physicalId;
}
