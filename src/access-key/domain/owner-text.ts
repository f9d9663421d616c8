import {
  CLASS_TEXT,
  countByClass,
  type DirectMessageCounts,
  dueText,
  type OwnerCount,
  type ReportedKey,
} from './key-report';
import type { FindingClass } from './key-rules';
import { sourceText } from './owner';
import { groupByOwner, type OwnerGroup, sourcesOf } from './owner-groups';
import { plainText } from '../../shared/domain/notification/plain-text';

/** The most owners that one message counts; the rest is counted together. */
export const MOST_OWNERS = 100;

const MOST_REASONS = 3;

/** Where there is more than one group, since the others are below. */
export function ownerCountLines(
  owners: readonly OwnerCount[] | undefined,
  most: number = MOST_OWNERS,
): string[] {
  if (!owners || owners.length < 2) return [];
  const shown = Math.min(most, MOST_OWNERS);
  const more = owners.length - shown;
  return [
    'By owner:',
    ...owners
      .slice(0, shown)
      .map((owner) => `- ${groupName(owner)}: ${keysText(owner.keys, owner.counts)}`),
    ...(more > 0 ? [`… and ${more} more`] : []),
    '',
  ];
}

/** Who hears by direct message, and who does not. */
export function directMessageLines(counts: DirectMessageCounts | undefined): string[] {
  if (!counts) return [];
  const { owners, withoutAddress, pastLimit } = counts;
  const notTo = [
    ...(withoutAddress > 0
      ? [`${ownersText(withoutAddress)} whose name is no e-mail address`]
      : []),
    ...(pastLimit > 0 ? [`${ownersText(pastLimit)} past the ${owners} of one report`] : []),
  ];
  if (owners === 0 && notTo.length === 0) return [];
  const not = notTo.length > 0 ? `, and NOT to ${notTo.join(' and ')}` : '';
  return [`Direct messages in Slack go to ${ownersText(owners)}${not}.`, ''];
}

function ownersText(owners: number): string {
  return `${owners} ${owners === 1 ? 'owner' : 'owners'}`;
}

/** Keys of which no owner was looked for are not grouped. */
export function keyLinesByOwner(
  keys: readonly ReportedKey[],
  linesOf: (key: ReportedKey) => string[],
): string[] {
  if (keys.every(({ owner }) => !owner)) return keys.flatMap(linesOf);
  return groupByOwner(keys).flatMap((group) => [
    ...headingOf(group),
    '',
    ...group.keys.flatMap(linesOf),
  ]);
}

/** "3 access keys: 2 too old, 1 unused". */
export function keysText(keys: number, counts: OwnerCount['counts']): string {
  const texts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${CLASS_TEXT[name as FindingClass]}`);
  return `${keys} access ${keys === 1 ? 'key' : 'keys'}${texts.length > 0 ? `: ${texts.join(', ')}` : ''}`;
}

/** In one line: "payments: 2 access keys: 2 too old; next step on 2026-06-02". */
export function ownerSummary({ name, keys }: OwnerGroup): string {
  const dues = keys.flatMap(({ step }) =>
    step && 'dueAt' in step.report ? [step.report.dueAt.getTime()] : [],
  );
  const next =
    dues.length > 0
      ? `; next step on ${dueText(new Date(dues.reduce((a, b) => Math.min(a, b))))}`
      : '';
  return `${plainText(name ?? '')}: ${keysText(keys.length, countByClass({ keys }))}${next}`;
}

function headingOf(group: OwnerGroup): string[] {
  if (group.kind === 'none') return ['No owner known:'];
  if (group.kind === 'unknown') {
    return [
      'Owner not known, since it could not be read:',
      ...reasonsOf(group).map((reason) => `(${plainText(reason)})`),
    ];
  }
  return [`Owner ${groupName(group)} (by ${sourcesOf(group).map(sourceText).join(', ')}):`];
}

function groupName({ kind, name }: Pick<OwnerGroup, 'kind' | 'name'>): string {
  switch (kind) {
    case 'known':
      return plainText(name ?? '');
    case 'unknown':
      return 'owner could not be read';
    case 'none':
      return 'no owner known';
  }
}

function reasonsOf({ keys }: OwnerGroup): string[] {
  const reasons = new Set(
    keys.flatMap(({ owner }) => (owner?.kind === 'unknown' ? [owner.reason] : [])),
  );
  return [...reasons].slice(0, MOST_REASONS);
}
