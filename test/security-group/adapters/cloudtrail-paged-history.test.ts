import { CloudTrailClient, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { CloudTrailPagedHistory } from '../../../src/security-group/adapters/cloudtrail-paged-history';
import type { Clock } from '../../../src/shared/domain/clock';
import { recordOf } from '../samples/change-events';

const PLACE = { accountId: '111111111111', region: 'eu-west-1' };
const START = Date.parse('2026-01-08T00:00:00Z');
const WINDOW = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-07T00:00:00Z') };
const CALL = 'AuthorizeSecurityGroupIngress';

/** Time that goes on where someone waits for it. */
class ClockInMemory implements Clock {
  readonly pauses: number[] = [];
  private time = START;

  now(): Date {
    return new Date(this.time);
  }

  async pause(milliseconds: number): Promise<void> {
    this.pauses.push(milliseconds);
    this.time += milliseconds;
  }
}

/** Not the sandbox's stand-in, which refuses no one by itself: it answers as it is told to. */
function historyThat(answer: () => object) {
  const asked: LookupEventsCommandInput[] = [];
  const client = new CloudTrailClient({ region: PLACE.region, maxAttempts: 1 });
  client.middlewareStack.add(
    () => async (given) => {
      asked.push(given.input as LookupEventsCommandInput);
      return { output: { $metadata: {}, ...answer() }, response: {} };
    },
    { step: 'initialize' },
  );
  const clock = new ClockInMemory();
  const until = new Date(START + 2_500);
  return { history: new CloudTrailPagedHistory(client, PLACE, clock, until), clock, asked };
}

function refusal(name: string): () => never {
  return () => {
    throw Object.assign(new Error('Rate exceeded'), { name });
  };
}

test('leaves a second between look-ups, and none is made when the time is over', async () => {
  const { history, clock, asked } = historyThat(() => ({ Events: [] }));
  for (const _ of [1, 2, 3]) {
    expect(await history.page(CALL, WINDOW, undefined)).toEqual({ records: [] });
  }
  expect(await history.page(CALL, WINDOW, undefined)).toBeUndefined();
  expect(clock.pauses).toEqual([1_000, 1_000, 1_000]);
  expect(asked).toHaveLength(3);
});

test('asks by the name of the call, for the time and the page', async () => {
  const { history, asked } = historyThat(() => ({ Events: [], NextToken: 'next' }));
  expect(await history.page(CALL, WINDOW, 'this')).toEqual({ records: [], next: 'next' });
  expect(asked).toEqual([
    {
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: CALL }],
      StartTime: WINDOW.from,
      EndTime: WINDOW.to,
      MaxResults: 50,
      NextToken: 'this',
    },
  ]);
});

test('reads records, keeps those that cannot be read, and leaves out other services', async () => {
  const [newer, older] = [new Date('2026-01-03T00:00:00Z'), new Date('2026-01-02T00:00:00Z')];
  const event = (EventId: string, values: object) => ({
    EventId,
    EventSource: 'ec2.amazonaws.com',
    EventTime: newer,
    CloudTrailEvent: JSON.stringify(recordOf({ eventID: EventId })),
    ...values,
  });
  const { history } = historyThat(() => ({
    Events: [
      event('read', {}),
      event('broken', { CloudTrailEvent: '{"eventName":' }),
      event('elsewhere', { EventSource: 'other.amazonaws.com', EventTime: older }),
    ],
  }));
  const page = await history.page(CALL, WINDOW, undefined);
  expect(page).toMatchObject({
    oldest: older,
    records: [{ eventId: 'read', change: { eventId: 'read' } }, { eventId: 'broken' }],
  });
  expect(page?.records[1]).not.toHaveProperty('change');
});

test('what CloudTrail refuses for the others is left for later, and any other failure is one', async () => {
  const throttled = historyThat(refusal('ThrottlingException'));
  expect(await throttled.history.page(CALL, WINDOW, undefined)).toBeUndefined();
  const denied = historyThat(refusal('AccessDeniedException'));
  await expect(denied.history.page(CALL, WINDOW, undefined)).rejects.toThrow('Rate exceeded');
});
