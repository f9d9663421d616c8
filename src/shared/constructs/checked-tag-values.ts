import { Token } from 'aws-cdk-lib';
import { isKnownLater, refuseListKnownLater } from './known-later';
import { LONGEST_TAG } from '../contracts/tag-limits';

/** A tag that has one of some values. */
export interface TagValues {
  readonly key: string;
  readonly values: readonly string[];
}

/** Throws where nothing could have them; the error begins with `where`, which names the prop. */
export function checkedTagValues(
  where: string,
  tags: Readonly<Record<string, readonly string[]>>,
): TagValues[] {
  const entries = Object.entries(tags);
  if (entries.length === 0) {
    throw new Error(`${where} is empty, so it chooses nothing: leave it out.`);
  }
  return entries.map(([key, values]) => {
    checkKey(where, key);
    checkValues(`${where}: the list of "${key}"`, values);
    return { key, values };
  });
}

function checkKey(where: string, key: string): void {
  if (key.length === 0 || key.length > LONGEST_TAG.key || Token.isUnresolved(key)) {
    throw new Error(
      `${where} has the key "${key}": write 1 to ${LONGEST_TAG.key} characters that are known at synth.`,
    );
  }
  if (!/^aws:/i.test(key)) return;
  throw new Error(
    `${where} has the key "${key}", and AWS keeps such keys for itself: name a tag of your own.`,
  );
}

function checkValues(where: string, values: readonly string[]): void {
  refuseListKnownLater(`${where} is`, values, 'write its values out, such as ["payments"]');
  if (values.length === 0) {
    throw new Error(`${where} is empty, so nothing is meant: write a value, or leave the key out.`);
  }
  const long = values.find((value) => !isKnownLater(value) && value.length > LONGEST_TAG.value);
  if (long !== undefined) {
    throw new Error(
      `${where} has a value of ${long.length} characters: a tag holds up to ${LONGEST_TAG.value}.`,
    );
  }
  const repeated = values.find((value, index) => values.indexOf(value) < index);
  if (repeated === undefined) return;
  throw new Error(`${where} has "${repeated}" twice: write each value once.`);
}
