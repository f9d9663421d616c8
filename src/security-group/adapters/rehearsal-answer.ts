import { rehearsalReport } from './rehearsal-notification';
import { bytesAsJson } from '../../shared/domain/byte-budget';
import {
  MAX_CHANGES_IN_REPORT,
  MOST_BYTES_OF_ANSWER,
  REHEARSAL_REPORT_VERSION,
  type RehearsalPageAnswer,
  type RehearsalReport,
} from '../contracts/rehearsal-report';
import type { Rehearsal } from '../domain/rehearsing/rehearsal';
import { rehearsalPage, type RehearsalPlace } from '../domain/rehearsing/rehearsal-page';

/** What only the one who asked is told. */
export type ToldWithAnswer = Pick<RehearsalReport, 'token' | 'notSent'>;

/** The answer of the function, with as many changes as fit into it. */
export function rehearsalAnswer(
  rehearsal: Rehearsal,
  place: RehearsalPlace,
  as: 'report' | 'page',
  told: ToldWithAnswer,
): RehearsalReport | RehearsalPageAnswer {
  const rendered = (most: number): RehearsalReport | RehearsalPageAnswer =>
    as === 'page'
      ? {
          version: REHEARSAL_REPORT_VERSION,
          type: 'security-group-rehearsal-page',
          part: rehearsal.part,
          isLastPart: !rehearsal.rest,
          ...told,
          page: rehearsalPage(rehearsal, place, most),
        }
      : { ...rehearsalReport(rehearsal, place, most), ...told };
  let most = MAX_CHANGES_IN_REPORT;
  let answer = rendered(most);
  while (most > 0 && bytesAsJson(answer) > MOST_BYTES_OF_ANSWER) {
    most = Math.floor(most / 2);
    answer = rendered(most);
  }
  return answer;
}
