import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

const SCHEMAS = join(__dirname, '..', '..', '..', 'docs', 'schemas');

const ajv = new Ajv({ allErrors: true });
addFormats(ajv);

/** Of a schema as it is documented. */
export function documented(name: string): ValidateFunction {
  return ajv.compile(JSON.parse(readFileSync(join(SCHEMAS, `${name}.schema.json`), 'utf8')));
}

/** Of a part of a schema that is compiled before. */
export function partOf(name: string, part: string): ValidateFunction {
  return ajv.compile({ $ref: `${name}.schema.json#${part}` });
}

/** What the schema has against the JSON. */
export function errorsIn(json: string, validate: ValidateFunction): string[] {
  validate(JSON.parse(json));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
