import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SlackPeople } from '../../../../src/approval/adapters/slack/slack-people';
import { SlackWebApi } from '../../../../src/approval/adapters/slack/slack-web-api';
import {
  MessengerRefusedError,
  MessengerUnavailableError,
} from '../../../../src/approval/domain/messenger';

const SECOND = 1_000;

/** A stand-in for Slack: it answers each method what the test says. */
let server: Server;
let apiUrl: string;
let answers: Map<string, object>;
let asked: string[];
let now: number;
let people: SlackPeople;

beforeAll(async () => {
  server = createServer((request, response) => {
    const method = request.url?.replace('/api/', '') ?? '';
    asked.push(method);
    request
      .resume()
      .on('end', () =>
        response.end(JSON.stringify(answers.get(method) ?? { ok: false, error: 'unknown_method' })),
      );
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  answers = new Map<string, object>([
    ['usergroups.users.list', { ok: true, users: ['U0ANNA'] }],
    ['users.lookupByEmail', { ok: true, user: { id: 'U0ANNA' } }],
    ['auth.test', { ok: true, team_id: 'T0WORK', bot_id: 'B0BOT' }],
    ['bots.info', { ok: true, bot: { app_id: 'A0SENTRY' } }],
  ]);
  now = Date.parse('2026-01-01T12:00:00Z');
  const token = { current: async () => 'xoxb-1', refresh: async () => undefined };
  people = new SlackPeople(new SlackWebApi(token, apiUrl), { now: () => new Date(now) });
});

const failing = (error: string) => ({ ok: false, error });

describe('the members of a group', () => {
  test('are asked for once a minute', async () => {
    expect(await Promise.all([people.membersOf('S0SECOPS'), people.membersOf('S0SECOPS')])).toEqual(
      [['U0ANNA'], ['U0ANNA']],
    );
    answers.set('usergroups.users.list', { ok: true, users: ['U0BEN'] });
    now += 59 * SECOND;
    expect(await people.membersOf('S0SECOPS')).toEqual(['U0ANNA']);
    now += SECOND;
    expect(await people.membersOf('S0SECOPS')).toEqual(['U0BEN']);
    expect(asked).toHaveLength(2);
  });

  test('are those of the group that is asked for', async () => {
    await people.membersOf('S0SECOPS');
    answers.set('usergroups.users.list', { ok: true, users: [] });
    expect(await people.membersOf('S0OTHER')).toEqual([]);
  });

  test('are never no one because Slack fails, and a failure is not kept', async () => {
    answers.set('usergroups.users.list', failing('internal_error'));
    await expect(people.membersOf('S0SECOPS')).rejects.toThrow(MessengerUnavailableError);
    answers.set('usergroups.users.list', failing('no_such_subteam'));
    await expect(people.membersOf('S0SECOPS')).rejects.toThrow(MessengerRefusedError);
    answers.set('usergroups.users.list', { ok: true, users: ['U0ANNA'] });
    expect(await people.membersOf('S0SECOPS')).toEqual(['U0ANNA']);
  });
});

describe('the user with an address', () => {
  test('is known by id', async () => {
    expect(await people.userWithEmail('anna@example.com')).toBe('U0ANNA');
  });

  test('is no one where Slack knows none', async () => {
    answers.set('users.lookupByEmail', failing('users_not_found'));
    expect(await people.userWithEmail('anna@example.com')).toBeUndefined();
  });

  test.each([
    ['ratelimited', MessengerUnavailableError],
    ['missing_scope', MessengerRefusedError],
    ['invalid_auth', MessengerRefusedError],
    ['user_not_found', MessengerRefusedError],
  ])('is not no one where Slack answers %s', async (error, kind) => {
    answers.set('users.lookupByEmail', failing(error));
    await expect(people.userWithEmail('anna@example.com')).rejects.toThrow(kind);
  });
});

describe('the person with an address', () => {
  test.each([
    [{ team_id: 'T0WORK' }, { teamId: 'T0WORK' }],
    [{ deleted: true }, { isDeactivated: true }],
    [{ is_restricted: true }, { isGuest: true }],
    [{ is_ultra_restricted: true }, { isGuest: true }],
    [{ is_bot: true }, { isBot: true }],
  ])('is known as what Slack says: %j', async (user, known) => {
    answers.set('users.lookupByEmail', { ok: true, user: { id: 'U0ANNA', ...user } });
    expect(await people.personWithEmail('anna@example.com')).toEqual({
      userId: 'U0ANNA',
      isDeactivated: false,
      isGuest: false,
      isBot: false,
      ...known,
    });
  });

  test('is no one where Slack knows none, and not where it does not say', async () => {
    answers.set('users.lookupByEmail', failing('users_not_found'));
    expect(await people.personWithEmail('anna@example.com')).toBeUndefined();
    answers.set('users.lookupByEmail', failing('missing_scope'));
    await expect(people.personWithEmail('anna@example.com')).rejects.toThrow(MessengerRefusedError);
  });
});

describe('the app', () => {
  test('is asked for once in the life of the process', async () => {
    const app = { teamId: 'T0WORK', appId: 'A0SENTRY' };
    expect(await Promise.all([people.app(), people.app()])).toEqual([app, app]);
    now += 86_400 * SECOND;
    expect(await people.app()).toEqual(app);
    expect(asked).toEqual(['auth.test', 'bots.info']);
  });

  test('is asked for again where that failed', async () => {
    answers.set('bots.info', failing('fatal_error'));
    await expect(people.app()).rejects.toThrow(MessengerUnavailableError);
    answers.set('bots.info', { ok: true, bot: { app_id: 'A0SENTRY' } });
    expect(await people.app()).toEqual({ teamId: 'T0WORK', appId: 'A0SENTRY' });
  });

  test("is unknown to a token that is no bot's", async () => {
    answers.set('auth.test', { ok: true, team_id: 'T0WORK', user_id: 'U0ANNA' });
    await expect(people.app()).rejects.toThrow('Put the bot token');
  });
});
