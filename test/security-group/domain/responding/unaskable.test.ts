import { giveUpAsking } from '../../../../src/security-group/domain/deciding/give-up-asking';
import type { Outcome } from '../../../../src/security-group/domain/reporting/outcome';
import { ruleOutcome } from '../../../../src/security-group/domain/responding/act';
import {
  asksAbout,
  noticeOfUnasked,
  unaskedIn,
} from '../../../../src/security-group/domain/responding/ask-about-outcomes';
import { openCase } from '../../../../src/security-group/domain/responding/case';
import { hintsOf } from '../../../../src/security-group/domain/responding/event-hints';
import { readGroup } from '../../../../src/security-group/domain/responding/read-group';
import { ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { Faults } from '../../in-memory/faults';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  forbidPort,
  forbidSsh,
  lockedRestoring,
  removed,
} from '../../samples/changes';
import { openedWithFullTags } from '../../samples/largest-changes';
import { rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });

/** A sentry whose questions cannot be kept, and never will be. */
function sentryThatCannotAsk(response: 'revertIfDenied' | 'revertUntilApproved'): SentryInMemory {
  const sentry = SentryInMemory.watching([asking(forbidSsh, response)]);
  sentry.groups.put('sg-1', () => [ssh]);
  cannotKeep(sentry);
  return sentry;
}

function cannotKeep(sentry: SentryInMemory): void {
  sentry.hopelessFrom = 1;
  jest.spyOn(sentry.asker, 'keep').mockRejectedValue(new Error('Item size exceeded.'));
}

describe('a question that can never be kept', () => {
  test('about what stands until it is denied: it is reverted, and the message says so', async () => {
    const sentry = sentryThatCannotAsk('revertIfDenied');
    await expect(sentry.respond(added(ssh))).rejects.toThrow('Item size exceeded.');
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(ssh)]);
    await sentry.respond(added(ssh), 2);
    expect(sentry.groups.keysIn('sg-1')).toEqual([]);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
    expect(sentry.announcer.told[0]?.notices).toEqual([
      {
        severity: 'high',
        text: 'No one could be asked by approvals whether it may stay: Item size exceeded. It is reverted, as if it were denied.',
      },
    ]);
    expect(sentry.asked).toEqual([]);
  });

  test('about a removal: what was removed is put back', async () => {
    const sentry = SentryInMemory.watching([asking(lockedRestoring, 'revertIfDenied')], https);
    sentry.groups.put('sg-1', () => []);
    cannotKeep(sentry);
    await expect(sentry.respond(removed({ id: 'sgr-https' }))).rejects.toThrow();
    await sentry.respond(removed({ id: 'sgr-https' }), 2);
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(https)]);
  });

  test('is told truly where the try that reverted it died before it was told', async () => {
    const sentry = sentryThatCannotAsk('revertIfDenied');
    await expect(sentry.respond(added(ssh))).rejects.toThrow();
    sentry.faults = new Faults(new Map(), { method: 'tell', number: 1, fault: 'crashes' });
    await expect(sentry.respond(added(ssh), 2)).rejects.toThrow();
    sentry.faults.restart();
    await sentry.pass(10 * 60_000);
    await sentry.respond(added(ssh), 3);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('about what was reverted: it stays so, and the message says that no one was asked', async () => {
    const sentry = sentryThatCannotAsk('revertUntilApproved');
    await sentry.respond(added(ssh));
    expect(sentry.groups.keysIn('sg-1')).toEqual([]);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
    expect(sentry.announcer.told[0]?.notices).toMatchObject([
      { severity: 'high', text: expect.stringContaining('It stays reverted.') },
    ]);
  });

  test('while it may be kept later, nothing is decided', async () => {
    const sentry = sentryThatCannotAsk('revertIfDenied');
    sentry.hopelessFrom = 8;
    for (let tries = 1; tries < 8; tries += 1) {
      await expect(sentry.respond(added(ssh), tries)).rejects.toThrow('Item size exceeded.');
      expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(ssh)]);
    }
    await sentry.respond(added(ssh), 8);
    expect(sentry.groups.keysIn('sg-1')).toEqual([]);
  });

  test('changes nothing about what other workflows, and other policies of its own, ask', async () => {
    const askingOthers = asking(forbidPort(443), 'revertIfDenied');
    const sentry = SentryInMemory.watching([
      asking(forbidSsh, 'revertIfDenied'),
      asking(forbidPort(80), 'revertUntilApproved'),
      { ...askingOthers, asking: { workflow: 'others', whenUnanswered: 'revert' } },
    ]);
    const http = rule({ id: 'sgr-http', fromPort: 80, toPort: 80 });
    const opened = [ssh, http, https];
    sentry.groups.put('sg-1', () => opened);
    sentry.hopelessFrom = 1;
    const keep = sentry.asker.keep.bind(sentry.asker);
    sentry.asker.keep = async (asked) => {
      if (asked.rules.some(({ rule: one }) => one.id === 'sgr-ssh')) throw new Error('Too large.');
      return keep(asked);
    };
    await sentry.respond(added(...opened), 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(
      sentry.asked.map(({ workflow, rules }) => [workflow, ...rules.map((one) => one.rule.id)]),
    ).toEqual([
      ['others', 'sgr-https'],
      ['approvals', 'sgr-http'],
    ]);
  });

  test('holds up nothing else in the group', async () => {
    const sentry = SentryInMemory.watching([
      asking(forbidSsh, 'revertIfDenied'),
      { ...lockedRestoring, response: 'revert' },
    ]);
    sentry.groups.put('sg-1', () => [https]);
    cannotKeep(sentry);
    await sentry.respond(added(https));
    expect(sentry.groups.keysIn('sg-1')).toEqual([]);
  });
});

