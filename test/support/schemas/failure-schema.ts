import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

const SCHEMA = join(
  __dirname,
  '..',
  '..',
  '..',
  'docs',
  'schemas',
  'handling-failed.v1.schema.json',
);

const ajv = new Ajv({ allErrors: true });
addFormats(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));

/** What the documented schema has against a message about failures. */
export function failureSchemaErrors(json: string): string[] {
  validate(JSON.parse(json));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
