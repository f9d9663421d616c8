import type { AccountDescription } from '../../../src/shared/domain/notification/account-text';

const unit = `ou-${'r'.repeat(32)}-${'u'.repeat(32)}`;

/** As long as AWS takes names and makes ids, and as a hub takes warnings, with much to escape. */
export const LONGEST = {
  name: '"<&\\>'.repeat(10),
  path: `o-${'o'.repeat(32)}/r-${'r'.repeat(32)}/${`${unit}/`.repeat(5)}`,
  warning: '"<&\\>𠮷é𠮷"'.repeat(20).slice(0, 200),
} as const satisfies AccountDescription;
