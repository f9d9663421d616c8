import {
  largestThatFits,
  type Notification,
} from '../../shared/adapters/notification/sns-notifications';
import { reasonOf } from '../../shared/domain/failure/failure';
import {
  type AccountDescription,
  accountFields,
  accountText,
} from '../../shared/domain/notification/account-text';
import { plainText, subjectLine } from '../../shared/domain/notification/plain-text';
import type { Severity } from '../../shared/domain/notification/severity';
import {
  COVERAGE_MESSAGE_VERSION,
  type CoverageMessage,
  type GapInMessage,
  MOST_GAPS_IN_MESSAGE,
} from '../contracts/coverage-message';
import { type AccountWarnings, describedAccount } from '../domain/described-place';
import type { StandingGap } from '../domain/gaps/coverage-news';
import { gapText } from '../domain/gaps/gap-text';
import type { CoverageReport } from '../domain/gaps/watch-coverage';

export interface ToldHub {
  readonly hub: string;
  readonly warnings: AccountWarnings;
}

/** Undefined where there is nothing that people should know now. */
export function coverageNotification(
  report: CoverageReport,
  told: ToldHub,
): Notification | undefined {
  if (!hasNews(report)) return undefined;
  return largestThatFits(MOST_GAPS_IN_MESSAGE, (most) => rendered(report, told, most));
}

function hasNews({ wentDark, ended, left, pause, tellsAll, standing }: CoverageReport): boolean {
  return (
    wentDark.length > 0 ||
    ended.length > 0 ||
    left.length > 0 ||
    pause !== undefined ||
    (tellsAll && standing.length > 0)
  );
}

function rendered(report: CoverageReport, told: ToldHub, most: number): Notification {
  const message = messageOf(report, told, most);
  return {
    subject: subjectLine(`[${message.severity.toUpperCase()}] ${headline(report)}`),
    json: JSON.stringify(message),
    text: textOf(report, told, most),
    severity: message.severity,
    type: message.type,
  };
}

function headline({ wentDark, standing, ended, pause, left }: CoverageReport): string {
  if (wentDark.length > 0) return `${count(wentDark.length, 'place')} not watched any more`;
  if (pause) return 'The hub was away, and watches again';
  if (standing.length > 0) return `${count(standing.length, 'gap')} in what is watched`;
  if (ended.length > 0) return `${count(ended.length, 'gap')} closed: all is watched`;
  return `${count(left.length, 'place')} of accounts that are members no more`;
}

function severityOf({ wentDark, standing, pause }: CoverageReport): Severity {
  if (wentDark.length > 0 || pause) return 'high';
  return standing.length > 0 ? 'medium' : 'low';
}

function messageOf(report: CoverageReport, told: ToldHub, most: number): CoverageMessage {
  const { list, members, run, left, pause, listFailure } = report;
  const lists = shownGaps(report, most);
  const inMessage = (gaps: readonly StandingGap[]) =>
    gaps.map((gap) =>
      gapInMessage(gap, describedAccount(gap.place.accountId, list, told.warnings)),
    );
  return {
    version: COVERAGE_MESSAGE_VERSION,
    type: 'coverage',
    hub: told.hub,
    severity: severityOf(report),
    at: run.at.toISOString(),
    members,
    wentDark: inMessage(lists.wentDark),
    ended: inMessage(lists.ended),
    ...(lists.standing && { standing: inMessage(lists.standing) }),
    omitted: lists.omitted,
    left: left.slice(0, most).map(({ accountId, region }) => `${accountId} ${region}`),
    ...(pause && {
      pause: { from: pause.from.toISOString(), until: pause.until.toISOString() },
    }),
    ...(listFailure !== undefined && { accountListFailure: plainText(reasonOf(listFailure)) }),
  };
}

interface ShownGaps {
  readonly wentDark: readonly StandingGap[];
  readonly ended: readonly StandingGap[];
  readonly standing?: readonly StandingGap[];
  readonly omitted: number;
}

function shownGaps(
  { wentDark, ended, standing, left, tellsAll }: CoverageReport,
  most: number,
): ShownGaps {
  const all = [wentDark, ended, tellsAll ? standing : [], left];
  const omitted = all.reduce((sum, things) => sum + Math.max(0, things.length - most), 0);
  return {
    wentDark: wentDark.slice(0, most),
    ended: ended.slice(0, most),
    ...(tellsAll && { standing: standing.slice(0, most) }),
    omitted,
  };
}

function gapInMessage(
  { place, source, cause, reason, since, lastCoveredAt }: StandingGap,
  account: AccountDescription,
): GapInMessage {
  return {
    account: place.accountId,
    ...accountFields(account),
    region: place.region,
    ...(source && { source }),
    cause,
    ...(reason !== undefined && { reason: plainText(reason) }),
    since: since.toISOString(),
    ...(lastCoveredAt && { lastCoveredAt: lastCoveredAt.toISOString() }),
  };
}

function textOf(report: CoverageReport, { hub, warnings }: ToldHub, most: number): string {
  const { list, members, left, pause, listFailure } = report;
  const { wentDark, ended, standing = [], omitted } = shownGaps(report, most);
  const described = (accountId: string) => describedAccount(accountId, list, warnings);
  const lines = (gaps: readonly StandingGap[]) =>
    gaps.flatMap((gap) => gapLines(gap, described(gap.place.accountId)));
  return [
    ...(pause
      ? [
          `The hub did not look from ${pause.from.toISOString()} to ${pause.until.toISOString()}. Changes of that time are found by comparison, and no place is called silent until it has had its time.`,
          '',
        ]
      : []),
    ...section('Not watched any more:', lines(wentDark)),
    ...section('Watched again:', lines(ended)),
    ...section('All that is not watched:', lines(standing)),
    ...section(
      'Members no more, and not watched since:',
      left
        .slice(0, most)
        .map(
          ({ accountId, region }) => `- ${accountText(accountId, described(accountId))}, ${region}`,
        ),
    ),
    ...(omitted > 0
      ? [`${omitted} more are left out here, for the length of the message.`, '']
      : []),
    ...(listFailure === undefined
      ? []
      : [
          `The list of accounts could not be read, and the last one holds: ${plainText(reasonOf(listFailure))}`,
          '',
        ]),
    `${count(members, 'member')}. Sent by the hub ${hub}.`,
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [title, ...lines, ''] : [];
}

function gapLines(gap: StandingGap, account: AccountDescription): string[] {
  const { accountWarning } = accountFields(account);
  return [
    `- ${gapText(gap, accountText(gap.place.accountId, account))}`,
    ...(accountWarning ? [`  WARNING: ${accountWarning}`] : []),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
