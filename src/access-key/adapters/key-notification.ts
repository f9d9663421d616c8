import {
  largestThatFits,
  type Notification,
  type SnsNotifications,
} from '../../shared/adapters/notification/sns-notifications';
import type { Clock } from '../../shared/domain/clock';
import { plainText } from '../../shared/domain/notification/plain-text';
import {
  type AccessKeyReportMessage,
  type ChangesInMessage,
  type GoneKeyInMessage,
  KEY_MESSAGE_VERSION,
  type KeyInMessage,
  type LastUsedInMessage,
  MAX_TAG_USES_IN_MESSAGE,
  MAX_UNKNOWN_IN_MESSAGE,
  type StepInMessage,
} from '../contracts/key-message';
import type { OwnerCounts } from '../contracts/owner-in-message';
import type { LastUse } from '../domain/access-key';
import { MOST_GONE } from '../domain/changes-text';
import { ROOT_USER } from '../domain/credential-report';
import type { ReasonedStep } from '../domain/key-actions';
import {
  changesIn,
  countByClass,
  type GoneKey,
  isComplete,
  type KeyReport,
  type OwnerCount,
  type ReportChanges,
  type ReportedKey,
  reportSeverity,
  undoCommand,
} from '../domain/key-report';
import { GONE_TEXT, keyReportSubject, keyReportText, type Part } from '../domain/key-report-text';
import type { KeyStep, StepReport } from '../domain/key-step';
import type { Owner } from '../domain/owner';
import { MOST_OWNERS } from '../domain/owner-text';
import type { KeySentryPorts } from '../domain/run-key-sentry';
import type { Survey } from '../domain/survey';

/** Who tells, and of which account. */
export interface Teller {
  readonly sentry: string;
  readonly account: string;
}

/**
 * Of what others have written a message holds at most so many characters each; fewer where it would
 * not fit into what SNS takes.
 */
export const MAX_CHARACTERS_OF_OTHERS = 200;

/** Sends reports, and says when each was accepted. */
export function tellOfKeys(
  notifications: SnsNotifications,
  teller: Teller,
  clock: Clock,
): KeySentryPorts['tell'] {
  return async (report, told, part) => {
    await notifications.publish(
      largestThatFits(MAX_CHARACTERS_OF_OTHERS, (characters) =>
        keyNotification(report, told, part, teller, characters),
      ),
    );
    return clock.now();
  };
}

/** One part of a report. All of its keys have to fit, so it is the texts of others that are cut. */
export function keyNotification(
  whole: KeyReport,
  wholeKeys: readonly ReportedKey[],
  part: Part,
  { sentry, account }: Teller,
  maxCharacters: number,
): Notification {
  const cut = (text: string) => plainText(text, Math.max(1, maxCharacters));
  const owners = part.number === 1 ? shortCounts(whole.owners, cut) : undefined;
  const changes = shortChanges(changesIn(whole.changes, part), cut);
  const report = { ...whole, survey: shortSurvey(whole.survey, cut), owners, changes };
  const keys = wholeKeys.map((key) => shortKey(key, cut));
  const { survey } = report;
  const message: AccessKeyReportMessage = {
    version: KEY_MESSAGE_VERSION,
    type: 'access-key-report',
    sentry,
    severity: reportSeverity(report),
    account,
    at: survey.at.toISOString(),
    complete: isComplete(report),
    part: part.number,
    parts: part.of,
    ...classicFields(report, keys),
    ...(report.decidedKeyId && { decidedKeyId: report.decidedKeyId }),
    userCount: survey.userCount,
    counts: countByClass(report),
    ...changesInMessage(changes, MOST_GONE, goneInMessage),
    ...ownerCounts(owners),
    ...(part.number === 1 && whole.directMessages && { directMessages: whole.directMessages }),
    keys: keys.map(keyInMessage),
    tagUses: survey.tagUses.slice(0, MAX_TAG_USES_IN_MESSAGE),
    tagUsesOmitted: Math.max(0, survey.tagUses.length - MAX_TAG_USES_IN_MESSAGE),
    unknown: survey.unknowns.slice(0, MAX_UNKNOWN_IN_MESSAGE),
    unknownOmitted: Math.max(0, survey.unknowns.length - MAX_UNKNOWN_IN_MESSAGE),
  };
  return {
    subject: keyReportSubject(report, part),
    json: JSON.stringify(message),
    text: keyReportText(report, keys, part, sentry, account),
    severity: message.severity,
    type: message.type,
  };
}

/** As the classic script wrote them, word for word. */
function classicFields(report: KeyReport, keys: readonly ReportedKey[]) {
  const { maxKeyAge } = report;
  const tooOld = keys.flatMap(({ finding }) =>
    finding?.classes.includes('too-old') ? [finding] : [],
  );
  return {
    Users: tooOld.map(({ userName, ageInDays }) => ({
      UserName: userName,
      KeyAgeInDays: ageInDays,
    })),
    Description: `Access keys that are older than ${maxKeyAge} days`,
    KeyAgeCutOff: maxKeyAge,
    OldKeyCount: `Found ${countByClass(report)['too-old']} Keys that are older than ${maxKeyAge} days`,
  };
}

export function changesInMessage(
  changes: ReportChanges | undefined,
  most: number,
  goneIn: (gone: GoneKey) => GoneKeyInMessage,
): ChangesInMessage {
  if (!changes) return {};
  const lastReportAt = changes.lastAt.toISOString();
  if (changes.gone.length === 0) return { lastReportAt };
  const shown = changes.gone.slice(0, Math.min(most, MOST_GONE));
  return {
    lastReportAt,
    gone: shown.map(goneIn),
    goneOmitted: changes.gone.length - shown.length,
  };
}

