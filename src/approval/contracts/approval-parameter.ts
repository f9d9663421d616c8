import type { ApprovalConfiguration } from '../domain/approval-configuration';

export const APPROVAL_PARAMETER_VERSION = 1;

/**
 * The SSM parameter of a workflow holds this, as JSON. A handler that meets another version says so
 * and does nothing by guess.
 */
export interface ApprovalParameter extends ApprovalConfiguration {
  readonly version: typeof APPROVAL_PARAMETER_VERSION;
  readonly askers: readonly Asker[];
  readonly monitoring: Monitoring;
  /** For how long requests, clicks and their audit are kept once they are over. */
  readonly auditSeconds: number;
}

/** Who may ask, and where its decisions go. */
export interface Asker {
  readonly name: string;
  readonly queueUrl: string;
}

export type Monitoring =
  | { readonly kind: 'none' }
  | { readonly kind: 'channel'; readonly channelId: string }
  /** The secret holds the URL. */
  | { readonly kind: 'webhook'; readonly secretArn: string };
