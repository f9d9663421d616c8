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
  report: compiled('access-key-report.v1.schema.json'),
  finding: compiled('access-key-finding.v1.schema.json'),
};

/**
 * What the documented schema has against a report, or against the detail of an event about a
 * finding.
 */
export function keySchemaErrors(kind: keyof typeof validators, json: string): string[] {
  const validate = validators[kind];
  validate(JSON.parse(json));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
