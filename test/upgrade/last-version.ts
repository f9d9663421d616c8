/**
 * The version whose stored items, messages and logical ids today's code has to go on with: a commit
 * as long as none is published, from then on the tag of the last release. After a change of it,
 * record again, as CONTRIBUTING.md says.
 */
export const LAST_VERSION = '46d5226e99ad84d4576395efa623e00c2b96b1af';
