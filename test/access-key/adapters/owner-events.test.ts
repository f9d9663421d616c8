import { EventBridgeClient, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import fc from 'fast-check';
import { OwnerEvents, ownerEvents } from '../../../src/access-key/adapters/owner-events';
import type { AccessKeysOfOwner } from '../../../src/access-key/contracts/owner-event';
import { keyReport } from '../../../src/access-key/domain/key-report';
import type { KeyStep } from '../../../src/access-key/domain/key-step';
import { type Owner, ownerOf } from '../../../src/access-key/domain/owner';
import { groupByOwner, reportByOwner } from '../../../src/access-key/domain/owner-groups';
import type { Finding } from '../../../src/access-key/domain/survey';
import { bytesOfText } from '../../../src/shared/domain/byte-budget';
import { keySchemaErrors } from '../../support/schemas/access-key-schemas';
import { daysAgo, NOW } from '../in-memory/account-in-memory';

const ACCOUNT = '111111111111';
/** Of one event, and of all events of a call together. */
const MOST_BYTES = 256 * 1024;

function finding(keyId: string, owner: Owner): Finding {
  return {
    keyId,
    userName: `user-of-${keyId}`,
    status: 'Active',
    createdAt: daysAgo(100),
    ageInDays: 100,
    lastUse: { kind: 'never' },
    classes: ['too-old'],
    owner,
  };
}

const of = (name: string): Owner => ({ kind: 'known', name, source: 'path' });

function reportOf(findings: Finding[], steps: KeyStep[] = []) {
  const nothing = { keys: [], seen: [], users: [], tagUses: [], unknowns: [] };
  const survey = { at: NOW, userCount: 1, findings, ...nothing };
  return reportByOwner(keyReport(survey, steps, 90));
}

async function told(findings: Finding[], steps: KeyStep[] = []) {
  const calls: PutEventsRequestEntry[][] = [];
  const client = new EventBridgeClient({ region: 'eu-west-1' });
  client.middlewareStack.add(
    () =>
      async ({ input }) => {
        const entries: PutEventsRequestEntry[] = 'Entries' in input ? (input.Entries ?? []) : [];
        calls.push(entries);
        const Entries = entries.map(() => ({ EventId: '1' }));
        return { response: {}, output: { $metadata: {}, Entries } };
      },
    { step: 'initialize' },
  );
  await new OwnerEvents(client, 'App/KeySentry').tellOf(reportOf(findings, steps), ACCOUNT);
  const details = calls.flat().map(({ Detail = '' }): AccessKeysOfOwner => JSON.parse(Detail));
  expect(details.flatMap((one) => keySchemaErrors('owner', JSON.stringify(one)))).toEqual([]);
  return { calls, details };
}

test('each owner has one event, with all keys and what comes next', async () => {
  const step: KeyStep = {
    keyId: 'AKIA-1',
    userName: 'user-of-AKIA-1',
    report: { kind: 'wait', step: 'deactivate', dueAt: daysAgo(-2), asksFirst: false },
  };
  const { calls, details } = await told(
    [finding('AKIA-1', of('a')), finding('AKIA-2', of('b')), finding('AKIA-3', of('a'))],
    [step],
  );
  expect(calls.flat()[0]).toMatchObject({
    Source: 'cdk-sentries',
    DetailType: 'Access Keys of Owner',
  });
  expect(details).toMatchObject([
    {
      owner: { name: 'a' },
      summary: 'a: 2 access keys: 2 too old; next step on 2026-06-04',
      complete: true,
      part: 1,
      parts: 1,
      counts: { 'too-old': 2 },
      keys: [
        { account: ACCOUNT, keyId: 'AKIA-1', step: { kind: 'wait', step: 'deactivate' } },
        { account: ACCOUNT, keyId: 'AKIA-3', owner: { kind: 'known', source: 'path' } },
      ],
    },
    { owner: { name: 'b' }, keys: [{ keyId: 'AKIA-2' }] },
  ]);
});

test('keys without an owner, and those of which it is not known, are in no event', async () => {
  const { calls } = await told([
    finding('AKIA-1', { kind: 'none' }),
    finding('AKIA-2', { kind: 'unknown', reason: 'AccessDenied' }),
  ]);
  expect(calls).toEqual([]);
});

test('the keys of an owner who has very many are split, and none is lost', async () => {
  const findings = Array.from({ length: 2_000 }, (_, index) =>
    finding(`AKIA${index}`.padEnd(20, '0'), of('\u20ac'.repeat(99))),
  );
  const { calls, details } = await told(findings);
  expect(details.length).toBeGreaterThan(1);
  expect(details.map(({ part, parts }) => [part, parts])).toEqual(
    details.map((_, index) => [index + 1, details.length]),
  );
  expect(details.flatMap(({ keys }) => keys)).toHaveLength(2_000);
  for (const entries of calls) {
    const bytes = entries.reduce((sum, { Detail = '' }) => sum + bytesOfText(Detail), 0);
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(entries.length).toBeLessThanOrEqual(10);
  }
});

test('whatever tags say, each event is as its schema says', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 300 });
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 6 }), (values) => {
      const findings = values.map((value, index) =>
        finding(
          `AKIA-${index}`,
          ownerOf({ userName: 'ann', path: '/' }, [{ kind: 'tag', key: 'Owner' }], {
            kind: 'read',
            values: new Map([['Owner', value]]),
          }),
        ),
      );
      const keys = reportOf(findings).keys.map((key) => ({ ...key, accountId: ACCOUNT }));
      const events = groupByOwner(keys).flatMap((group) =>
        ownerEvents(group, { at: NOW, complete: true }, 'App/KeySentry'),
      );
      for (const event of events) {
        expect(keySchemaErrors('owner', JSON.stringify(event))).toEqual([]);
        expect(event.summary.split(/[\n\r\u2028\u2029]/)).toHaveLength(1);
      }
    }),
    { numRuns: 50 },
  );
});
