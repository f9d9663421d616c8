import type { Repeat } from '../../../../src/security-group/domain/ledger/ledger';
import type {
  ChangeReport,
  Dispute,
} from '../../../../src/security-group/domain/reporting/change-report';
import type { RuleOutcome } from '../../../../src/security-group/domain/reporting/outcome';
import { countRepeats } from '../../../../src/security-group/domain/reporting/repeats';
import { changeReport } from '../../samples/change-reports';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-01-01T00:00:00Z');
const ssh: RuleOutcome = {
  rule: rule(),
  change: 'added',
  violations: [],
  outcome: { kind: 'reverted' },
};

/** A sentry that remembers what it counted, and hears of one revert after the other. */
class Counting {
  constructor(
    public repeats: readonly Repeat[] = [],
    private readonly window = HOUR,
  ) {}

  /** The rule was changed at one time, and looked at after its revert at another. */
  reverted(changedAt: number, lookedAt: number, values: Partial<ChangeReport> = {}): Noticed {
    const { call } = changeReport();
    const report = changeReport({
      rules: [ssh],
      call: { ...call, time: new Date(START + changedAt) },
      lookedAt: new Date(START + lookedAt),
      ...values,
    });
    const { disputes, repeats, isRepeat } = countRepeats(report, this.repeats, this.window);
    this.repeats = repeats;
    return { at: lookedAt, disputes, isRepeat };
  }

  /** So often, so far apart, and each time open for so long. */
  again(times: number, apart: number, open = 12_000, values: Partial<ChangeReport> = {}) {
    return Array.from({ length: times }, (_, number) =>
      this.reverted(number * apart, number * apart + open, values),
    ).filter(({ disputes }) => disputes.length > 0);
  }
}

interface Noticed {
  readonly at: number;
  readonly disputes: readonly Dispute[];
  readonly isRepeat: boolean;
}

describe('a rule is in dispute', () => {
  test('that is opened every half minute: told within five minutes, and no second time in an hour', () => {
    const noticed = new Counting().again(120, 30_000);
    expect(noticed).toMatchObject([
      { at: 4.5 * MINUTE + 12_000, isRepeat: false, disputes: [{ reverts: 10 }] },
    ]);
  });

  test('that is opened every two hours: told at the fifth time, and every six hours after it', () => {
    const noticed = new Counting().again(13, 2 * HOUR);
    expect(noticed.map(({ at, disputes }) => [at - 12_000, disputes[0]?.reverts])).toEqual([
      [8 * HOUR, 5],
      [14 * HOUR, 8],
      [20 * HOUR, 11],
    ]);
  });

  test.each([
    ['given other values', 'modified'],
    ['given another description', 'described'],
    ['removed', 'removed'],
  ] as const)('that is %s every two hours', (_, change) => {
    const rules: RuleOutcome[] = [{ ...ssh, change, restored: ssh.rule }];
    const noticed = new Counting().again(5, 2 * HOUR, 12_000, { rules });
    expect(noticed).toMatchObject([{ disputes: [{ change, rule: ssh.rule, reverts: 5 }] }]);
  });

  test('that is modified to something else each time, or removed: it is the same rule that is put back', () => {
    const counting = new Counting();
    const noticed = Array.from({ length: 5 }, (_, number) => {
      const other = rule({ fromPort: 1000 + number, toPort: 1000 + number });
      const outcome: RuleOutcome =
        number === 2
          ? { ...ssh, change: 'removed' }
          : { ...ssh, rule: other, change: 'modified', restored: ssh.rule };
      return counting.reverted(number * HOUR, number * HOUR + 1, { rules: [outcome] });
    });
    expect(noticed.at(-1)?.disputes).toMatchObject([{ rule: ssh.rule, reverts: 5 }]);
  });

  test('no matter who it is: each session has another name, and tools have roles of their own', () => {
    const counting = new Counting();
    const noticed = Array.from({ length: 5 }, (_, number) => {
      const { call } = changeReport();
      const roleArn = `arn:aws:iam::111111111111:role/Tool${number % 2}`;
      const actor = { ...call.actor, arn: `${roleArn}/session-${number}`, roleArn };
      return counting.reverted(0, number * HOUR + 1, {
        call: { ...call, time: new Date(START + number * HOUR), actor },
      });
    });
    expect(noticed.at(-1)?.disputes).toMatchObject([
      {
        reverts: 5,
        actors: ['arn:aws:iam::111111111111:role/Tool0', 'arn:aws:iam::111111111111:role/Tool1'],
      },
    ]);
  });

  test('five times within just an hour, in whatever order their reports come', () => {
    const counting = new Counting();
    const told = [60, 15, 30, 45, 0].map((minutes) =>
      counting.reverted(minutes * MINUTE - 1, minutes * MINUTE),
    );
    expect(told.map(({ disputes }) => disputes.length)).toEqual([0, 0, 0, 0, 1]);
    const nearly = new Counting();
    const untold = [60, 15, 30, 45].map((minutes) => nearly.reverted(0, minutes * MINUTE));
    expect([...untold, nearly.reverted(0, 1)].flatMap(({ disputes }) => disputes)).toEqual([]);
  });

  test('with the end of a name that is too long, which tells most of it', () => {
    const { call } = changeReport();
    const userName = `${'x'.repeat(200)}/eve`;
    const actor = { type: 'IAMUser', userName };
    const [noticed] = new Counting().again(5, HOUR, 1, { call: { ...call, actor } });
    expect(noticed?.disputes[0]?.actors).toEqual([`…${userName.slice(-149)}`]);
  });

  test('however long a repeat window is', () => {
    expect(new Counting([], 7 * DAY).again(13, 2 * HOUR)).toHaveLength(1);
  });

  test('again, once it has been at peace for a day', () => {
    const counting = new Counting();
    counting.again(5, HOUR);
    const again = Array.from({ length: 5 }, (_, number) =>
      counting.reverted(2 * DAY + number * HOUR, 2 * DAY + number * HOUR + 12_000),
    );
    expect(again.map(({ disputes }) => disputes.length)).toEqual([0, 0, 0, 0, 1]);
    expect(again.at(-1)?.disputes[0]).toMatchObject({
      reverts: 5,
      since: new Date(START + 2 * DAY),
    });
  });
});

