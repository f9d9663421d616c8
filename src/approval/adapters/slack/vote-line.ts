import { bold, MOST_PEOPLE, type RichText, user, words } from './approval-blocks';
import type { Vote } from '../../domain/approval-request';
import { countText, durationText } from '../../domain/request-text';

/**
 * "1 of 2 approvals: Alice for 1 h".
 *
 * @param afterDuration such as " more".
 */
export function voteLine(votes: readonly Vote[], needed: number, afterDuration = ''): RichText[] {
  const voters = votes
    .slice(0, MOST_PEOPLE)
    .flatMap(({ userId, seconds }, index) => [
      words(index === 0 ? ': ' : ', '),
      user(userId),
      ...(seconds === undefined ? [] : [words(` for ${durationText(seconds)}${afterDuration}`)]),
    ]);
  return [bold(`${votes.length} of ${countText(needed, 'approval')}`), ...voters];
}