export function goneInMessage({
  keyId,
  userName,
  why,
}: Omit<GoneKey, 'accountId'>): GoneKeyInMessage {
  return { keyId, userName, ...(why !== undefined && { why }) };
}

export function keyInMessage({
  keyId,
  userName,
  finding,
  step,
  owner,
  listed,
}: ReportedKey): KeyInMessage {
  return {
    keyId,
    userName,
    ...(userName === ROOT_USER && { root: true }),
    ...(finding && {
      status: finding.status,
      createdAt: finding.createdAt.toISOString(),
      ageInDays: finding.ageInDays,
      lastUsed: lastUsedInMessage(finding.lastUse),
    }),
    classes: finding?.classes ?? [],
    ...(step && { step: stepInMessage(step) }),
    ...(listed && {
      listedSince: listed.since.toISOString(),
      ...(listed.isNew && { new: true }),
    }),
    ...(owner && { owner }),
  };
}

/** None where no owner is looked for. */
export function ownerCounts(owners: readonly OwnerCount[] | undefined, most = MOST_OWNERS) {
  if (!owners) return {};
  const shown = owners.slice(0, Math.min(most, MOST_OWNERS));
  return { owners: shown, ownersOmitted: owners.length - shown.length } satisfies OwnerCounts;
}

export function lastUsedInMessage(lastUse: LastUse): LastUsedInMessage {
  return lastUse.kind === 'used' ? { ...lastUse, at: lastUse.at.toISOString() } : lastUse;
}

export function stepInMessage({ report, ...key }: KeyStep): StepInMessage {
  const { step } = report;
  switch (report.kind) {
    case 'notice':
    case 'wait':
    case 'would':
      return {
        kind: report.kind,
        step,
        ...reasonsInMessage(report),
        dueAt: report.dueAt.toISOString(),
        ...(report.asksFirst && { asksFirst: true }),
      };
    case 'asked':
      return {
        kind: report.kind,
        step,
        ...reasonsInMessage(report),
        at: report.at.toISOString(),
        requestId: report.requestId,
      };
    case 'done':
      return {
        kind: report.kind,
        step,
        ...reasonsInMessage(report),
        at: report.at.toISOString(),
        undo: undoCommand(key, step),
        requestId: report.requestId,
        ...(report.reactivations && { reactivations: report.reactivations }),
      };
    case 'gone':
      return { kind: 'held', step, reason: GONE_TEXT };
    case 'held':
    case 'failed':
      return { kind: report.kind, step, ...reasonsInMessage(report), reason: report.reason };
  }
}

function reasonsInMessage({ reasons = [] }: ReasonedStep): Pick<StepInMessage, 'reasons'> {
  if (reasons.length === 0) return {};
  return {
    reasons: reasons.map(({ noticeAt, ...reason }) => ({
      ...reason,
      ...(noticeAt && { noticeAt: noticeAt.toISOString() }),
    })),
  };
}

export type Cut = (text: string) => string;

export function shortKey(key: ReportedKey, cut: Cut): ReportedKey {
  const { finding, step, owner } = key;
  return {
    ...key,
    finding: finding && { ...finding, lastUse: shortLastUse(finding.lastUse, cut) },
    step: step && { ...step, report: shortStep(step.report, cut) },
    ...(owner && { owner: shortOwner(owner, cut) }),
  };
}

export function shortOwner(owner: Owner, cut: Cut): Owner {
  switch (owner.kind) {
    case 'known':
      return {
        ...owner,
        name: cut(owner.name),
        ...(owner.tagKey !== undefined && { tagKey: cut(owner.tagKey) }),
      };
    case 'unknown':
      return { ...owner, reason: cut(owner.reason) };
    case 'none':
      return owner;
  }
}

export function shortCounts(
  owners: readonly OwnerCount[] | undefined,
  cut: Cut,
): OwnerCount[] | undefined {
  return owners?.map((owner) => ({
    ...owner,
    ...(owner.name !== undefined && { name: cut(owner.name) }),
  }));
}

export function shortChanges(
  changes: ReportChanges | undefined,
  cut: Cut,
): ReportChanges | undefined {
  if (!changes) return undefined;
  const gone = changes.gone.map((key) =>
    key.why === undefined ? key : { ...key, why: cut(key.why) },
  );
  return { ...changes, gone };
}

function shortLastUse(lastUse: LastUse, cut: Cut): LastUse {
  if (lastUse.kind === 'unknown') return { ...lastUse, reason: cut(lastUse.reason) };
  if (lastUse.kind === 'never') return lastUse;
  const [service, region] = [lastUse.service, lastUse.region].map((place) => place && cut(place));
  return { ...lastUse, service, region };
}

function shortStep(report: StepReport, cut: Cut): StepReport {
  return report.kind === 'held' || report.kind === 'failed'
    ? { ...report, reason: cut(report.reason) }
    : report;
}

function shortSurvey(survey: Survey, cut: Cut): Survey {
  return {
    ...survey,
    unknowns: survey.unknowns.map(({ what, reason }) => ({ what: cut(what), reason: cut(reason) })),
    tagUses: survey.tagUses.map((use) => ({
      ...use,
      tagKey: cut(use.tagKey),
      value: cut(use.value),
      ...(use.reason !== undefined && { reason: cut(use.reason) }),
    })),
  };
}
