import { documented, errorsIn } from './documented-schemas';

const schema = documented('security-group-rehearsal.v1');

/** What the documented schema has against an answer of a rehearsal, or its message. */
export function rehearsalSchemaErrors(json: string): string[] {
  return errorsIn(json, schema);
}
