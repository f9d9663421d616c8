import type { CountedAws } from './counted-aws';
import { countedPort } from './counted-port';
import { FairQueue, type QueuedChange } from './fair-queue';
import { COVERAGE_TABLE, HubAtWork } from './hub-at-work';
import { accountId, REGIONS } from './members';
import { deploySentry, PARAMETERS } from './reconcile-place';
import { TokenBucket } from './token-bucket';
import { DynamoSightings } from '../../src/organization/adapters/dynamo-sightings';
import type { MemberSessions } from '../../src/organization/adapters/member-sessions';
import type { KnownPlaces } from '../../src/security-group/adapters/known-places';
import {
  type LoadedConfiguration,
  loadSentryConfiguration,
} from '../../src/security-group/adapters/sentry-configuration';
import type { Change } from '../../src/security-group/domain/changes/change';
import type { Ports } from '../../src/security-group/domain/responding/ports';
import { respondToChange } from '../../src/security-group/domain/responding/respond-to-change';
import { CachedConfiguration } from '../../src/shared/adapters/configuration/cached-configuration';
import { TRIES_BEFORE_REPORTED } from '../../src/shared/contracts/queue-tries';
import { backOffSeconds } from '../../src/shared/domain/queue/back-off';
import { AnnouncerInMemory } from '../../test/security-group/in-memory/announcer-in-memory';
import { AskerInMemory } from '../../test/security-group/in-memory/asker-in-memory';
import { GroupsInMemory } from '../../test/security-group/in-memory/groups-in-memory';
import { HistoryInMemory } from '../../test/security-group/in-memory/history-in-memory';
import { LedgerInMemory } from '../../test/security-group/in-memory/ledger-in-memory';
import { changeOf, OWN } from '../../test/security-group/samples/changes';
import { rule } from '../../test/security-group/samples/rules';

/** Assumed, in milliseconds, for each call: no AWS was reached. */
const ASSUMED = {
  coldStart: 900,
  invocation: 10,
  read: 80,
  write: 250,
  session: 70,
  table: 8,
  notification: 30,
} as const;

/**
 * EC2's limits of one account and Region: a bucket for each call, and how many it gets a second.
 * That of writes is the general one of calls that change something, as we remember it.
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
const EC2_READS = { size: 100, perSecond: 20 } as const;
const EC2_WRITES = { size: 50, perSecond: 5 } as const;

/** About as long as a client tries again that is throttled. */
const PATIENCE = 4_000;

/**
 * A queue's functions begin with so many, and grow by so many a second: 300 a minute.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
const RAMP = { first: 5, perSecond: 5 } as const;

export interface Incident {
  readonly changes: number;
  readonly maxConcurrency: number;
  /** The account that a change is in, by its number. */
  accountOf(change: number): number;
}

export interface Drained {
  readonly calls: ReadonlyMap<string, number>;
  readonly reverted: number;
  /** Until the last change was reverted. */
  readonly seconds: number;
  /** From the change until it was reverted, by account number. */
  readonly waits: ReadonlyMap<number, readonly number[]>;
  readonly tries: number;
  /** Messages about changes; of each, machines get an event as well. */
  readonly told: number;
  /** Changes that failed so often that people hear of it, some hundred in a message. */
  readonly failuresReported: number;
}

/** The least time in which EC2 lets so many reverts through in one account and Region. */
export function secondsOfWrites(reverts: number): number {
  return Math.max(0, reverts - EC2_WRITES.size) / EC2_WRITES.perSecond;
}

const LAST_SECOND = 6 * 60 * 60;

/**
 * All changes at once: each adds a rule of its own, open to the internet, to one of a hundred
 * groups of its account. The domain's code answers, behind it models in memory that count and take
 * the assumed time. Each change is handled in one piece.
 */
export async function drain(aws: CountedAws, incident: Incident): Promise<Drained> {
  return aws.during(async () => new Draining(aws, incident).run());
}

class Draining {
  private readonly hub: HubAtWork;
  private readonly accounts = new Map<number, Account>();
  private readonly containers: Container[] = [];
  private readonly waits = new Map<number, number[]>();
  private readonly startedAt: number;
  private tries = 0;
  private told = 0;
  private failuresReported = 0;
  private last = 0;

  constructor(
    private readonly aws: CountedAws,
    private readonly incident: Incident,
  ) {
    this.hub = new HubAtWork(aws);
    this.startedAt = aws.clock.now().getTime();
  }

