import type { FaultyAccount } from './faulty-account';
import { answerOf, keySchema, storedAnswer } from '../../../src/access-key/adapters/stored-answers';
import type { AccountInventory } from '../../../src/access-key/domain/inventory-csv';
import type { InventoryKey } from '../../../src/access-key/domain/key-inventory';
import { takeInventory } from '../../../src/access-key/domain/key-inventory';
import { answerForAccount } from '../../../src/access-key/domain/organization/answer-for-account';
import {
  type AccountAnswer,
  isFinal,
  type KeyRun,
} from '../../../src/access-key/domain/organization/key-run';
import { organizationInventory } from '../../../src/access-key/domain/organization/organization-inventory';
import {
  keysByOwner,
  type OrganizationPart,
  type OrganizationReport,
} from '../../../src/access-key/domain/organization/organization-report';
import type {
  HubAccounts,
  KeyRuns,
  TakenInventory,
} from '../../../src/access-key/domain/organization/ports';
import {
  type ReportingPorts,
  reportKeyRun,
} from '../../../src/access-key/domain/organization/report-key-run';
import { startKeyRun } from '../../../src/access-key/domain/organization/start-key-run';
import {
  type KeySentryConfiguration,
  lookAndRetire,
} from '../../../src/access-key/domain/run-key-sentry';
import type { Refusal } from '../../../src/organization/domain/gaps/look-at-member';

/** Answers go the way that they go through the table. */
export class RunsInMemory implements KeyRuns {
  private run: KeyRun | undefined;
  private readonly inventoriesByRun = new Map<string, Map<string, InventoryKey[]>>();
  private readonly byRun = new Map<string, Map<string, AccountAnswer>>();

  async current(): Promise<KeyRun | undefined> {
    return this.run;
  }

  async write(run: KeyRun): Promise<void> {
    this.run = run;
  }

  async answers(runId: string): Promise<AccountAnswer[]> {
    return [...(this.byRun.get(runId)?.values() ?? [])];
  }

  async answer(runId: string, accountId: string): Promise<AccountAnswer | undefined> {
    return this.byRun.get(runId)?.get(accountId);
  }

  async writeInventory(runId: string, { accountId, keys }: TakenInventory): Promise<void> {
    const inventories = await this.inventories(runId);
    this.inventoriesByRun.set(runId, inventories.set(accountId, [...keys]));
  }

  async inventories(runId: string): Promise<Map<string, InventoryKey[]>> {
    return this.inventoriesByRun.get(runId) ?? new Map();
  }

  async writeAnswer(runId: string, answer: AccountAnswer): Promise<void> {
    const known = await this.answer(runId, answer.accountId);
    if (known && isFinal(known)) return;
    const answers = this.byRun.get(runId) ?? new Map<string, AccountAnswer>();
    this.byRun.set(runId, answers.set(answer.accountId, throughTheTable(answer)));
  }
}

function throughTheTable(answer: AccountAnswer): AccountAnswer {
  const stored = storedAnswer(answer, 1);
  if (stored.kind === 'unread' || answer.kind === 'unread') return answer;
  const keys = answer.report.keys.map((key) => keySchema.parse(JSON.parse(JSON.stringify(key))));
  return answerOf(stored, keys);
}

/** A hub with accounts that can refuse and fail. */
export class OrganizationInMemory {
  readonly runs = new RunsInMemory();
  /** Sent, and not handled yet. */
  readonly queue: { readonly runId: string; readonly accountId: string }[] = [];
  readonly told: {
    readonly report: OrganizationReport;
    readonly part: OrganizationPart;
  }[] = [];
  /** Of which owners heard. */
  readonly toldOwners: OrganizationReport[] = [];
  /** Whose messages SQS refuses. */
  readonly refusedOwners = new Set<string>();
  readonly refusing = new Map<string, Refusal>();
  readonly failing = new Set<string>();
  /** How things stood as the inventory of an account was taken. */
  readonly takenWhile: { readonly isAnswered: boolean; readonly isLeased: boolean }[] = [];
  /** Accounts whose keys only one works with now. */
  private readonly leased = new Set<string>();
  readonly barred = new Map<string, string>();
  /** The files that runs wrote. */
  readonly files: AccountInventory[][] = [];
  /** Where what is new is marked. */
  remembering: ReportingPorts['remembering'];
  /** Why the rows of accounts could not be stored. */
  readonly rowsMissed: unknown[] = [];
  /** The function runs out of time or memory over the file. */
  diesOfInventory = false;
  /** SNS takes no message. */
  isTopicDown = false;