describe('a rule is in no dispute', () => {
  test('that is opened by mistake twice a day, day after day', () => {
    expect(new Counting().again(28, 12 * HOUR)).toEqual([]);
  });

  test('that someone tries to open a few times within minutes, and then no more', () => {
    expect(new Counting().again(9, MINUTE)).toEqual([]);
  });

  test('that is one of many different ones', () => {
    const counting = new Counting();
    const noticed = Array.from({ length: 20 }, (_, port) =>
      counting.reverted(port * HOUR, port * HOUR + 1, {
        rules: [{ ...ssh, rule: rule({ fromPort: port, toPort: port }) }],
      }),
    );
    expect(noticed.flatMap(({ disputes }) => disputes)).toEqual([]);
  });

  test.each(['kept', 'would-revert', 'already-gone'] as const)('that is %s each time', (kind) => {
    const rules: RuleOutcome[] = [{ ...ssh, outcome: { kind } }];
    expect(new Counting().again(20, HOUR, 12_000, { rules })).toEqual([]);
  });

  test('whose revert failed: it counts once a later try has done it', () => {
    const rules: RuleOutcome[] = [
      ssh,
      {
        ...ssh,
        rule: rule({ fromPort: 80, toPort: 80 }),
        outcome: { kind: 'failed', reason: 'no' },
      },
    ];
    expect(new Counting().again(20, HOUR, 12_000, { rules })).toEqual([]);
  });
});

