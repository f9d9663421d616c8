import type { SecurityGroupSentryProps } from './security-group-sentry-props';
import type { SecurityGroupSentrySettings } from './security-group-sentry-settings';

/** What a sentry tells its rehearsals. */
export interface RehearsedSentry {
  readonly props: SecurityGroupSentryProps;
  readonly settings: SecurityGroupSentrySettings;
  /** Of the functions that change groups. */
  readonly ownRoleArns: readonly string[];
}