  async run(): Promise<Drained> {
    deploySentry(this.hub);
    await this.hub.watchCoverage();
    this.aws.takeCalls();
    const queue = new FairQueue(this.makeChanges());
    while (queue.hasMore()) {
      const container = this.nextContainer();
      const taken = queue.take(container.freeAt);
      if (!taken) {
        container.freeAt = queue.nextAt(container.freeAt);
        if (container.freeAt > LAST_SECOND * 1_000) break;
        continue;
      }
      container.freeAt = await this.handle(taken, container, queue);
    }
    const reverted = [...this.waits.values()].reduce((sum, waits) => sum + waits.length, 0);
    return {
      calls: this.aws.takeCalls(),
      reverted,
      seconds: this.last / 1_000,
      waits: this.waits,
      tries: this.tries,
      told: this.told,
      failuresReported: this.failuresReported,
    };
  }

  private makeChanges(): QueuedChange[] {
    return Array.from({ length: this.incident.changes }, (_, number) => {
      const account = this.incident.accountOf(number);
      const known = this.accounts.get(account) ?? new Account();
      this.accounts.set(account, known);
      const change = known.open(number, account, new Date(this.startedAt));
      return { account, tries: 0, visibleAt: 0, change };
    });
  }

  /** The one that is free first. */
  private nextContainer(): Container {
    const first = this.containers.reduce<Container | undefined>(
      (found, one) => (found && found.freeAt <= one.freeAt ? found : one),
      undefined,
    );
    const number = this.containers.length;
    const bornAt = (Math.max(0, number - RAMP.first + 1) / RAMP.perSecond) * 1_000;
    const mayBegin = number < this.incident.maxConcurrency;
    if (first && (!mayBegin || first.freeAt <= bornAt)) return first;
    const container = new Container(this.hub, bornAt + ASSUMED.coldStart);
    this.containers.push(container);
    return container;
  }

  /** Gives when the container is free again. */
  private async handle(
    message: QueuedChange,
    container: Container,
    queue: FairQueue,
  ): Promise<number> {
    const { account, change } = message;
    const tries = message.tries + 1;
    this.tries += 1;
    const work = new Work(this.aws, this.startedAt, container.freeAt + ASSUMED.invocation);
    const known = this.accounts.get(account)!;
    const before = known.announcer.told.length;
    try {
      const configuration = await container.configurationAt(change, work);
      const { failures } = await respondToChange(
        change,
        { current: async () => configuration },
        known.portsFor(change, tries, work, container.sessions),
      );
      if (failures.length > 0) throw new AggregateError(failures);
      this.waits.set(account, [...(this.waits.get(account) ?? []), work.at]);
      this.last = Math.max(this.last, work.at);
    } catch {
      if (tries === TRIES_BEFORE_REPORTED) this.failuresReported += 1;
      queue.putBack({ ...message, tries, visibleAt: work.at + backOffSeconds(tries) * 1_000 });
    }
    this.told += known.announcer.told.slice(before).filter(({ isRepeat }) => !isRepeat).length;
    queue.isHandled(account, work.at);
    return work.at;
  }
}

/** One try at one change, and the time that it takes. */
class Work {
  readonly clock = {
    now: () => new Date(this.startedAt + this.at),
    pause: async (milliseconds: number) => void (this.at += milliseconds),
  };

  constructor(
    private readonly aws: CountedAws,
    private readonly startedAt: number,
    public at: number,
  ) {}

  get sessionsTaken(): number {
    return this.aws.calls.get('STS AssumeRole') ?? 0;
  }

  takes(call: string, milliseconds: number): void {
    this.aws.calls.set(call, (this.aws.calls.get(call) ?? 0) + 1);
    this.at += milliseconds;
  }

  /** False: throttled for longer than a client waits. */
  waitsFor(bucket: TokenBucket): boolean {
    const wait = bucket.take(this.at, PATIENCE);
    this.at += wait ?? PATIENCE;
    return wait !== undefined;
  }
}

/** What a warm function keeps. */
class Container {
  readonly sessions: MemberSessions;
  private readonly known: KnownPlaces;
  private readonly sightings: DynamoSightings;
  private readonly configuration: CachedConfiguration<LoadedConfiguration>;
  private now: () => Date;

