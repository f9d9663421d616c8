import type {
  DirectMessage,
  DirectMessageRecord,
} from '../../../src/approval/domain/direct-message';
import { NO_DIRECT_MESSAGE } from '../../../src/approval/domain/direct-message';
import {
  MessengerRefusedError,
  MessengerUnavailableError,
} from '../../../src/approval/domain/messenger';
import { sendDirectMessage } from '../../../src/approval/domain/send-direct-message';
import { MessengerInMemory } from '../in-memory/messenger-in-memory';
import { APP, PeopleInMemory } from '../in-memory/people-in-memory';

const HOUR = 3_600_000;
const START = new Date('2026-06-01T06:00:00Z').getTime();
const OLGA = {
  userId: 'olga',
  teamId: APP.teamId,
  isDeactivated: false,
  isGuest: false,
  isBot: false,
};

let now: number;
let record: DirectMessageRecord;
let beforeWrite: (() => void) | undefined;
let people: PeopleInMemory;
let messenger: MessengerInMemory;
let notSent: string[];

beforeEach(() => {
  now = START;
  record = NO_DIRECT_MESSAGE;
  beforeWrite = undefined;
  people = new PeopleInMemory();
  people.persons.set('olga@example.com', OLGA);
  messenger = new MessengerInMemory();
  notSent = [];
});

function messageAt(at: number, title = 'Two keys', news = title): DirectMessage {
  const text = { title, opening: '', points: [], omitted: 0, closing: [] };
  return { sender: 'App/Keys', email: 'olga@example.com', at: new Date(at), news, text };
}

async function send(message: DirectMessage): Promise<void> {
  await sendDirectMessage(message, {
    store: {
      read: async () => record,
      write: async (_, written) => {
        beforeWrite?.();
        if (written.revision !== record.revision) throw new Error('written meanwhile');
        record = { ...written, revision: written.revision + 1 };
        return record;
      },
    },
    people,
    messenger,
    clock: { now: () => new Date(now) },
    render: ({ title }) => ({ text: title, blocks: '[]' }),
    notSent: (_, reason) => notSent.push(reason),
  });
}

const sent = () => messenger.questions();

test('it comes to the person who has the address, in a direct message', async () => {
  await send(messageAt(START));
  expect([...messenger.standing.values()]).toMatchObject([
    { channelId: 'D-olga', text: 'Two keys' },
  ]);
  expect(notSent).toEqual([]);
});

test('one that is delivered twice is sent once', async () => {
  await send(messageAt(START));
  await send(messageAt(START));
  expect(sent()).toHaveLength(1);
});

test('an older one that comes late is not sent', async () => {
  await send(messageAt(START + 2 * HOUR, 'new'));
  await send(messageAt(START, 'old'));
  expect(sent()).toEqual(['new']);
});

test('without news it comes once in 20 hours', async () => {
  await send(messageAt(START));
  now = START + 20 * HOUR - 1;
  await send(messageAt(now));
  expect(sent()).toHaveLength(1);
  now += 1;
  await send(messageAt(now));
  expect(sent()).toHaveLength(2);
});

test('news come at once', async () => {
  await send(messageAt(START));
  now = START + HOUR;
  await send(messageAt(now, 'Three keys'));
  expect(sent()).toEqual(['Two keys', 'Three keys']);
});

test('the one of the next day comes also after one that came late', async () => {
  now = START + 6 * HOUR;
  await send(messageAt(START));
  now = START + 24 * HOUR;
  await send(messageAt(now));
  expect(sent()).toHaveLength(2);
});

test.each([
  ['no one in Slack has this address', undefined],
  ['their account in Slack is deactivated', { isDeactivated: true }],
  ['they are a guest in Slack', { isGuest: true }],
  ['it is the address of a bot', { isBot: true }],
  ['they are of another workspace', { teamId: 'T-ELSEWHERE' }],
])('that %s is told once, and nothing is sent', async (reason, values) => {
  people.persons.clear();
  if (values) people.persons.set('olga@example.com', { ...OLGA, ...values });
  await send(messageAt(START));
  await send(messageAt(START));
  expect(notSent).toEqual([reason]);
  expect(messenger.calls).toEqual([]);
});

test('that Slack refuses it is told once, and it is not tried again', async () => {
  messenger.trouble = new MessengerRefusedError('messages_tab_disabled', 'refused');
  await send(messageAt(START));
  await send(messageAt(START));
  expect(notSent).toEqual(['Slack refuses the message (messages_tab_disabled)']);
  expect(messenger.calls).toEqual(['post']);
});

test.each([
  ['cannot be reached', new MessengerUnavailableError('down')],
  ['refuses to look anyone up', new MessengerRefusedError('invalid_auth', 'refused')],
])('while Slack %s, it waits, and nothing is lost', async (_, trouble) => {
  people.personTrouble = trouble;
  await expect(send(messageAt(START))).rejects.toThrow(trouble);
  people.personTrouble = undefined;
  await send(messageAt(START));
  expect([sent(), notSent]).toEqual([['Two keys'], []]);
});

test('after a post that failed, the next try need not wait for the lease of the one before', async () => {
  messenger.trouble = new MessengerUnavailableError('down');
  await expect(send(messageAt(START))).rejects.toThrow('down');
  messenger.trouble = undefined;
  await send(messageAt(START));
  expect(sent()).toHaveLength(1);
});

test('someone who sends to the same person at the same time has to wait', async () => {
  messenger.beforeCall.set(1, async () => {
    await expect(send(messageAt(START))).rejects.toThrow('just now');
  });
  await send(messageAt(START));
  expect(sent()).toHaveLength(1);
});

test('a crash before word of it: it is sent again once the lease is over, and then no more', async () => {
  messenger.afterPost.push(async () => {
    beforeWrite = () => {
      throw new Error('crash');
    };
  });
  await expect(send(messageAt(START))).rejects.toThrow('crash');
  beforeWrite = undefined;
  await expect(send(messageAt(START))).rejects.toThrow('just now');
  now += HOUR;
  await send(messageAt(START));
  await send(messageAt(START));
  expect(sent()).toHaveLength(2);
});

test('one who has to wait hears for how long, and need not once the lease is over', async () => {
  const leased = (milliseconds: number) => ({
    revision: 1,
    leasedUntil: new Date(START + milliseconds),
  });
  record = leased(1);
  await expect(send(messageAt(START))).rejects.toMatchObject({ retryAfterMilliseconds: 1 });
  record = leased(0);
  await send(messageAt(START));
  expect(sent()).toHaveLength(1);
});

test('what is remembered is what was sent last, and when', async () => {
  await send(messageAt(START));
  now += HOUR;
  await send(messageAt(now, 'Three keys', 'three'));
  expect(record.last).toEqual({ at: new Date(now), news: 'three', doneAt: new Date(now) });
  expect(record.leasedUntil).toBeUndefined();
});

test('one that was made before the last one is not sent any more, though it is news', async () => {
  await send(messageAt(START));
  await send(messageAt(START - 1, 'One key'));
  await send(messageAt(START, 'Three keys'));
  expect(sent()).toEqual(['Two keys']);
});
