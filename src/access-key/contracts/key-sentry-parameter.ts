import type { Exclusion } from '../domain/exclusion';
import type { ActionMode, KeyActionRules } from '../domain/key-actions';
import type { KeyRules } from '../domain/key-rules';
import type { OwnerRule } from '../domain/owner';
import type { ReportTiming } from '../domain/report-timing';

/**
 * The SSM parameter holds JSON of this version. A handler that meets another version says so and
 * does nothing by guess.
 */
export const KEY_SENTRY_PARAMETER_VERSION = 1;

/** All times are in days. */
export interface KeySentryParameter {
  readonly version: typeof KEY_SENTRY_PARAMETER_VERSION;
  readonly rules: KeyRules;
  /** Whose keys are left alone. The name is that of earlier versions, which wrote it. */
  readonly exemptions: readonly Exclusion[];
  /** Without them the sentry only tells. */
  readonly actions?: KeyActionRules & { readonly mode: ActionMode };
  readonly tellsWhenNothingFound: boolean;
  /** When runs are reported. Without it each is, and what is new is not marked. */
  readonly reports?: ReportTiming;
  /** Where each run puts its inventory of keys. */
  readonly inventory?: InventoryPlace;
  /** Absent: no one looks for owners. */
  readonly owners?: readonly OwnerRule[];
  /** Absent: owners get no direct messages. */
  readonly ownerMessages?: OwnerMessagesParameter;
  /** Through which people are asked, with actions that say so. */
  readonly workflow?: KeyWorkflowParameter;
}

/** A bucket for inventories of keys. */
export interface InventoryPlace {
  readonly bucket: string;
  /** How the keys of all files begin. */
  readonly prefix: string;
  /** Id of the account of the bucket: a bucket of that name in another gets nothing. */
  readonly bucketOwner: string;
}

/** A workflow that sends direct messages. */
export interface OwnerMessagesParameter {
  /** Where they are ordered. */
  readonly queueUrl: string;
}

/** An approval workflow, and how it is reached. */
export interface KeyWorkflowParameter {
  /** The name under which the sentry asks there. */
  readonly asker: string;
  /** Where requests and outcomes go. */
  readonly queueUrl: string;
  /** The key that signs its decisions. */
  readonly decisionKeyArn: string;
}
