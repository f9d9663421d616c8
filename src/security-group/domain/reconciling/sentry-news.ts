import { doubtfulGroupIds } from './doubts';
import type { News } from './news';
import type { ReconcileReport } from './reconcile-report';
import { isNarrow, scopeText } from '../../../organization/domain/account-scope';
import { plainText } from '../../../shared/domain/notification/plain-text';
import type { Pause } from '../policies/sentry-configuration';

export function brakeNews(report: ReconcileReport, most: number): News | undefined {
  const { isBraked, due, groupCount, doubts } = report;
  if (!isBraked) return undefined;
  const doubtful = doubtfulGroupIds(doubts).size;
  const cause =
    doubtful > due.length
      ? `${doubtful} groups cannot be judged in full`
      : `${due.length} groups differ from the ledger`;
  return {
    severity: 'critical',
    headlines: [`${cause}: nothing was done`],
    lines: [
      `Of ${groupCount} monitored groups, ${due.length} have differences that no event explains, and ${doubtful} cannot be judged in full. So many at once are more likely a fault than so many intruders, so nothing was done.`,
      ...(due.length > 0
        ? [
            'Look at them, accept what is right with the operator\'s function, and raise "reconcileBrake" if the rest shall be reverted:',
            ...due.slice(0, most).map((id) => `- ${id}`),
          ]
        : ['Mend what is listed below. The next run tries again.']),
      '',
    ],
  };
}

export function pauseNews({ pause }: ReconcileReport): News | undefined {
  if (!pause) return undefined;
  return {
    severity: 'high',
    headlines: [`the sentry is paused${placesText(pause)} until ${pause.until.toISOString()}`],
    lines: [
      `Paused by ${plainText(pause.by)}, because: ${plainText(pause.reason)}. Violations are reported, and answered after the pause.`,
      '',
    ],
  };
}

export function refusedPauseNews({ refusedPause }: ReconcileReport): News | undefined {
  if (!refusedPause) return undefined;
  const { until, by, reason } = refusedPause;
  return {
    severity: 'high',
    headlines: ['a pause of more than seven days is not obeyed'],
    lines: [
      `The parameter asks for a pause${placesText(refusedPause)} until ${until.toISOString()}, by ${plainText(by)}, because: ${plainText(reason)}. That is longer than an operator may order, so someone wrote it past the operator's function: the sentry goes on acting. Find out who it was from CloudTrail (PutParameter), and have the operator's function resume.`,
      '',
    ],
  };
}

function placesText(pause: Pause): string {
  return isNarrow(pause) ? ` in ${scopeText(pause)}` : '';
}

export function disablingNews({ disablings, endedDisablings }: ReconcileReport): News | undefined {
  if (disablings.length + endedDisablings.length === 0) return undefined;
  return {
    severity: disablings.length > 0 ? 'high' : 'medium',
    headlines: [
      ...disablings.map(
        ({ policy, until }) => `the policy ${policy} is disabled until ${until.toISOString()}`,
      ),
      ...endedDisablings.map(({ policy }) => `the policy ${policy} is in force again`),
    ],
    lines: [
      ...disablings.map(
        ({ policy, until, by, reason }) =>
          `The policy ${policy} is disabled until ${until.toISOString()} by ${plainText(by)}, because: ${plainText(reason)}. What violates it is reported, and left until then.`,
      ),
      ...endedDisablings.map(
        ({ policy, since, until, by }) =>
          `The policy ${policy}, which ${plainText(by)} had disabled since ${since.toISOString()}, is in force again since ${until.toISOString()}. What still violates it is answered by the next runs of reconcile.`,
      ),
      '',
    ],
  };
}
