import { documented, errorsIn } from './documented-schemas';

const schema = documented('security-group-change.v1');

/** What the documented schema has against a message, as the topic's subscribers get it. */
export function schemaErrors(json: string): string[] {
  return errorsIn(json, schema);
}
