import {
  EventBridgeClient,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { accessKeyFinding, FindingEvents } from '../../../src/access-key/adapters/finding-events';
import { keyReport } from '../../../src/access-key/domain/key-report';
import type { KeyStep } from '../../../src/access-key/domain/key-step';
import { daysAgo, NOW } from '../in-memory/account-in-memory';

const FINDINGS = 12;

const report = keyReport(
  {
    at: NOW,
    userCount: 1,
    findings: Array.from({ length: FINDINGS }, (_, index) => ({
      keyId: `AKIA-${index}`,
      userName: 'ann',
      status: 'Active',
      createdAt: daysAgo(100),
      ageInDays: 100,
      lastUse: { kind: 'never' },
      classes: ['too-old'],
    })),
    keys: [],
    seen: [],
    users: [],
    tagUses: [],
    unknowns: [],
  },
  [],
  90,
);

/** No emulator refuses one event of a call. `answer`: to an event that comes for the nth time. */
function busThat(answer: (keyId: string, nth: number) => PutEventsResultEntry) {
  const seen: string[] = [];
  const client = new EventBridgeClient({ region: 'eu-west-1' });
  client.middlewareStack.add(
    () =>
      async ({ input }) => {
        const entries: PutEventsRequestEntry[] = 'Entries' in input ? (input.Entries ?? []) : [];
        const answers = entries.map((entry) => {
          const { keyId } = JSON.parse(entry.Detail!) as { keyId: string };
          seen.push(keyId);
          return answer(keyId, seen.filter((one) => one === keyId).length);
        });
        return { response: {}, output: { $metadata: {}, Entries: answers } };
      },
    { step: 'initialize' },
  );
  return { seen, events: new FindingEvents(client, 'App/KeySentry', '111111111111') };
}

const TAKEN = { EventId: '1' };
const REFUSED = { ErrorCode: 'ThrottlingException', ErrorMessage: 'Slow down.' };

test('a finding that EventBridge refuses once is put again, and the others are not', async () => {
  const { seen, events } = busThat((keyId, nth) =>
    keyId === 'AKIA-3' && nth === 1 ? REFUSED : TAKEN,
  );
  await events.announce(report);
  expect(seen).toHaveLength(FINDINGS + 1);
  expect(seen.at(-1)).toBe('AKIA-3');
});

test('a finding has the step that the report told of its key, with why', () => {
  const { findings } = report.survey;
  const step: KeyStep = {
    keyId: 'AKIA-0',
    userName: 'ann',
    report: {
      kind: 'wait',
      step: 'deactivate',
      reasons: [{ kind: 'unused', days: 52, noticeAt: NOW }],
      dueAt: NOW,
      asksFirst: false,
    },
  };
  const event = accessKeyFinding(findings[0]!, 'App/KeySentry', '111111111111', step);
  expect(event.step).toEqual({
    kind: 'wait',
    step: 'deactivate',
    reasons: [{ kind: 'unused', days: 52, noticeAt: NOW.toISOString() }],
    dueAt: NOW.toISOString(),
  });
});

test('findings that EventBridge refuses twice are told with its code', async () => {
  const { events } = busThat((keyId) => (keyId.startsWith('AKIA-1') ? REFUSED : TAKEN));
  await expect(events.announce(report)).rejects.toMatchObject({
    name: 'ThrottlingException',
    message:
      'EventBridge refused 3 of 12 events about access keys, twice: ThrottlingException Slow down.',
  });
});
