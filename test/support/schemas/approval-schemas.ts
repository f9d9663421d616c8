import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

const SCHEMAS = join(__dirname, '..', '..', '..', 'docs', 'schemas');

const ajv = new Ajv({ allErrors: true });
addFormats(ajv);
const compiled = (name: string) =>
  ajv.compile(JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8')));
const validators = {
  ask: compiled('approval-ask.v1.schema.json'),
  decision: compiled('approval-decision.v1.schema.json'),
  statement: ajv.compile({ $ref: 'approval-decision.v1.schema.json#/$defs/statement' }),
  outcome: compiled('approval-outcome.v1.schema.json'),
  step: compiled('approval-step.v1.schema.json'),
};

export type ApprovalMessageKind = keyof typeof validators;

/**
 * What the documented schema has against a message between a workflow and its askers, against a
 * statement, or against the detail of an event.
 */
export function approvalSchemaErrors(kind: ApprovalMessageKind, json: string): string[] {
  const validate = validators[kind];
  validate(JSON.parse(json));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
