import { documented, errorsIn } from './documented-schemas';

const schema = documented('handling-failed.v1');

/** What the documented schema has against a message about failures. */
export function failureSchemaErrors(json: string): string[] {
  return errorsIn(json, schema);
}
