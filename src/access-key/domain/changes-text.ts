import { dateText, type ReportChanges, type ReportedKey } from './key-report';
import { plainText } from '../../shared/domain/notification/plain-text';

export const MOST_GONE = 50;

export function listedLines(listed: ReportedKey['listed']): string[] {
  if (!listed) return [];
  const { since, isNew } = listed;
  return [isNew ? 'NEW since the last report.' : `Listed since ${dateText(since)}.`];
}

/** `nameOf`: of an account, where there are several. */
export function goneLines(
  changes: ReportChanges | undefined,
  nameOf?: (accountId: string) => string,
  most = MOST_GONE,
): string[] {
  if (!changes || changes.gone.length === 0) return [];
  const { gone, lastAt } = changes;
  const shown = gone.slice(0, Math.min(most, MOST_GONE));
  return [
    `No longer listed since the last report on ${dateText(lastAt)}:`,
    ...shown.map(({ accountId, keyId, userName, why }) => {
      const where = nameOf ? ` in ${nameOf(accountId)}` : '';
      const key = keyId === undefined ? 'a key' : keyId;
      return `- ${key} of ${plainText(userName)}${where}${why === undefined ? '' : `: ${plainText(why)}`}`;
    }),
    ...(gone.length > shown.length ? [`… and ${gone.length - shown.length} more`] : []),
    '',
  ];
}
