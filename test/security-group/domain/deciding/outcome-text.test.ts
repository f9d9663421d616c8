import {
  RULE_STATES,
  type RuleState,
  statesText,
} from '../../../../src/security-group/domain/deciding/outcome-text';
import {
  RULE_CHANGES,
  type RuleChange,
} from '../../../../src/security-group/domain/judging/judgement';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  described,
  lockedRestoring,
  modified,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const TEXTS: Readonly<Record<RuleState, Readonly<Record<RuleChange, string>>>> = {
  applied: {
    added: 'The rule was added again.',
    modified: 'The rule was modified again.',
    described: 'The rule has its new description again.',
    removed: 'The rule was removed again.',
  },
  'applied-before': {
    added: 'The rule stood there already.',
    modified: 'The rule had its new values already.',
    described: 'The rule had its new description already.',
    removed: 'The rule was gone already.',
  },
  'left-reverted': {
    added: 'The rule is not added again.',
    modified: 'The rule is not modified again.',
    described: 'The rule does not get its new description again.',
    removed: 'The rule is not removed again.',
  },
  accepted: {
    added: 'The rule stays.',
    modified: 'The rule keeps its new values.',
    described: 'The rule keeps its new description.',
    removed: 'The rule stays removed.',
  },
  'not-as-asked': {
    added: 'The rule does not stand any more.',
    modified: 'The rule does not have its new values any more.',
    described: 'The rule does not have its new description any more.',
    removed: 'The rule stands there again.',
  },
  reverted: {
    added: 'The rule was revoked.',
    modified: 'The rule has its earlier values again.',
    described: 'The rule has its earlier description again.',
    removed: 'The rule was put back.',
  },
  'undone-before': {
    added: 'The rule was gone already.',
    modified: 'The rule did not have its new values any more.',
    described: 'The rule did not have its new description any more.',
    removed: 'The rule stood there again already.',
  },
  kept: {
    added: 'The rule stays: another grant speaks for it, or no policy speaks against it.',
    modified:
      'The rule keeps its new values: another grant speaks for it, or no policy speaks against it.',
    described: 'The rule keeps its new description: no policy speaks against it any more.',
    removed: 'The rule is not put back: no grant speaks for it any more, or no policy asks for it.',
  },
  'group-gone': {
    added: 'The rule is gone with its group.',
    modified: 'The rule is gone with its group.',
    described: 'The rule is gone with its group.',
    removed: 'The rule cannot be put back: its group does not exist any more.',
  },
};

const before = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8' });

describe.each(RULE_STATES)('of a rule that is %s', (state) => {
  test.each(RULE_CHANGES)('it is said what has become of it, as it was %s', (change) => {
    expect(statesText([{ rule: { change, before }, state }])).toBe(TEXTS[state][change]);
  });
});

test('a rule whose earlier values no one knows reads as one that was added', () => {
  const known = { change: 'modified', before } as const;
  const unknown = { change: 'modified' } as const;
  expect(statesText([{ rule: unknown, state: 'reverted' }])).toBe('The rule was revoked.');
  expect(statesText([{ rule: known, state: 'reverted' }])).not.toBe('The rule was revoked.');
});

test('of several rules it is said how many', () => {
  const one = { rule: { change: 'added' }, state: 'reverted' } as const;
  const other = { rule: { change: 'removed' }, state: 'reverted' } as const;
  expect(statesText([one, other, one])).toBe('2 rules were revoked, 1 rule was put back.');
});

describe('what is said of a change that stood until it was denied', () => {
  const narrow = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8' });
  const wide = rule({ id: 'sgr-1' });
  const renamed = { ...narrow, description: 'mine' };
  const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
  const deeds = {
    added: [[https], [https, wide], added(wide)],
    modified: [[https, narrow], [https, wide], modified('sgr-1')],
    described: [[https, narrow], [https, renamed], described({ rule: renamed })],
    removed: [[https, narrow], [https], removed({ id: 'sgr-1' })],
  } as const;

  async function askedAbout(kind: RuleChange): Promise<SentryInMemory> {
    const [accepted, standing, change] = deeds[kind];
    const sentry = SentryInMemory.watching(
      [asking(lockedRestoring, 'revertIfDenied')],
      ...accepted,
    );
    sentry.groups.put('sg-1', () => standing);
    await sentry.respond(change);
    return sentry;
  }

  test.each(RULE_CHANGES)('and whose group is gone by then: %s', async (kind) => {
    const sentry = await askedAbout(kind);
    sentry.groups.all.delete('sg-1');
    expect(await sentry.decide('denied')).toMatchObject({
      outcome: kind === 'removed' ? 'conflicting' : 'carried-out',
      text: `It was denied. ${TEXTS['group-gone'][kind]}`,
    });
  });

  test.each(RULE_CHANGES)('and that someone has undone by then: %s', async (kind) => {
    const sentry = await askedAbout(kind);
    sentry.groups.put('sg-1', () => deeds[kind][0]);
    expect(await sentry.decide('denied')).toMatchObject({
      outcome: 'carried-out',
      text: `It was denied. ${TEXTS['undone-before'][kind]}`,
    });
  });

  test('and that was described otherwise again by then is not approved by its first words', async () => {
    const sentry = await askedAbout('described');
    sentry.groups.change('sg-1', 'sgr-1', { ...renamed, description: 'another' });
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'conflicting',
      text: TEXTS['not-as-asked'].described,
    });
    expect(sentry.ledger.entryOf('sg-1', narrow)!.rule.description).toBe(narrow.description);
  });
});