  constructor(
    private readonly hubAccountId: string,
    private readonly accounts: HubAccounts,
    private readonly models: ReadonlyMap<string, FaultyAccount>,
    private readonly configuration: KeySentryConfiguration,
    private time: Date,
  ) {}

  pass(milliseconds: number): void {
    this.time = new Date(this.time.getTime() + milliseconds);
    [...this.models.values()].forEach((model) => model.pass(milliseconds / 86_400_000));
  }

  async start(id: string): Promise<KeyRun | undefined> {
    return startKeyRun(
      { id, hubAccountId: this.hubAccountId },
      {
        runs: this.runs,
        accounts: async () => this.accounts,
        ask: async (runId, accountIds) => {
          this.queue.push(...accountIds.map((accountId) => ({ runId, accountId })));
        },
      },
      this.time,
    );
  }

  /** Handles all messages; those that fail are given up on. */
  async handleAll(): Promise<void> {
    for (const message of this.queue.splice(0)) {
      await this.handle(message).catch(() => undefined);
    }
  }

  async handle(message: { runId: string; accountId: string }): Promise<AccountAnswer | undefined> {
    return answerForAccount(message, {
      runs: this.runs,
      announce: async () => undefined,
      keepInventory: async (runId, { take, ...inventory }) => {
        try {
          await this.runs.writeInventory(runId, { ...inventory, keys: await take() });
        } catch (error) {
          this.rowsMissed.push(error);
        }
      },
      now: () => this.time,
      exclusively: async (accountId, work) => {
        this.leased.add(accountId);
        try {
          return await work();
        } finally {
          this.leased.delete(accountId);
        }
      },
      look: async (accountId) => {
        if (this.failing.has(accountId)) throw new Error('Rate exceeded');
        const refusal = this.refusing.get(accountId);
        if (refusal) return refusal;
        const model = this.models.get(accountId)!;
        const barredBy = this.barred.get(accountId);
        const { source, changer, records, asker, region } = model;
        const ports = { source, changer, records, asker, region, account: accountId, barredBy };
        const report = await lookAndRetire(this.configuration, ports, model.begin([]));
        const take = async () => {
          const answer = await this.runs.answer(message.runId, accountId);
          this.takenWhile.push({
            isAnswered: answer?.kind === 'looked',
            isLeased: this.leased.has(accountId),
          });
          return takeInventory(report.survey, this.configuration.rules.keys, {
            source,
            hasTime: () => true,
          });
        };
        return { report, takeInventory: take, ...(barredBy !== undefined && { barredBy }) };
      },
    });
  }

  async report(): Promise<OrganizationReport | undefined> {
    return reportKeyRun(
      {
        runs: this.runs,
        tellsWhenNothingFound: this.configuration.tellsWhenNothingFound,
        messagesOwners: this.configuration.messagesOwners,
        ...(this.remembering && { remembering: this.remembering }),
        tell: async (report, part) => {
          if (this.isTopicDown) throw new Error('SNS is down');
          this.told.push({ report, part });
          return this.time;
        },
        inventory: {
          attempt: async (_, work) => work(),
          write: async (report, rows) => {
            if (this.diesOfInventory) throw new Error('Runtime exited with error: signal: killed');
            this.files.push(organizationInventory(report, rows));
          },
        },
        tellOwners: async (report) => {
          this.toldOwners.push(report);
          return keysByOwner(report.accounts)
            .filter(({ name }) => name !== undefined && this.refusedOwners.has(name))
            .flatMap(({ keys }) => keys);
        },
        withRecords: async (accountId, work) => work(this.models.get(accountId)!.records),
      },
      this.time,
    );
  }

  async wholeRun(id: string): Promise<OrganizationReport | undefined> {
    await this.start(id);
    await this.handleAll();
    return this.report();
  }
}