describe('the share of time that it was open', () => {
  function lastOf(counting: Counting, spans: readonly (readonly [number, number])[]): Dispute {
    const noticed = spans.map(([from, to]) => counting.reverted(from, to));
    return noticed.at(-1)!.disputes[0]!;
  }

  test('is that of all spans since the first change', () => {
    const dispute = lastOf(
      new Counting(),
      [0, 1, 2, 3, 4].map((number) => [number * HOUR, number * HOUR + 15 * MINUTE] as const),
    );
    expect(dispute).toMatchObject({ openMilliseconds: 75 * MINUTE, since: new Date(START) });
    expect(dispute.shareOpen).toBeCloseTo(75 / 255);
  });

  test('counts time once of which two events tell, whichever comes first', () => {
    const spans: [number, number][] = [
      [0, 10 * MINUTE],
      // The event of an earlier change comes after that of a later one.
      [60 * MINUTE, 80 * MINUTE],
      [50 * MINUTE, 70 * MINUTE],
      [65 * MINUTE, 80 * MINUTE],
      [100 * MINUTE, 110 * MINUTE],
    ];
    const dispute = lastOf(new Counting(), spans);
    expect(dispute).toMatchObject({ reverts: 5, openMilliseconds: 50 * MINUTE });
  });

  test('counts time once where one span lies within another', () => {
    const dispute = lastOf(new Counting(), [
      [30 * MINUTE, 35 * MINUTE],
      [0, 60 * MINUTE],
      [70 * MINUTE, 71 * MINUTE],
      [80 * MINUTE, 81 * MINUTE],
      [100 * MINUTE, 101 * MINUTE],
    ]);
    expect(dispute).toMatchObject({ openMilliseconds: 63 * MINUTE, since: new Date(START) });
  });

  test('reaches back before the first span where a late event tells of more', () => {
    const counting = new Counting();
    lastOf(
      counting,
      [1, 2, 3, 4, 5].map((number) => [number * HOUR, number * HOUR + MINUTE] as const),
    );
    counting.reverted(0, 5 * HOUR + 2 * MINUTE);
    const [known] = counting.repeats.flatMap(({ reverts }) => reverts ?? []);
    expect(known).toMatchObject({
      since: new Date(START),
      openMilliseconds: 5 * HOUR + 2 * MINUTE,
    });
  });

  test('counts on where the dispute goes on, and an event that comes late tells of no time twice', () => {
    const counting = new Counting();
    counting.again(60, 30 * MINUTE, 10 * MINUTE);
    counting.reverted(0, 59.5 * 30 * MINUTE);
    const spans = Array.from({ length: 20 }, (_, number) => (60 + number) * 30 * MINUTE);
    const told = spans
      .map((from) => counting.reverted(from, from + 10 * MINUTE))
      .flatMap(({ disputes }) => disputes);
    // Whatever lies between the spans that are kept may have been open, as the late event says.
    const late = told.at(-1)!;
    expect(late.reverts).toBeGreaterThan(60);
    expect(late.shareOpen).toBeGreaterThan(0.33);
    expect(late.shareOpen).toBeLessThan(0.45);
  });

  test('is all of it at the most, also where the call is said to lie far back or ahead', () => {
    const counting = new Counting();
    const told = [0, 1, 2, 3, 4].map((number) =>
      counting.reverted(
        number % 2 === 0 ? -90 * DAY : 90 * DAY,
        number * HOUR + (number === 0 ? 1 : 0),
      ),
    );
    const dispute = told.at(-1)!.disputes[0]!;
    expect(dispute.shareOpen).toBeLessThanOrEqual(1);
    expect(dispute.openMilliseconds).toBeLessThanOrEqual(28 * HOUR);
  });
});

describe('what is remembered', () => {
  test('by the last version counts nothing, and is kept', () => {
    const old: Repeat = { key: 'of the last version', toldAt: new Date(START), untold: 3 };
    const counting = new Counting([old]);
    expect(counting.again(5, HOUR)).toHaveLength(1);
    expect(counting.repeats).toContainEqual(old);
  });

  test('goes once a rule has been at peace for a day', () => {
    const counting = new Counting();
    counting.reverted(0, 1);
    const rules = [{ ...ssh, rule: rule({ fromPort: 80, toPort: 80 }) }];
    counting.reverted(2 * DAY, 2 * DAY + 1, { rules });
    expect(counting.repeats.filter(({ reverts }) => reverts)).toHaveLength(1);
  });

  test('takes up 100 KB at the most, with all names as long as they can be', () => {
    const counting = new Counting();
    const { call } = changeReport();
    for (let number = 0; number < 12; number += 1) {
      const arn = `arn:aws-us-gov:iam::111111111111:user/${'é'.repeat(512)}/${'x'.repeat(64)}${number}`;
      const rules = Array.from({ length: 150 }, (_, port): RuleOutcome => ({
        ...ssh,
        rule: rule({
          fromPort: 10_000 + port,
          toPort: 10_000 + port,
          ipRange: undefined,
          groupId: 'sg-0123456789abcdef0',
        }),
      }));
      counting.reverted(number * HOUR, number * HOUR + 1, {
        rules,
        call: { ...call, actor: { type: 'IAMUser', arn } },
      });
    }
    expect(Buffer.byteLength(JSON.stringify(counting.repeats))).toBeLessThan(101_000);
    expect(counting.repeats.some(({ reverts }) => reverts?.isDispute)).toBe(true);
  });

  test('of a rule in dispute outlasts any number of other changes', () => {
    const counting = new Counting();
    counting.again(5, HOUR);
    const others = Array.from({ length: 500 }, (_, port): RuleOutcome => ({
      ...ssh,
      rule: rule({ fromPort: 1000 + port, toPort: 1000 + port }),
    }));
    counting.reverted(5 * HOUR, 5 * HOUR + 1, { rules: others });
    counting.reverted(6 * HOUR, 6 * HOUR + 1);
    const [first] = counting.repeats.filter(({ reverts }) => reverts?.isDispute);
    expect(first?.reverts?.count).toBe(6);
  });
});
