import type { DescribedPlace } from '../../../../src/organization/domain/described-place';
import { placeNewsSchema } from '../../../../src/security-group/adapters/dynamo-untold-news';
import { placeNewsNotification } from '../../../../src/security-group/adapters/place-news-notification';
import {
  newsKey,
  placeNews,
  type PlaceNews,
  tellPlaceNews,
  type UntoldNews,
  waitsForOthers,
} from '../../../../src/security-group/domain/reconciling/place-news';
import type { ReconcileReport } from '../../../../src/security-group/domain/reconciling/reconcile-report';
import { bytesOf } from '../../../../src/shared/adapters/notification/sns-notifications';
import { MOST_BYTES } from '../../../../src/shared/domain/byte-budget';
import { LONGEST } from '../../../organization/samples/account-descriptions';
import { documented, errorsIn } from '../../../support/schemas/documented-schemas';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { forbidSsh } from '../../samples/changes';
import { rule } from '../../samples/rules';

const PLACES = 500;
const A_HANDFUL = 5;
const schema = documented('security-group-place-news.v1');

/** What waits, in memory. */
class UntoldInMemory implements UntoldNews {
  readonly kept = new Map<string, PlaceNews>();
  failsToRemove = false;

  async keep(news: PlaceNews): Promise<void> {
    this.kept.set(newsKey(news), placeNewsSchema.parse(JSON.parse(JSON.stringify(news))));
  }

  async all(): Promise<readonly PlaceNews[]> {
    return [...this.kept.values()];
  }

  async remove(news: PlaceNews): Promise<void> {
    if (this.failsToRemove) throw new Error('died');
    this.kept.delete(newsKey(news));
  }
}

let firstContact: ReconcileReport;
let untold: UntoldInMemory;
let told: PlaceNews[][];

beforeAll(async () => {
  const sentry = SentryInMemory.newTo([forbidSsh], rule({ id: 'sgr-ssh' }));
  sentry.place = member(0);
  await sentry.reconcile();
  firstContact = sentry.reconciled[0]!;
});

beforeEach(() => {
  untold = new UntoldInMemory();
  told = [];
});

test('a new organization of 500 places is told in a handful of messages, and each place is named', async () => {
  await firstContactOf(PLACES);
  await tellAll();
  expect(told.length).toBeLessThanOrEqual(A_HANDFUL);
  const texts = told.map((batch) => placeNewsNotification(batch, 'Sentry').text).join('\n');
  for (let index = 0; index < PLACES; index += 1) {
    expect(texts).toContain(
      `- ${member(index).accountId} (member ${index}), eu-west-1: 1 security`,
    );
  }
  expect(untold.kept.size).toBe(0);
});

test('nothing is lost where telling it fails: it is told by the next order', async () => {
  await firstContactOf(PLACES);
  let tries = 0;
  const failing = tellPlaceNews(untold, async (batch) => {
    tries += 1;
    if (tries === 2) throw new Error('died');
    told.push([...batch]);
  });
  await expect(failing).rejects.toThrow('died');
  await tellAll();
  const accounts = told.flat().map(({ place: { accountId } }) => accountId);
  expect(accounts.length).toBe(PLACES);
  expect(new Set(accounts).size).toBe(PLACES);
});

test('what was told and could not be removed is told once more', async () => {
  await firstContactOf(3);
  untold.failsToRemove = true;
  await expect(tellAll()).rejects.toThrow();
  untold.failsToRemove = false;
  await tellAll();
  await tellAll();
  expect(told.map((batch) => batch.length)).toEqual([3, 3]);
});

test('where nothing waits, no one is told', async () => {
  expect(await tellAll()).toBe(0);
  expect(told).toEqual([]);
});

test('the own place waits for no one, nor does a sentry without a hub, nor what is critical', () => {
  expect(waitsForOthers(firstContact)).toBe(true);
  const own = { ...firstContact, place: { ...member(0), isMember: false } };
  expect(waitsForOthers(own)).toBe(false);
  const { place: _none, ...withoutHub } = firstContact;
  expect(waitsForOthers(withoutHub)).toBe(false);
  expect(waitsForOthers({ ...firstContact, isBraked: true })).toBe(false);
});

test('a message names the worst first, and says what stands open', async () => {
  await untold.keep(placeNews({ ...firstContact, place: member(1), adoptions: [] }));
  await untold.keep(placeNews({ ...firstContact, place: member(2, 'holds the payments') }));
  await tellAll();
  const { subject, text, severity, json } = placeNewsNotification(told[0]!, 'Sentry');
  expect([subject, severity]).toEqual(['[HIGH] News of security groups in 2 places', 'high']);
  expect(text).toMatch(/^- 100000000002 \(member 2\), eu-west-1: 1 security group adopted/m);
  expect(text).toContain('  WARNING: holds the payments');
  expect(text).toContain('Of these rules, some violate a policy:');
  expect(errorsIn(json, schema)).toEqual([]);
});

test('messages come in the order of what is worst, and then of the places', async () => {
  const braked = { ...firstContact, isBraked: true };
  const reports: [number, ReconcileReport][] = [
    [4, { ...firstContact, adoptions: [] }],
    [3, firstContact],
    [2, braked],
    [1, firstContact],
  ];
  for (const [index, report] of reports) {
    await untold.keep(placeNews({ ...report, place: member(index) }));
  }
  await tellAll();
  expect(told.flat().map(({ account: { accountName } }) => accountName)).toEqual([
    'member 2',
    'member 1',
    'member 3',
    'member 4',
  ]);
});

test('a report of no place waits for no others', () => {
  const { place: _none, ...withoutHub } = firstContact;
  expect(() => placeNews(withoutHub)).toThrow('A report without a place waits for no others.');
});

test('news of one place have its name in the title', async () => {
  await firstContactOf(1);
  await tellAll();
  expect(placeNewsNotification(told[0]!, 'Sentry').subject).toContain(
    '[HIGH] 100000000000 (member 0), eu-west-1: 1 security group adopted',
  );
});

test('a message of the longest names and headlines fits, and names all its places', async () => {
  for (let index = 0; index < 100; index += 1) {
    const place = { ...member(index), account: LONGEST };
    const news = placeNews({ ...firstContact, place });
    const lines = Array.from({ length: 100 }, () => 'ü'.repeat(60));
    await untold.keep({ ...news, headline: 'ü'.repeat(200), lines });
  }
  await tellAll();
  const notification = placeNewsNotification(told[0]!, 'Sentry');
  expect(bytesOf(notification)).toBeLessThanOrEqual(MOST_BYTES.message);
  expect(errorsIn(notification.json, schema)).toEqual([]);
  expect(JSON.parse(notification.json).places).toHaveLength(100);
  expect(notification.text).toMatch(/\d+ places are only named here/);
});

async function firstContactOf(places: number): Promise<void> {
  for (let index = 0; index < places; index += 1) {
    await untold.keep(placeNews({ ...firstContact, place: member(index) }));
  }
}

async function tellAll(): Promise<number> {
  return tellPlaceNews(untold, async (batch) => void told.push([...batch]));
}

function member(index: number, warning?: string): DescribedPlace {
  return {
    accountId: String(100_000_000_000 + index),
    region: 'eu-west-1',
    isMember: true,
    account: { name: `member ${index}`, ...(warning !== undefined && { warning }) },
  };
}