test.each([
  [undefined, 'whether it may stay. It is reverted'],
  ['no room', 'whether it may stay: no room. It is reverted'],
  ['See EC2.Limits.', 'whether it may stay: See EC2.Limits. It is reverted'],
])('that no one could be asked is told in sentences: %s', (reason, text) => {
  const ask = { workflow: 'approvals', response: 'revertIfDenied' } as const;
  expect(noticeOfUnasked(ask, reason).text).toContain(text);
});

describe('a question that is too large for what it is kept in', () => {
  const tooMany = openedWithFullTags(23);

  test('about what stands until it is denied: all is reverted at once, and the message says so', async () => {
    const sentry = SentryInMemory.watching([asking(forbidSsh, 'revertIfDenied')]);
    sentry.groups.put('sg-1', () => tooMany);
    await sentry.respond(added(...tooMany));
    expect(sentry.groups.keysIn('sg-1')).toEqual([]);
    expect(sentry.asked).toEqual([]);
    expect(sentry.announcer.told[0]?.rules.map(({ outcome }) => outcome.kind)).toEqual(
      tooMany.map(() => 'reverted'),
    );
    expect(sentry.announcer.told[0]?.notices).toEqual([
      {
        severity: 'high',
        text: expect.stringMatching(
          /^No one could be asked by approvals whether it may stay: 23 rules with tags and descriptions take \d+ KB, and a question may be about 200 KB\. It is reverted, as if it were denied\.$/,
        ),
      },
    ]);
  });

  test('about what was reverted: it stays so, and people are notified', async () => {
    const sentry = SentryInMemory.watching([asking(forbidSsh, 'revertUntilApproved')]);
    sentry.groups.put('sg-1', () => tooMany);
    await sentry.respond(added(...tooMany));
    expect(sentry.groups.keysIn('sg-1')).toEqual([]);
    expect(sentry.asked).toEqual([]);
    expect(sentry.announcer.told[0]?.notices).toEqual([
      {
        severity: 'high',
        text: expect.stringMatching(
          /^No one could be asked .* whether it may be made again: .* It stays reverted\.$/,
        ),
      },
    ]);
  });

  test('by the number of its rules: a thousand without tags are not asked about either', async () => {
    const thousand = Array.from({ length: 1_000 }, (_, index) =>
      rule({ id: `sgr-${index}`, toPort: 22 + index, description: 'd'.repeat(255) }),
    );
    const sentry = SentryInMemory.watching([asking(forbidSsh, 'revertIfDenied')]);
    sentry.groups.put('sg-1', () => thousand);
    await sentry.respond(added(...thousand));
    expect(sentry.groups.keysIn('sg-1')).toEqual([]);
    expect(sentry.announcer.told[0]?.notices[0]?.text).toMatch(/^No one could be asked/);
  });
});

