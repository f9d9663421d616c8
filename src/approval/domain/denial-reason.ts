import type { ApprovalConfiguration } from './approval-configuration';
import type { Decision } from './approval-request';
import type { Click } from './click';
import { plainText } from '../../shared/domain/notification/plain-text';

/** So many fit into every message in full. */
export const MOST_REASON_CHARACTERS = 300;

/** Half a surrogate pair: a character that was cut in two, or never was one. */
const BROKEN_CHARACTER = /\p{Cs}/gu;

/** What a person wrote, on one line, without what cannot be shown; empty where nothing is left. */
export function reasonText(written: string): string {
  return plainText(written, MOST_REASON_CHARACTERS).replace(BROKEN_CHARACTER, '').trim();
}

/** What a denial by this click says about why. */
export function reasonOfDenial(
  { reason }: Pick<Click, 'reason'>,
  { denialPrompt }: Pick<ApprovalConfiguration, 'denialPrompt'>,
): Pick<Decision, 'denialReason' | 'isReasonUnasked'> {
  if (reason === undefined) return denialPrompt ? { isReasonUnasked: true } : {};
  return reason === '' ? {} : { denialReason: reason };
}
