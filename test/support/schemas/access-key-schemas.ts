import { documented, errorsIn } from './documented-schemas';

const schemas = {
  report: documented('access-key-report.v1'),
  finding: documented('access-key-finding.v1'),
  organization: documented('organization-access-key-report.v1'),
  owner: documented('access-keys-of-owner.v1'),
};

/**
 * What the documented schema has against a report, of one account or of all, or against the detail
 * of an event about a finding, or to an owner.
 */
export function keySchemaErrors(kind: keyof typeof schemas, json: string): string[] {
  return errorsIn(json, schemas[kind]);
}
