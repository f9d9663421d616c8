import type { Finding, Survey } from '../../../src/access-key/domain/survey';
import { NOW } from '../in-memory/account-in-memory';

/** A whole look at an account, from the few values that a test is about. */
export function surveyOf(findings: readonly Finding[], values: Partial<Survey> = {}): Survey {
  return {
    at: NOW,
    userCount: 9,
    findings,
    keys: [],
    seen: [],
    users: [],
    tagUses: [],
    unknowns: [],
    ...values,
  };
}
