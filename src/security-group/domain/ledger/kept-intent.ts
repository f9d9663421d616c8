import { LEDGER_BYTES } from './byte-budgets';
import { bytesAsJson, fitting } from '../../../shared/domain/byte-budget';
import type { Judgement } from '../judging/judgement';
import { withoutTags } from '../rules/rule';

/**
 * As many as fit, without tags where these take too much. What does not fit is judged and reverted
 * all the same; only after a crash it may be told as "already gone".
 */
export function keptIntent(intent: readonly Judgement[]): readonly Judgement[] {
  if (bytesAsJson(intent) <= LEDGER_BYTES.intentWithTags) return intent;
  return fitting(intent.map(untagged), LEDGER_BYTES.intent);
}

export function isKeptWhole(intent: readonly Judgement[]): boolean {
  return keptIntent(intent).length === intent.length;
}

function untagged(judgement: Judgement): Judgement {
  const { rule, restored } = judgement;
  return {
    ...judgement,
    rule: withoutTags(rule),
    ...(restored && { restored: withoutTags(restored) }),
  };
}
