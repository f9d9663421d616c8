import { documented, errorsIn } from './documented-schemas';

const schema = documented('coverage.v1');

/** What the documented schema has against a message about what is not covered. */
export function coverageSchemaErrors(json: string): string[] {
  return errorsIn(json, schema);
}
