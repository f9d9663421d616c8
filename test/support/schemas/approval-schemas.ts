import { documented, errorsIn, partOf } from './documented-schemas';

const schemas = {
  ask: documented('approval-ask.v1'),
  decision: documented('approval-decision.v1'),
  statement: partOf('approval-decision.v1', '/$defs/statement'),
  outcome: documented('approval-outcome.v1'),
  step: documented('approval-step.v1'),
};

export type ApprovalMessageKind = keyof typeof schemas;

/**
 * What the documented schema has against a message between a workflow and its askers, against a
 * statement, or against the detail of an event.
 */
export function approvalSchemaErrors(kind: ApprovalMessageKind, json: string): string[] {
  return errorsIn(json, schemas[kind]);
}
