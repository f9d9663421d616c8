import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { AuthorizeSecurityGroupIngressCommand, EC2Client } from '@aws-sdk/client-ec2';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { AlarmHistory } from './alarm-history';
import { FunctionMemories, type FunctionMemory } from './function-memory';
import { RecordedMetrics } from './recorded-metrics';
import { templateIn } from '../../sandbox/deployer/assembly';
import { type DeployedStack, LocalAws } from '../../sandbox/local-aws';
import {
  ChangeResponse,
  IamKeySentry,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  TrafficPattern,
} from '../../src';
import {
  EVENT_KEPT_SECONDS,
  LEDGER_EXPIRY,
  LEDGER_KEY,
} from '../../src/security-group/contracts/ledger-items';
import { DeadLetters } from '../chaos/dead-letters';
import { randomNumbers } from '../figures/random';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const HOURS_IN_DAY = 24;
const DAY_MS = HOURS_IN_DAY * HOUR_MS;
/** By then, what the ledger has of an event is gone. */
export const EXPIRY_DAYS = (EVENT_KEPT_SECONDS * 1_000) / DAY_MS;
const GROUPS = 20;
const USERS = 50;
const SHARE_OF_HOURS_WITH_CHANGE = 0.5;
/**
 * On this day, someone opens the same port every ten minutes, for twelve hours. Before it is a week
 * in which the ledger is as full as it gets.
 */
export const STUBBORN_DAY = EXPIRY_DAYS + 10;
/** Until a week after what came of that is forgotten, and what came of it meanwhile. */
export const DAYS = STUBBORN_DAY + 2 * EXPIRY_DAYS + 8;
const STUBBORN_HOURS = 12;
const TIMES_AN_HOUR = 6;
const START = new Date('2027-01-01T00:30:00Z');
const STACK_NAME = 'Soak';
/**
 * So little that what a function kept of each event would end it: without a limit, Node takes what
 * the machine has before it tidies up.
 */
export const HEAP_MB = 64;

export interface Day {
  readonly day: number;
  readonly changes: number;
  readonly messages: number;
  readonly ledgerItems: number;
  readonly ledgerBytes: number;
  readonly memory: FunctionMemory;
  /** How many came in that day, and into which queue. */
  readonly deadLetters: readonly string[];
}

export interface TwoMonths extends LookedAlarms {
  readonly days: readonly Day[];
  readonly failedInvocations: number;
  readonly standing: number;
}

interface LookedAlarms {
  /** Ids of the alarms that were held against what functions wrote, and how they ended. */
  readonly evaluated: readonly string[];
  /** Ids of those on queues of dead letters, and of those that were not looked at. */
  readonly onDeadLetters: readonly string[];
  readonly notEvaluated: readonly string[];
  /** Outside of the days of someone stubborn. */
  readonly wentOff: readonly string[];
  readonly wentOffOnStubbornDay: readonly string[];
}

/** Two months by the sandbox's clock, hour by hour. `collects`: a collection is forced each day. */
export async function liveTwoMonths(collects: boolean): Promise<TwoMonths> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-soak-'));
  const assembly = synthesize(folder);
  const memories = new FunctionMemories(join(folder, 'memory'), collects);
  const metrics = new RecordedMetrics();
  let failedInvocations = 0;
  const localAws = await LocalAws.start({
    functionEnvironment: memories.environment(HEAP_MB),
    onFunctionLog: (name, line) => metrics.logged(name, line, localAws.now().getTime()),
    onInvocation: ({ functionName, succeeded }) => {
      metrics.invoked(functionName, localAws.now().getTime(), succeeded);
      failedInvocations += Number(!succeeded);
    },
  });
  try {
    await localAws.setClock(START);
    await localAws.addGroups(groups());
    await localAws.addUsers(users());
    const stack = await localAws.deploy(assembly, STACK_NAME);
    const alarms = new AlarmHistory(templateOf(assembly), functionNamesOf(stack), metrics);
    const soaking = new Soaking(localAws, stack, memories);
    const days: Day[] = [];
    for (let day = 1; day <= DAYS; day += 1) days.push(await soaking.live(day));
    soaking.end();
    return {
      ...looked(alarms, localAws.now().getTime()),
      days,
      failedInvocations,
      standing: soaking.stands,
    };
  } finally {
    await localAws.stop();
    rmSync(folder, { recursive: true });
  }
}

function looked(alarms: AlarmHistory, end: number): LookedAlarms {
  return {
    evaluated: alarms.idsOf('metric', 'runs'),
    onDeadLetters: alarms.idsOf('dead letters'),
    notEvaluated: alarms.idsOf('waiting'),
    wentOff: [
      ...alarms.wentOff(START.getTime() + HOUR_MS, beginOf(STUBBORN_DAY)),
      // What was reverted is remembered for a day.
      ...alarms.wentOff(beginOf(STUBBORN_DAY + 2), end),
    ],
    wentOffOnStubbornDay: alarms.wentOff(beginOf(STUBBORN_DAY), beginOf(STUBBORN_DAY + 2)),
  };
}

function beginOf(day: number): number {
  return START.getTime() + (day - 1) * DAY_MS;
}

function templateOf(assembly: string) {
  const text = readFileSync(join(assembly, `${STACK_NAME}.template.json`), 'utf8');
  return templateIn(JSON.parse(text));
}

