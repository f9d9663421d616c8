import { timeText } from '../../../approval/domain/request-text';
import type { AskedRule } from '../asking/asked-change';
import type { RuleChange } from '../judging/judgement';

export const RULE_STATES = [
  /** Approved, and made again. */
  'applied',
  /** Approved, and someone had made it again already. */
  'applied-before',
  /** Denied, or unanswered, after it was reverted at once. */
  'left-reverted',
  /** Approved, and it stands. */
  'accepted',
  /** Approved, and it is not any more as it was when people were asked. */
  'not-as-asked',
  'reverted',
  /** There was nothing to revert. */
  'undone-before',
  /** Not reverted, since something else speaks for it; or for what it took away nothing does. */
  'kept',
  'group-gone',
] as const;

/** How a rule that people were asked about is, once their decision is carried out. */
export type RuleState = (typeof RULE_STATES)[number];

/** What is said of one rule, and of several. */
type Words = readonly [one: string, several: string];

const ANOTHER_GRANT = 'another grant speaks for it, or no policy speaks against it';
const NO_GRANT = 'no grant speaks for it any more, or no policy asks for it';
const GONE: Words = ['is gone with its group', 'are gone with their group'];

/** By the kind of the change: to revert one is to revoke, and to revert another is to put back. */
const WORDS: Readonly<Record<RuleState, Readonly<Record<RuleChange, Words>>>> = {
  applied: {
    added: ['was added again', 'were added again'],
    modified: ['was modified again', 'were modified again'],
    described: ['has its new description again', 'have their new descriptions again'],
    removed: ['was removed again', 'were removed again'],
  },
  'applied-before': {
    added: ['stood there already', 'stood there already'],
    modified: ['had its new values already', 'had their new values already'],
    described: ['had its new description already', 'had their new descriptions already'],
    removed: ['was gone already', 'were gone already'],
  },
  'left-reverted': {
    added: ['is not added again', 'are not added again'],
    modified: ['is not modified again', 'are not modified again'],
    described: [
      'does not get its new description again',
      'do not get their new descriptions again',
    ],
    removed: ['is not removed again', 'are not removed again'],
  },
  accepted: {
    added: ['stays', 'stay'],
    modified: ['keeps its new values', 'keep their new values'],
    described: ['keeps its new description', 'keep their new descriptions'],
    removed: ['stays removed', 'stay removed'],
  },
  'not-as-asked': {
    added: ['does not stand any more', 'do not stand any more'],
    modified: ['does not have its new values any more', 'do not have their new values any more'],
    described: [
      'does not have its new description any more',
      'do not have their new descriptions any more',
    ],
    removed: ['stands there again', 'stand there again'],
  },
  reverted: {
    added: ['was revoked', 'were revoked'],
    modified: ['has its earlier values again', 'have their earlier values again'],
    described: ['has its earlier description again', 'have their earlier descriptions again'],
    removed: ['was put back', 'were put back'],
  },
  'undone-before': {
    added: ['was gone already', 'were gone already'],
    modified: ['did not have its new values any more', 'did not have their new values any more'],
    described: [
      'did not have its new description any more',
      'did not have their new descriptions any more',
    ],
    removed: ['stood there again already', 'stood there again already'],
  },
  kept: {
    added: [`stays: ${ANOTHER_GRANT}`, `stay: ${ANOTHER_GRANT}`],
    modified: [`keeps its new values: ${ANOTHER_GRANT}`, `keep their new values: ${ANOTHER_GRANT}`],
    described: [
      'keeps its new description: no policy speaks against it any more',
      'keep their new descriptions: no policy speaks against it any more',
    ],
    removed: [`is not put back: ${NO_GRANT}`, `are not put back: ${NO_GRANT}`],
  },
  'group-gone': {
    added: GONE,
    modified: GONE,
    described: GONE,
    removed: [
      'cannot be put back: its group does not exist any more',
      'cannot be put back: their group does not exist any more',
    ],
  },
};

export interface RuleInState {
  readonly rule: Pick<AskedRule, 'change' | 'before'>;
  readonly state: RuleState;
}

/** "The rule was put back."; of several: "2 rules were revoked, 1 rule was put back." */
export function statesText(rules: readonly RuleInState[]): string {
  const counts = new Map<Words, number>();
  for (const one of rules) {
    const words = wordsOf(one);
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const parts = [...counts].map(([[one, several], count]) => {
    const subject = rules.length === 1 ? 'The rule' : `${count} ${count === 1 ? 'rule' : 'rules'}`;
    return `${subject} ${count === 1 ? one : several}`;
  });
  return `${parts.join(', ')}.`;
}

/** A rule whose earlier values no one knows is reverted, and made again, as a new one. */
function wordsOf({ rule: { change, before }, state }: RuleInState): Words {
  return WORDS[state][change === 'modified' && !before ? 'added' : change];
}

/** The sentence that follows where an approval has an end. */
export function endText(until: Date | undefined): string {
  return until ? ` The approval ends at ${timeText(until)}.` : '';
}
