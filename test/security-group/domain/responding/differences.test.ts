import type { Change } from '../../../../src/security-group/domain/changes/change';
import {
  EMPTY_LEDGER,
  type GroupLedger,
  type LedgerEntry,
} from '../../../../src/security-group/domain/ledger/ledger';
import {
  type Difference,
  differencesIn,
  explained,
  targetOf,
  unknownDifference,
} from '../../../../src/security-group/domain/responding/differences';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { PLACE, SentryInMemory } from '../../in-memory/sentry-in-memory';
import { added, by, changeOf, configurationOf, deployer, locked } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { rule } from '../../samples/rules';

const SETTLED = new Date('2026-01-01T00:00:00Z');
const NOW = new Date('2026-01-01T00:10:00Z');
const ADOPTED = new Date('2025-12-01T00:00:00Z');
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const configuration = configurationOf([locked]);
const record = groupRecord(ADOPTED);

function entryOf(one: Rule, values: Partial<LedgerEntry>): LedgerEntry {
  return { rule: one, grants: [], revision: 3, ...values };
}

function ledgerOf(...entries: LedgerEntry[]): GroupLedger {
  const byKey = entries.map((one) => [ruleKey(one.rule), one] as const);
  return { ...EMPTY_LEDGER, record, entries: new Map(byKey) };
}

function readingOf(rules: readonly Rule[], ...entries: LedgerEntry[]) {
  return { group: { rules, unreadableRuleIds: [] }, ledger: ledgerOf(...entries) };
}

function found(rules: readonly Rule[], entries: readonly LedgerEntry[], tries = 1): Difference[] {
  const ports = SentryInMemory.watching([locked]).ports(tries);
  const clock = { now: () => NOW, pause: async () => undefined };
  return differencesIn(readingOf(rules, ...entries), { ...ports, clock }, configuration);
}

describe('a difference is due', () => {
  const unexplained = entryOf(ssh, { unexplainedSince: SETTLED });
  const missing = entryOf(ssh, { missingSince: SETTLED });

  test('once it has waited for its event, as the rule stands by now', () => {
    const again = { ...ssh, id: 'sgr-again' };
    expect(found([again], [unexplained])).toEqual([
      { entry: unexplained, rule: again, isPresent: true, since: SETTLED },
    ]);
    expect(found([], [unexplained])).toMatchObject([{ rule: ssh, isPresent: true }]);
    expect(found([], [missing])).toEqual([
      { entry: missing, rule: ssh, isPresent: false, since: SETTLED },
    ]);
    const later = new Date(SETTLED.getTime() + 1);
    expect(found([ssh], [entryOf(ssh, { unexplainedSince: later })])).toEqual([]);
  });

  test('not where it is right by now, unless an earlier try may have put it right', () => {
    expect(found([ssh], [missing])).toEqual([]);
    expect(found([ssh], [missing], 2)).toMatchObject([{ isPresent: false }]);
    expect(found([ssh], [entryOf(ssh, {})], 2)).toEqual([]);
  });

  test('also of a rule that was given other values since', () => {
    const wide = rule({ id: 'sgr-ssh', fromPort: 0, toPort: 65_535 });
    expect(found([wide, https], [unexplained]).filter(({ rule: one }) => one !== ssh)).toEqual([
      unknownDifference(wide, SETTLED),
    ]);
    expect(unknownDifference(wide, SETTLED)).toEqual({
      entry: { revision: 0, rule: wide, grants: [] },
      rule: wide,
      isPresent: true,
      since: SETTLED,
    });
  });
});

describe('what is answered', () => {
  const standing = (one: Rule, since = SETTLED): Difference => ({
    entry: entryOf(one, {}),
    rule: one,
    isPresent: true,
    since,
  });
  const gone = (one: Rule): Difference => ({ ...standing(one), isPresent: false });
  const targets = (differences: readonly Difference[], ...history: Change[]) =>
    explained(differences, history).map((explanation) =>
      targetOf(
        { groupId: 'sg-1', place: PLACE, reading: readingOf([]) },
        explanation,
        configuration,
      ),
    );

  test('has an id of its own, which another finding of the rule does not have', () => {
    const ids = (...differences: Difference[]) =>
      targets(differences).map(({ eventId }) => eventId);
    expect(ids(standing(ssh))).toEqual(['finding:-unexplained-2026-01-01T00:00:00.000Z-sgr-ssh-3']);
    expect(ids(unknownDifference(rule(), SETTLED))).toEqual([
      `finding:-unexplained-2026-01-01T00:00:00.000Z-no-id-${ruleKey(rule())}`,
    ]);
    const [target] = targets([standing(https)], by(deployer, added(https)));
    expect(target!.eventId).toBe('finding:-event-1-2026-01-01T00:00:00.000Z-sgr-https-3');
  });

  test('is a call that no one knows, since the earliest of what it is about', () => {
    const [target] = targets([standing(ssh, NOW), gone(https)]);
    expect(target).toMatchObject({
      explainedBy: 'nothing',
      isConfirmed: false,
      call: {
        eventId: 'none',
        eventName: 'none',
        time: SETTLED,
        ...PLACE,
        actor: { type: 'unknown' },
      },
      hints: { present: [ssh], absent: [{ rule: https }], byTrustedActor: false },
    });
  });

  test('is as old as the watch where a grant was withdrawn, no matter who added the rule', () => {
    const forEver = new Date(0);
    expect(targets([standing(ssh, forEver)])[0]!.call.time).toEqual(ADOPTED);
    const [target] = targets([standing(https, forEver)], by(deployer, added(https)));
    expect(target!.hints.byTrustedActor).toBe(false);
  });

  test('is as old as the withdrawal itself where the group was never watched', () => {
    const forEver = new Date(0);
    const reading = { ...readingOf([]), ledger: EMPTY_LEDGER };
    const [explanation] = explained([standing(ssh, forEver)], []);
    const where = { groupId: 'sg-1', place: PLACE, reading };
    expect(targetOf(where, explanation!, configuration).call.time).toEqual(forEver);
    const [byDeployer] = explained([standing(https)], [by(deployer, added(https))]);
    expect(targetOf(where, byDeployer!, configuration).hints.byTrustedActor).toBe(true);
  });

  test('is not confirmed where the call tells the values of a part of it alone', () => {
    const call = by(deployer, changeOf({ present: [https], modifiedIds: ['sgr-ssh'] }));
    expect(targets([standing(https), standing(ssh)], call)).toMatchObject([
      { hints: { present: [https, ssh] }, isConfirmed: false },
    ]);
  });

  test('is told apart by the call that explains it, and is confirmed where all of it is', () => {
    const call = by(deployer, added(https));
    expect(targets([standing(ssh), standing(https)], call)).toMatchObject([
      { explainedBy: 'nothing', hints: { present: [ssh] } },
      {
        explainedBy: 'event-history',
        isConfirmed: true,
        call,
        hints: { present: [https], byTrustedActor: true },
      },
    ]);
  });
});
