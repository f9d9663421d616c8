import assert from 'node:assert/strict';
import type { CountedAws } from './counted-aws';
import { COVERAGE_TABLE, HUB_PARAMETER, HubAtWork } from './hub-at-work';
import { assertTold, measure, type Measured } from './measured';
import { HUB_ACCOUNT } from './members';
import { askAccounts, parseAccountMessage } from '../../src/access-key/adapters/account-messages';
import { DynamoKeyRuns } from '../../src/access-key/adapters/dynamo-key-runs';
import { organizationNotification } from '../../src/access-key/adapters/organization-notification';
import type { KeyReport } from '../../src/access-key/domain/key-report';
import {
  answerForAccount,
  type LookedAccount,
} from '../../src/access-key/domain/organization/answer-for-account';
import type { HubAccounts } from '../../src/access-key/domain/organization/ports';
import { reportKeyRun } from '../../src/access-key/domain/organization/report-key-run';
import { startKeyRun } from '../../src/access-key/domain/organization/start-key-run';
import { readAccountList } from '../../src/organization/adapters/account-list';
import { readHubConfiguration } from '../../src/organization/adapters/hub-configuration';
import type { Refusal } from '../../src/organization/domain/gaps/look-at-member';

const KEYS_IN_ACCOUNT = 2;
const SECOND = 1_000;
const RECORDS = {
  all: async () => [],
  read: async () => undefined,
  write: async () => undefined,
};

/** `check-access-keys.lambda.ts` in a hub whose list of accounts was read. */
export async function measureKeys(aws: CountedAws): Promise<Measured[]> {
  return aws.during(async () => {
    const hub = new HubAtWork(aws);
    await hub.watchCoverage();
    aws.queued.length = 0;
    return [
      ...(await measureRun(hub, 'found', async (accountId) => foundIn(accountId, aws))),
      ...(await measureRun(hub, 'refused', async () => REFUSAL)),
    ];
  });
}

async function measureRun(
  hub: HubAtWork,
  id: string,
  look: (accountId: string) => Promise<LookedAccount | Refusal>,
): Promise<Measured[]> {
  const { aws } = hub;
  const of = id === 'found' ? `${KEYS_IN_ACCOUNT} old keys each` : 'all refuse';
  const began = await measure(`keys, begin a run (${of})`, aws, async () => begin(hub, id));
  const answered = await measure(`keys, answers of all (${of})`, aws, async () =>
    answerAll(hub, look),
  );
  const reported = await measure(`keys, report (${of})`, aws, async () => report(hub));
  assert.ok(reported.notifications > 0, `nothing was told: ${reported.work}`);
  return [assertTold(began, 0), assertTold(answered, 0), reported];
}

async function begin({ aws, sqs, dynamo, ...hub }: HubAtWork, id: string): Promise<void> {
  const run = await startKeyRun(
    { id, hubAccountId: HUB_ACCOUNT },
    {
      runs: new DynamoKeyRuns(dynamo, 'keys'),
      accounts: async () => accountsOf({ dynamo, ...hub }),
      ask: async (runId, accountIds) => askAccounts(sqs, 'accounts', runId, accountIds),
    },
    aws.clock.now(),
  );
  if (!run) throw new Error('The run before was not reported.');
}

/** In one container. */
async function answerAll(
  { aws, dynamo }: HubAtWork,
  look: (accountId: string) => Promise<LookedAccount | Refusal>,
): Promise<void> {
  const runs = new DynamoKeyRuns(dynamo, 'keys');
  for (const body of aws.queued.splice(0)) {
    const { runId, accountId } = parseAccountMessage(body);
    await answerForAccount(
      { runId, accountId },
      {
        runs,
        look,
        exclusively: async (_, work) => work(),
        announce: async () => undefined,
        keepInventory: async () => undefined,
        now: () => aws.clock.now(),
      },
    );
  }
  aws.pass(SECOND);
}

async function report({ aws, dynamo, notifications, ...hub }: HubAtWork): Promise<void> {
  const accounts = await accountsOf({ dynamo, ...hub });
  await reportKeyRun(
    {
      runs: new DynamoKeyRuns(dynamo, 'keys'),
      tellsWhenNothingFound: false,
      tell: async (found, part) => {
        await notifications.publish(organizationNotification(found, part, accounts, 'App/Keys'));
        return aws.clock.now();
      },
      tellOwners: async () => [],
      withRecords: async (_, work) => work(RECORDS),
    },
    aws.clock.now(),
  );
}

async function accountsOf({
  ssm,
  dynamo,
}: Pick<HubAtWork, 'ssm' | 'dynamo'>): Promise<HubAccounts> {
  const [{ accounts: selection, warnings }, list] = await Promise.all([
    readHubConfiguration(ssm, HUB_PARAMETER),
    readAccountList(dynamo, COVERAGE_TABLE),
  ]);
  return { selection, warnings, list };
}

const REFUSAL: Refusal = {
  refusedBy: 'role',
  reason: 'User is not authorized to perform: sts:AssumeRole on resource. '.repeat(4),
};

/** With a step for each key, so that each has to be told. */
function foundIn(accountId: string, { clock }: CountedAws): LookedAccount {
  const at = clock.now();
  const keys = Array.from({ length: KEYS_IN_ACCOUNT }, (_, index): KeyReport['keys'][number] => {
    const keyId = `AKIA${accountId}${index}`;
    const userName = `deployment-of-team-${index}`;
    return {
      keyId,
      userName,
      finding: {
        keyId,
        userName,
        status: 'Active',
        createdAt: new Date(at.getTime() - 200 * DAY),
        ageInDays: 200,
        lastUse: { kind: 'used', at },
        classes: ['too-old'],
      },
      step: {
        keyId,
        userName,
        report: { kind: 'notice', step: 'deactivate', dueAt: at, asksFirst: false },
        afterTold: () => ({ keyId, userName, noticeAt: { 'too-old': at }, toldAt: {} }),
      },
    };
  });
  const nothing = { users: [], unknowns: [], tagUses: [], findings: [], keys: [], seen: [] };
  const survey = { at, userCount: 20, ...nothing };
  return { report: { survey, keys, maxKeyAge: 90 } };
}

const DAY = 86_400_000;