  constructor(
    hub: HubAtWork,
    public freeAt: number,
  ) {
    this.now = () => new Date(0);
    const clock = { now: () => this.now() };
    const { known, sessions } = hub.container('respond', clock);
    this.known = known;
    this.sessions = sessions;
    this.sightings = new DynamoSightings(hub.dynamo, COVERAGE_TABLE, clock);
    this.configuration = new CachedConfiguration(
      async () => loadSentryConfiguration(hub.ssm, PARAMETERS),
      clock,
    );
  }

  async configurationAt(change: Change, { clock }: Work): Promise<LoadedConfiguration> {
    this.now = clock.now;
    const { narrowed } = await this.known.at(change);
    await this.sightings.seen(change, 'forwarded-events', clock.now());
    return narrowed(await this.configuration.asOf(change.time));
  }
}

/** One account, in one Region. */
class Account {
  readonly announcer = new AnnouncerInMemory();
  private readonly groups = new GroupsInMemory();
  private readonly ledger = new LedgerInMemory();
  private readonly history = new HistoryInMemory();
  private readonly asker = new AskerInMemory();
  private readonly reads = new Map<string, TokenBucket>();
  private readonly writes = new TokenBucket(EC2_WRITES);

  /** Someone opens a group to an address of its own. */
  open(number: number, account: number, time: Date): Change {
    const groupId = `sg-${number % GROUPS}`;
    if (!this.groups.all.has(groupId)) {
      this.groups.create({ id: groupId, name: 'web', vpcId: 'vpc-1' });
      this.ledger.adopt(groupId, []);
    }
    const opened = this.groups.open(
      groupId,
      rule({ fromPort: 22 - (number % 22), toPort: 22 + Math.floor(number / 22) }),
    );
    if (!opened) throw new Error(`${groupId} has a rule like change ${number} already.`);
    return changeOf(
      { present: [opened] },
      {
        eventId: `event-${number}`,
        accountId: accountId(account),
        region: REGIONS[0],
        subject: { kind: 'group', group: { id: groupId } },
        time,
      },
    );
  }

  private readsOf(method: string): TokenBucket {
    const bucket = this.reads.get(method) ?? new TokenBucket(EC2_READS);
    this.reads.set(method, bucket);
    return bucket;
  }

  portsFor(change: Change, tries: number, work: Work, sessions: MemberSessions): Ports {
    const table = (method: string) => work.takes(`DynamoDB ${method}`, ASSUMED.table);
    const ledger = countedPort(this.ledger, table);
    return {
      groups: this.groupsFor(change, work, sessions),
      ledger,
      events: ledger,
      history: countedPort(this.history, () => work.takes('CloudTrail LookupEvents', ASSUMED.read)),
      announcer: countedPort(
        this.announcer,
        () => work.takes('SNS Publish', 2 * ASSUMED.notification),
        ['render'],
      ),
      asker: countedPort(this.asker, table, ['identify', 'render']),
      clock: work.clock,
      own: OWN,
      tries,
      isToBeLeftOut: () => false,
    };
  }

  /** Read in the shared session, and written to in one for the group alone. */
  private groupsFor(change: Change, work: Work, sessions: MemberSessions): Ports['groups'] {
    const place = { accountId: change.accountId, region: change.region };
    const session = async (taking: Promise<unknown>) => {
      const before = work.sessionsTaken;
      await taking;
      if (work.sessionsTaken > before) work.at += ASSUMED.session;
    };
    const reading = countedPort(this.groups, async (method) => {
      await session(sessions.read(place.accountId));
      work.takes('EC2 Describe', ASSUMED.read);
      if (!work.waitsFor(this.readsOf(method))) throw new Error('RequestLimitExceeded');
    });
    const { groups, writes } = this;
    const refuse = async () => Promise.reject(new Error('Nothing is to be added.'));
    const written = new Set<string>();
    return {
      rulesOf: async (groupId) => reading.rulesOf(groupId),
      find: async (filter) => reading.find(filter),
      prefixLists: async (ids) => reading.prefixLists(ids),
      revoke: async (groupId, revoked) => {
        if (!written.has(groupId)) {
          const write = { place, groupId, write: 'revoke', partition: 'aws' } as const;
          await session(sessions.write(write, change.eventId));
        }
        written.add(groupId);
        work.takes('EC2 Revoke', ASSUMED.write);
        return work.waitsFor(writes)
          ? groups.revoke(groupId, revoked)
          : { kind: 'unavailable', reason: 'RequestLimitExceeded' };
      },
      modify: refuse,
      authorize: refuse,
      tag: refuse,
    };
  }
}

const GROUPS = 100;
