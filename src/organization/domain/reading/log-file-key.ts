import type { Place } from '../place';

const ROOT = 'AWSLogs/';

/** The root of the files in a bucket, and perhaps the one folder of a trail in it. */
const PREFIX = /^(?:[^/].*\/)?AWSLogs\/(?:(?:o-[a-z0-9]{10,32}|\d{12})\/)?$/;

/** All of what follows the root: a key that holds another one within is none. */
const FILE =
  /^(?:o-[a-z0-9]{10,32}\/)?(\d{12})\/CloudTrail\/([a-z]{2}(?:-[a-z]+)+-\d)\/\d{4}\/\d{2}\/\d{2}\/([^/]+)\.json\.gz$/;

export function isLogFilePrefix(prefix: string): boolean {
  return PREFIX.test(prefix);
}

/**
 * The account and Region whose records the object holds. Undefined for all that is no log file of
 * the trail: digest files, and what other services and trails write into the bucket.
 */
export function placeOfLogFile(key: string, prefix: string): Place | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const root = prefix.lastIndexOf(ROOT) + ROOT.length;
  const file = FILE.exec(key.slice(root));
  if (!file) return undefined;
  const [accountId, region, name] = [file[1]!, file[2]!, file[3]!];
  return name.startsWith(`${accountId}_CloudTrail_${region}_`) ? { accountId, region } : undefined;
}
