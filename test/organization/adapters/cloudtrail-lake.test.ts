import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudTrailLake } from '../../../src/organization/adapters/cloudtrail-lake';
import { LakeBusyError } from '../../../src/organization/domain/reading/read-lake';

/** Hand-written fake of CloudTrail Lake, which the emulator has not. No one else has checked it. */
interface FakeAnswers {
  readonly statuses?: readonly string[];
  readonly pages?: readonly (readonly { eventID: string }[])[];
  readonly startError?: Error;
}

const STORE = 'arn:aws:cloudtrail:eu-west-1:999988887777:eventdatastore/12345678-store';
const WINDOW = { from: new Date('2026-11-29T11:40:00Z'), until: new Date('2026-11-29T12:00:00Z') };

test('a query that runs is awaited, and all of its pages are read', async () => {
  const { lake, calls } = fakeLake({
    statuses: ['QUEUED', 'RUNNING', 'FINISHED'],
    pages: [[{ eventID: 'a' }, { eventID: 'b' }], [{ eventID: 'c' }]],
  });
  expect(await idsIn(lake, 60)).toEqual(['a', 'b', 'c']);
  expect(calls.map(({ name }) => name)).toEqual([
    'StartQueryCommand',
    'DescribeQueryCommand',
    'DescribeQueryCommand',
    'DescribeQueryCommand',
    'GetQueryResultsCommand',
    'GetQueryResultsCommand',
  ]);
  expect(calls[0]?.input).toMatchObject({
    EventDataStoreOwnerAccountId: '999988887777',
    QueryStatement: expect.stringMatching(
      /FROM 12345678-store WHERE eventTime >= '2026-11-29 11:40:00' AND eventTime < '2026-11-29 12:00:00' AND eventSource = 'ec2.amazonaws.com' AND eventName IN \('AuthorizeSecurityGroupIngress', /,
    ),
  });
});

test('where CloudTrail runs too many queries, the store is busy', async () => {
  const startError = Object.assign(new Error('10 at most'), {
    name: 'MaxConcurrentQueriesException',
  });
  await expect(idsIn(fakeLake({ startError }).lake, 60)).rejects.toThrow(LakeBusyError);
});

test.each(['FAILED', 'TIMED_OUT', 'CANCELLED'])(
  'a query that is %s is an error',
  async (status) => {
    const { lake } = fakeLake({ statuses: ['RUNNING', status] });
    await expect(idsIn(lake, 60)).rejects.toThrow(`The query q of CloudTrail Lake is ${status}`);
  },
);

test('a query that runs for longer than the run has is cancelled', async () => {
  const { lake, calls } = fakeLake({ statuses: [] });
  await expect(idsIn(lake, 60)).rejects.toThrow('still RUNNING when the time of the run was over');
  expect(calls.at(-1)?.name).toBe('CancelQueryCommand');
});

async function idsIn(lake: CloudTrailLake, seconds: number): Promise<unknown[]> {
  const ids: unknown[] = [];
  for await (const page of lake.pages(WINDOW, new Date(seconds * 1_000))) {
    ids.push(...page.flatMap((row) => row.map(({ eventID }) => eventID)));
  }
  return ids;
}

function fakeLake({ statuses = ['FINISHED'], pages = [], startError }: FakeAnswers) {
  const calls: { readonly name: string; readonly input: Record<string, unknown> }[] = [];
  const left = [...statuses];
  let now = 0;
  const answers: Record<string, (input: Record<string, unknown>) => unknown> = {
    StartQueryCommand: () => {
      if (startError) throw startError;
      return { QueryId: 'q' };
    },
    DescribeQueryCommand: () => ({ QueryStatus: left.shift() ?? 'RUNNING' }),
    GetQueryResultsCommand: ({ NextToken }) => {
      const page = Number(NextToken ?? 0);
      return {
        QueryResultRows: pages[page]?.map((column) => [column]),
        NextToken: page + 1 < pages.length ? String(page + 1) : undefined,
      };
    },
    CancelQueryCommand: () => ({}),
  };
  const send = async (command: { input: Record<string, unknown> }): Promise<unknown> => {
    const { name } = command.constructor;
    calls.push({ name, input: command.input });
    return answers[name]?.(command.input);
  };
  const client = Object.assign(new CloudTrailClient({ region: 'eu-west-1' }), { send });
  const clock = {
    now: () => new Date(now),
    pause: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
  return { lake: new CloudTrailLake({ client, storeArn: STORE, clock }), calls };
}
