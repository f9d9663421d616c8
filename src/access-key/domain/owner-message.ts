import type { LastUse } from './access-key';
import {
  CLASS_TEXT,
  countByClass,
  type DirectMessageCounts,
  type PlacedKey,
  type ReportedKey,
} from './key-report';
import { ADVICE, keyDetails, keyTitle } from './key-report-text';
import type { StepReport } from './key-step';
import { addressOf, sourceText } from './owner';
import { isStepToCome, type OwnerGroup, sourcesOf } from './owner-groups';
import { keysText } from './owner-text';
import { inTurn } from './owner-turns';
import { stepInShort } from './report-changes';
import type { DirectMessageText } from '../../approval/domain/direct-message';

export const MOST_OWNERS_MESSAGED = 100;

/** With a step to come, who are told in each report. Any more of them take turns as well. */
const MOST_URGENT_OWNERS = 50;

/**
 * Slack lets an app look up some fifty addresses a minute, and questions need look-ups, too.
 *
 * @see https://docs.slack.dev/reference/methods/users.lookupByEmail
 */
const OWNERS_A_MINUTE = 20;

/** How long the message of the owner at this place, from 0, waits for those before it. */
export function messageDelaySeconds(place: number): number {
  return Math.floor(place / OWNERS_A_MINUTE) * 60;
}

/** More do not fit into a message of Slack, however short they are. */
const MOST_KEYS = 100;

/** The keys of those who have one address. */
export interface AddressedOwner<Key extends PlacedKey = PlacedKey> {
  readonly email: string;
  readonly keys: readonly Key[];
}

/** To whom a report goes by direct message, and to whom it does not. */
export interface MessagedOwners<Key extends PlacedKey = PlacedKey> {
  readonly owners: readonly AddressedOwner<Key>[];
  /** Known owners whose name is no address. */
  readonly withoutAddress: number;
  /** Addresses past the most of one report. */
  readonly pastLimit: number;
}

/**
 * In the order of the groups, the most urgent first. Where they are too many for one report, up to
 * fifty with a step to come are told, and all others take turns, by the time of the report.
 */
export function messagedOwners<Key extends PlacedKey>(
  groups: readonly OwnerGroup<Key>[],
  at: Date,
): MessagedOwners<Key> {
  const known = groups.filter(({ kind }) => kind === 'known');
  const owners = new Map<string, AddressedOwner<Key>>();
  let withoutAddress = 0;
  for (const { keys } of known) {
    const email = addressOf(keys[0]?.owner);
    if (email === undefined) {
      withoutAddress += 1;
      continue;
    }
    const id = email.toLowerCase();
    const before = owners.get(id);
    owners.set(id, { email: before?.email ?? email, keys: [...(before?.keys ?? []), ...keys] });
  }
  const all = [...owners.values()];
  return {
    owners: toldNow(all, at),
    withoutAddress,
    pastLimit: Math.max(0, all.length - MOST_OWNERS_MESSAGED),
  };
}

function toldNow<Key extends PlacedKey>(
  all: readonly AddressedOwner<Key>[],
  at: Date,
): readonly AddressedOwner<Key>[] {
  const urgent = all.filter(({ keys }) => isStepToCome(keys)).slice(0, MOST_URGENT_OWNERS);
  const others = all.filter((owner) => !urgent.includes(owner));
  const turn = new Set(inTurn(byAddress(others), MOST_OWNERS_MESSAGED - urgent.length, at));
  return [...urgent, ...others.filter((owner) => turn.has(owner))];
}

/** Whose turn it is must not hang on what becomes of their keys meanwhile. */
function byAddress<Owner extends Pick<AddressedOwner, 'email'>>(owners: readonly Owner[]): Owner[] {
  const idOf = ({ email }: Owner) => email.toLowerCase();
  return [...owners].sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
}

export function directMessageCounts({
  owners,
  withoutAddress,
  pastLimit,
}: MessagedOwners): DirectMessageCounts {
  return { owners: owners.length, withoutAddress, pastLimit };
}

/** What a message is about besides its keys. */
export interface OwnerMessageContext {
  readonly sentry: string;
  /** Days: by what the keys of the account were judged in this report. */
  maxKeyAge(accountId: string): number;
  /** How an account is named to people. */
  accountName(accountId: string): string;
}

/** What an owner is told about their keys: what is reported, what comes next, what to do. */
export function ownerMessageText(
  { keys }: Pick<AddressedOwner, 'keys'>,
  { sentry, maxKeyAge, accountName }: OwnerMessageContext,
): DirectMessageText {
  const sources = sourcesOf({ kind: 'known', keys }).map(sourceText).join(' and ');
  return {
    title: 'Your access keys',
    opening: `A report lists ${keysText(keys.length, countByClass({ keys }))}. You are named as owner by ${sources}, and so you hear of it.`,
    points: keys.slice(0, MOST_KEYS).map(({ accountId, listed: _, ...key }) => ({
      label: `${keyTitle(key)} in account ${accountName(accountId)}`,
      lines: keyDetails(withoutErrors(key), maxKeyAge(accountId)),
    })),
    omitted: Math.max(0, keys.length - MOST_KEYS),
    closing: [
      ADVICE.join(' ').trim(),
      'A key that no one needs any more: deactivate it, and delete it some days later.',
      `If a key is not yours, notify your security team. Sent by the sentry ${sentry}, which reads no answer.`,
    ],
  };
}

const SAID_IN_REPORT = 'the report to the security team says why';

/**
 * Errors of AWS name roles and resources of the sentry, and anyone who may tag users chooses who
 * reads this.
 */
function withoutErrors({ finding, step, ...key }: ReportedKey): ReportedKey {
  return {
    ...key,
    ...(finding && { finding: { ...finding, lastUse: withoutError(finding.lastUse) } }),
    ...(step && { step: { ...step, report: withoutReason(step.report) } }),
  };
}

function withoutError(lastUse: LastUse): LastUse {
  return lastUse.kind === 'unknown' ? { ...lastUse, reason: SAID_IN_REPORT } : lastUse;
}

function withoutReason(report: StepReport): StepReport {
  return 'reason' in report ? { ...report, reason: SAID_IN_REPORT } : report;
}

/** The same where an owner would hear the same, whatever day it is. */
export function newsOf({ keys }: Pick<AddressedOwner, 'keys'>): string {
  const news = keys.map(({ accountId, keyId, userName, finding, step }) => [
    accountId,
    keyId ?? `${userName} ${finding?.createdAt.toISOString()}`,
    ...(finding?.classes ?? []).map((each) => CLASS_TEXT[each]),
    step ? stepInShort(withoutReason(step.report)) : '',
  ]);
  return JSON.stringify(news.map((key) => JSON.stringify(key)).sort());
}