describe('a question that turns out to be too large', () => {
  const tooMany = openedWithFullTags(23);

  async function opened(response: 'revertIfDenied' | 'revertUntilApproved', outcome: Outcome) {
    const sentry = SentryInMemory.watching([asking(forbidSsh, response)]);
    sentry.groups.put('sg-1', () => tooMany);
    const { configuration } = sentry;
    const ports = sentry.ports(1);
    const call = added(...tooMany);
    const one = await openCase(
      {
        groupId: 'sg-1',
        eventId: call.eventId,
        call,
        explainedBy: 'event',
        reading: await readGroup('sg-1', ports),
        hints: hintsOf(call, configuration),
        notices: [],
      },
      { configuration, ports },
    );
    const { group } = one.situation;
    return { one, outcomes: one.judgements.map((each) => ruleOutcome(each, outcome, group)) };
  }

  test('about what stands until it is denied, has the event come again', async () => {
    const { one, outcomes } = await opened('revertIfDenied', { kind: 'kept' });
    await expect(asksAbout(one, outcomes)).rejects.toThrow(/^sg-1: 23 rules with tags/);
    expect(await unaskedIn(one, outcomes)).toHaveLength(1);
  });

  test('about what was reverted, is left out, and nothing is decided by that', async () => {
    const { one, outcomes } = await opened('revertUntilApproved', { kind: 'reverted' });
    expect(await asksAbout(one, outcomes)).toMatchObject({ asks: [], unasked: [{}] });
    expect(await unaskedIn(one, outcomes)).toEqual([]);
  });
});

describe('a question that was kept, and cannot be sent', () => {
  test('about what stands until it is denied: it is reverted, and the message says so', async () => {
    const sentry = SentryInMemory.watching([asking(forbidSsh, 'revertIfDenied')]);
    sentry.groups.put('sg-1', () => [ssh]);
    await sentry.respond(added(ssh));
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(ssh)]);
    const id = sentry.lastRequestId;
    const given = await giveUpAsking(id, {
      configuration: sentry.configuration,
      ports: sentry.ports(1),
    });
    expect(given?.text).toBe('No one could be asked. The rule was revoked.');
    expect(sentry.groups.keysIn('sg-1')).toEqual([]);
    expect(sentry.announcer.outcomes().at(-1)).toBe('added sgr-ssh reverted');
    expect(sentry.announcer.told.at(-1)?.notices[0]?.text).toMatch(/^No one could be asked/);
    expect(sentry.asker.kept.get(id)?.result).toMatchObject({ outcome: 'carried-out' });
  });

  test('is given up once', async () => {
    const sentry = SentryInMemory.watching([asking(forbidSsh, 'revertUntilApproved')]);
    sentry.groups.put('sg-1', () => [ssh]);
    await sentry.respond(added(ssh));
    const at = { configuration: sentry.configuration, ports: sentry.ports(1) };
    expect(await giveUpAsking(sentry.lastRequestId, at)).toMatchObject({
      text: 'No one could be asked. The rule is not added again.',
    });
    expect(await giveUpAsking(sentry.lastRequestId, at)).toBeUndefined();
  });
});
