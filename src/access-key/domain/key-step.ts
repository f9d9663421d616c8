import type { KeyRecord, ReasonedStep, StepKind } from './key-actions';
import type { KnownOwner } from './owner';

/** The report on one key's next step. */
export type StepReport =
  | (ReasonedStep & {
      readonly kind: 'notice' | 'wait';
      readonly dueAt: Date;
      readonly asksFirst: boolean;
    })
  | (ReasonedStep & { readonly kind: 'asked'; readonly at: Date; readonly requestId: string })
  /**
   * `requestId` where people approved it. `reactivations` where it was deactivated before: so often
   * someone has activated it again.
   */
  | (ReasonedStep & {
      readonly kind: 'done';
      readonly at: Date;
      readonly requestId?: string;
      readonly reactivations?: number;
    })
  /** In OBSERVE: it would be told now and done on `dueAt`, or done now. */
  | (ReasonedStep & {
      readonly kind: 'would';
      readonly dueAt: Date;
      readonly asksFirst: boolean;
    })
  /** Someone else has deleted the key before. */
  | { readonly kind: 'gone'; readonly step: StepKind }
  | (ReasonedStep & { readonly kind: 'held'; readonly reason: string })
  /** `requestId` where it is up to those who approved it to have it tried again. */
  | (ReasonedStep & {
      readonly kind: 'failed';
      readonly reason: string;
      readonly requestId?: string;
    });

export interface KeyStep {
  readonly keyId: string;
  readonly userName: string;
  readonly report: StepReport;
  /** Of a step that an earlier run took. */
  readonly owner?: KnownOwner;
  /** The record to keep once the report was accepted, at that time. */
  readonly afterTold?: (acceptedAt: Date) => KeyRecord;
}