function functionNamesOf({ resources }: DeployedStack): ReadonlyMap<string, string> {
  const functions = [...resources].filter(([, { type }]) => type === 'AWS::Lambda::Function');
  return new Map(functions.map(([id, { physicalId }]) => [id, physicalId]));
}

class Soaking {
  private readonly random = randomNumbers(1);
  private readonly ec2: EC2Client;
  private readonly dynamo: DynamoDBClient;
  private readonly deadLetters: DeadLetters;
  /** Changes that could not be made, as the rule of an earlier one still stood. */
  stands = 0;

  constructor(
    private readonly localAws: LocalAws,
    private readonly stack: DeployedStack,
    private readonly memories: FunctionMemories,
  ) {
    const access = localAws.accessTo(stack.place);
    this.ec2 = new EC2Client(access);
    this.dynamo = new DynamoDBClient(access);
    this.deadLetters = new DeadLetters(localAws, stack);
  }

  end(): void {
    [this.ec2, this.dynamo].forEach((client) => client.destroy());
    this.deadLetters.end();
  }

  async live(day: number): Promise<Day> {
    let changes = 0;
    const { deliveries } = await this.localAws.inbox.during(async () => {
      await this.localAws.fire(this.stack, 'KeysSchedule');
      for (let hour = 0; hour < HOURS_IN_DAY; hour += 1) {
        changes += await this.hour(day === STUBBORN_DAY && hour < STUBBORN_HOURS);
      }
      await this.localAws.settled();
    });
    const { count, bytes } = await this.ledger();
    return {
      day,
      changes,
      messages: deliveries.length,
      ledgerItems: count,
      ledgerBytes: bytes,
      memory: await this.memories.largest(),
      deadLetters: await this.deadLetters.taken(),
    };
  }

  /** Gives how many changes there were. */
  private async hour(isStubborn: boolean): Promise<number> {
    await this.localAws.fire(this.stack, 'GroupsHeartbeatRule');
    await this.localAws.fire(this.stack, 'GroupsReconcileRule');
    const times = isStubborn ? TIMES_AN_HOUR : Number(this.random() < SHARE_OF_HOURS_WITH_CHANGE);
    for (let time = 0; time < times; time += 1) {
      await this.openSsh(isStubborn ? 0 : Math.floor(this.random() * GROUPS));
      await this.localAws.settled();
      await this.pass((HOUR_MS - MINUTE_MS) / TIMES_AN_HOUR);
    }
    await this.localAws.settled();
    await this.pass(HOUR_MS - (times * (HOUR_MS - MINUTE_MS)) / TIMES_AN_HOUR);
    return times;
  }

  private async openSsh(group: number): Promise<void> {
    try {
      await this.ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: groupId(group),
          IpPermissions: [
            { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
          ],
        }),
      );
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'InvalidPermission.Duplicate') throw error;
      this.stands += 1;
    }
  }

  private async pass(milliseconds: number): Promise<void> {
    await this.localAws.setClock(new Date(this.localAws.now().getTime() + milliseconds));
  }

  /** DynamoDB removes what has expired; the emulator does not. */
  private async ledger(): Promise<{ readonly count: number; readonly bytes: number }> {
    const [, { physicalId: TableName }] = [...this.stack.resources].find(
      ([id, { type }]) => type === 'AWS::DynamoDB::Table' && id.startsWith('GroupsLedger'),
    )!;
    const kept: Record<string, AttributeValue>[] = [];
    for await (const { Items = [] } of paginateScan({ client: this.dynamo }, { TableName })) {
      for (const item of Items) {
        if (!this.hasExpired(item)) {
          kept.push(item);
          continue;
        }
        const { partition, sort } = LEDGER_KEY;
        const Key = { [partition]: item[partition]!, [sort]: item[sort]! };
        await this.dynamo.send(new DeleteItemCommand({ TableName, Key }));
      }
    }
    const bytes = kept.reduce((sum, item) => sum + JSON.stringify(item).length, 0);
    return { count: kept.length, bytes };
  }

  private hasExpired(item: Record<string, AttributeValue>): boolean {
    const expiry = item[LEDGER_EXPIRY]?.N;
    return expiry !== undefined && Number(expiry) * 1_000 < this.localAws.now().getTime();
  }
}

function synthesize(outdir: string): string {
  const app = new App({ outdir });
  const stack = new Stack(app, STACK_NAME);
  new SecurityGroupSentry(stack, 'Groups', {
    monitoredGroups: MonitoredGroups.all(),
    policies: [
      {
        baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
        response: ChangeResponse.revert(),
      },
    ],
  });
  new IamKeySentry(stack, 'Keys', { maxKeyAge: Duration.days(90) });
  return app.synth().directory;
}

function groups() {
  return Array.from({ length: GROUPS }, (_, index) => ({
    id: groupId(index),
    name: `group-${index}`,
    vpcId: 'vpc-0123456789abcdef0',
    rules: [],
  }));
}

function groupId(index: number): string {
  return `sg-${String(index).padStart(17, '0')}`;
}

function users() {
  return Array.from({ length: USERS }, (_, index) => ({
    name: `user-${index}`,
    createdAt: new Date(START.getTime() - index * 2 * DAY_MS),
    keys: [
      {
        status: 'Active' as const,
        createdAt: new Date(START.getTime() - index * 2 * DAY_MS),
      },
    ],
  }));
}
