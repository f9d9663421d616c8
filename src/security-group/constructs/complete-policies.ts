import type { SecurityGroupPolicy } from './security-group-sentry-props';
import { refuseMissing } from '../../shared/constructs/required-props';

/** Throws for a policy without what each has to say. */
export function refuseIncompletePolicies(
  path: string,
  policies: readonly SecurityGroupPolicy[],
): void {
  policies.forEach((policy, index) =>
    refuseMissing(`${path}: policy ${index + 1}`, policy, {
      baseline: 'SecurityGroupBaseline.locked()',
      response: 'ChangeResponse.revert()',
    }),
  );
}
