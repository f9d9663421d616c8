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
import { counted } from '../../shared/domain/notification/counted';
import { plainText, subjectLine } from '../../shared/domain/notification/plain-text';
import type { Severity } from '../../shared/domain/notification/severity';
import {
  COVERAGE_MESSAGE_VERSION,
  type CoverageMessage,
  type GapInMessage,
  type LaggingSourceInMessage,
  type LeftPlaceInMessage,
  MOST_GAPS_IN_MESSAGE,
} from '../contracts/coverage-message';
import { type AccountWarnings, describedAccount } from '../domain/described-place';
import type { StandingGap } from '../domain/gaps/coverage-news';
import { gapText } from '../domain/gaps/gap-text';
import type { LaggingSource } from '../domain/gaps/lagging-sources';
import type { CoverageReport } from '../domain/gaps/watch-coverage';
import { LEFT_CAUSES, type LeftCause, type LeftPlace } from '../domain/gaps/watched-places';
import type { Place } from '../domain/place';
import { SOURCE_NAMES } from '../domain/sources';

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

function hasNews(report: CoverageReport): boolean {
  const { wentDark, neverCovered, closed, left, fellBehind, caughtUp } = report;
  const { pause, tellsAll, tellsUnits, standing, members } = report;
  const once = [wentDark, neverCovered, closed, left, fellBehind, caughtUp];
  return (
    once.some((news) => news.length > 0) ||
    pause !== undefined ||
    tellsUnits ||
    (tellsAll && (standing.length > 0 || members === 0))
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

function headline(report: CoverageReport): string {
  const { wentDark, neverCovered, standing, closed, pause, left, members } = report;
  const { fellBehind, caughtUp, emptyUnits, tellsUnits, tellsAll } = report;
  if (wentDark.length > 0) return `${counted(wentDark.length, 'place')} not watched any more`;
  if (pause) return 'The hub was away, and watches again';
  if (members === 0) return 'The hub has no members: it watches no account';
  if (fellBehind.length > 0) return `Nothing comes by ${sourceNames(fellBehind)} any more`;
  if (tellsUnits) return `${counted(emptyUnits.length, 'unit')} named without any account`;
  if (neverCovered.length > 0) return `${counted(neverCovered.length, 'place')} not watched yet`;
  if (tellsAll && standing.length > 0) {
    return `${counted(standing.length, 'gap')} in what is watched`;
  }
  if (closed.length > 0) {
    const rest = standing.length > 0 ? `, ${standing.length} left` : ': all is watched';
    return `${counted(closed.length, 'gap')} closed${rest}`;
  }
  if (left.length > 0) return `${counted(left.length, 'place')} watched no more, by choice`;
  return `Records come by ${caughtUp.map((one) => SOURCE_NAMES[one]).join(' and ')} again`;
}

function sourceNames(lagging: readonly LaggingSource[]): string {
  return lagging.map(({ source }) => SOURCE_NAMES[source]).join(' and ');
}

function severityOf(report: CoverageReport): Severity {
  const { wentDark, fellBehind, tellsUnits, standing, pause, members } = report;
  const isWorst = wentDark.length > 0 || fellBehind.length > 0 || tellsUnits;
  if (isWorst || pause || members === 0) return 'high';
  return standing.length > 0 ? 'medium' : 'low';
}

function messageOf(report: CoverageReport, told: ToldHub, most: number): CoverageMessage {
  const { list, members, run, left, fellBehind, caughtUp, emptyUnits, pause, listFailure } = report;
  const lists = shownGaps(report, most);
  const described = (accountId: string) => describedAccount(accountId, list, told.warnings);
  const inMessage = (gaps: readonly StandingGap[]) =>
    gaps.map((gap) => gapInMessage(gap, described(gap.place.accountId)));
  const shownLeft = left.slice(0, most);
  return {
    version: COVERAGE_MESSAGE_VERSION,
    type: 'coverage',
    hub: told.hub,
    severity: severityOf(report),
    at: run.at.toISOString(),
    members,
    wentDark: inMessage(lists.wentDark),
    ...(lists.neverCovered.length > 0 && { neverCovered: inMessage(lists.neverCovered) }),
    ended: inMessage(lists.closed),
    ...(lists.standing && { standing: inMessage(lists.standing) }),
    omitted: lists.omitted,
    left: shownLeft.map(({ place: { accountId, region } }) => `${accountId} ${region}`),
    ...(shownLeft.length > 0 && {
      leftPlaces: shownLeft.map((one) => leftInMessage(one, described(one.place.accountId))),
    }),
    ...(fellBehind.length > 0 && { fellBehind: fellBehind.map(lagInMessage) }),
    ...(caughtUp.length > 0 && { caughtUp }),
    ...(emptyUnits.length > 0 && { emptyUnits }),
    ...(pause && {
      pause: { from: pause.from.toISOString(), until: pause.until.toISOString() },
    }),
    ...(listFailure !== undefined && { accountListFailure: plainText(reasonOf(listFailure)) }),
  };
}

interface ShownGaps {
  readonly wentDark: readonly StandingGap[];
  readonly neverCovered: readonly StandingGap[];
  readonly closed: readonly StandingGap[];
  readonly standing?: readonly StandingGap[];
  readonly omitted: number;
}

function shownGaps(
  { wentDark, neverCovered, closed, standing, left, tellsAll }: CoverageReport,
  most: number,
): ShownGaps {
  const all = [wentDark, neverCovered, closed, tellsAll ? standing : [], left];
  const omitted = all.reduce((sum, things) => sum + Math.max(0, things.length - most), 0);
  return {
    wentDark: wentDark.slice(0, most),
    neverCovered: neverCovered.slice(0, most),
    closed: closed.slice(0, most),
    ...(tellsAll && { standing: standing.slice(0, most) }),
    omitted,
  };
}

/** How many stand that this message does not name, unless for its length. */
function untoldGaps({ standing, wentDark, neverCovered, tellsAll }: CoverageReport): number {
  return tellsAll ? 0 : standing.length - wentDark.length - neverCovered.length;
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

function lagInMessage({ source, lastAt, othersAt }: LaggingSource): LaggingSourceInMessage {
  return { source, lastAt: lastAt.toISOString(), othersAt: othersAt.toISOString() };
}

function leftInMessage(
  { place, cause }: LeftPlace,
  account: AccountDescription,
): LeftPlaceInMessage {
  return { account: place.accountId, ...accountFields(account), region: place.region, cause };
}

function textOf(report: CoverageReport, { hub, warnings }: ToldHub, most: number): string {
  const { list, members, left, fellBehind, caughtUp, emptyUnits, pause, listFailure } = report;
  const { wentDark, neverCovered, closed, standing = [], omitted } = shownGaps(report, most);
  const others = untoldGaps(report);
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
    ...section('Sources that bring nothing:', fellBehind.map(lagLine)),
    ...section(
      'Sources that bring records again:',
      caughtUp.map((source) => `- ${SOURCE_NAMES[source]}`),
    ),
    ...section(
      'Units that are named, and in which the hub knows no account. Should an id be wrong, what it was meant for is not done:',
      emptyUnits.map((unit) => `- ${unit}`),
    ),
    ...section('Not watched any more:', lines(wentDark)),
    ...section('Not watched yet, though there was time for it:', lines(neverCovered)),
    ...section(
      'Watched again:',
      closed.map((gap) => closedLine(gap, described(gap.place.accountId))),
    ),
    ...section('All that is not watched:', lines(standing)),
    ...(others > 0 ? [`Other gaps that are still there: ${others}.`, ''] : []),
    ...LEFT_CAUSES.flatMap((cause) =>
      section(
        LEFT_TITLES[cause],
        left
          .slice(0, most)
          .filter((one) => one.cause === cause)
          .map(({ place }) => placeLine(place, described(place.accountId))),
      ),
    ),
    ...(members === 0 ? [NO_MEMBERS, ''] : []),
    ...(omitted > 0
      ? [`${omitted} more are left out here, for the length of the message.`, '']
      : []),
    ...(listFailure === undefined
      ? []
      : [
          `The list of accounts could not be read, and the last one holds: ${plainText(reasonOf(listFailure))}`,
          '',
        ]),
    `${counted(members, 'member')}. Sent by the hub ${hub}.`,
  ].join('\n');
}

const LEFT_TITLES: Readonly<Record<LeftCause, string>> = {
  NO_MEMBER: 'Members no more, and not watched since:',
  REGION_LEFT_OUT: 'In Regions that the hub is not for any more, and not watched since:',
  REGION_OFF: 'In Regions that the account has switched off, and not watched since:',
};

const NO_MEMBERS =
  'No account is a member: none is in the units that the hub is for, or the list of accounts could not be read yet. Nothing is watched.';

function lagLine({ source, lastAt, othersAt }: LaggingSource): string {
  return `- ${SOURCE_NAMES[source]}: nothing has come since ${lastAt.toISOString()}, though another source brought something at ${othersAt.toISOString()}. For as long as that lasts, changes are seen by the other source, or by comparison within the hour.`;
}

function placeLine({ accountId, region }: Place, account: AccountDescription): string {
  return `- ${accountText(accountId, account)}, ${region}`;
}

/** What was to be done about it is done. */
function closedLine({ place, source }: StandingGap, account: AccountDescription): string {
  return `${placeLine(place, account)}${source ? `, by ${SOURCE_NAMES[source]}` : ''}`;
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
