import type { DenialPrompt as StoredPrompt } from '../domain/approval-configuration';

/** Whether those who deny a request in Slack are asked why. */
export enum DenialPrompt {
  /** They are not asked: they confirm that they deny, and that is all. */
  NONE = 'NONE',

  /** They are asked, and may leave it out. */
  OPTIONAL = 'OPTIONAL',

  /**
   * They have to write something. Only where Slack opens no modal for it, the denial counts
   * without: it is the safe answer, and must not be lost.
   */
  REQUIRED = 'REQUIRED',
}

const PROMPTS: Readonly<Record<DenialPrompt, StoredPrompt | undefined>> = {
  [DenialPrompt.NONE]: undefined,
  [DenialPrompt.OPTIONAL]: 'optional',
  [DenialPrompt.REQUIRED]: 'required',
};

export function storedPrompt(prompt: DenialPrompt = DenialPrompt.NONE): StoredPrompt | undefined {
  return PROMPTS[prompt];
}
