import type * as events from 'aws-cdk-lib/aws-events';
import type { IamKeySentryProps } from './iam-key-sentry-props';
import { KeyActions } from './key-actions';
import { wholeDays } from '../../shared/constructs/checked-duration';
import { daysOfRate } from '../../shared/constructs/schedule-rate';
import { SentryMode } from '../../shared/constructs/sentry-mode';
import { MOST_PARAMETER_CHARACTERS } from '../../shared/contracts/parameter-limits';
import {
  KEY_SENTRY_PARAMETER_VERSION,
  type KeySentryParameter,
} from '../contracts/key-sentry-parameter';
import type { KeyRules } from '../domain/key-rules';

/** What the props say, as the function reads it. `sentry` names the construct in errors. */
export function keySentryConfiguration(
  sentry: string,
  props: IamKeySentryProps,
): KeySentryParameter {
  const rules = rulesOf(sentry, props);
  const actions = (props.actions ?? KeyActions.reportOnly())._rules;
  if (actions && actions.deactivateAfter < rules.maxKeyAge) {
    throw new Error(
      `${sentry}: "deactivateAfter" is ${actions.deactivateAfter} days and "maxKeyAge" ${rules.maxKeyAge}: ` +
        'keys would be deactivated before they are listed as too old, so write a "deactivateAfter" that is not shorter.',
    );
  }
  const configuration: KeySentryParameter = {
    version: KEY_SENTRY_PARAMETER_VERSION,
    rules,
    exemptions: (props.exemptions ?? []).map((exemption) => exemption._specification),
    ...(actions && {
      actions: { ...actions, mode: props.mode === SentryMode.OBSERVE ? 'observe' : 'enforce' },
    }),
    tellsWhenNothingFound: props.notifyWhenNothingFound ?? false,
  };
  const { length } = JSON.stringify(configuration);
  if (length > MOST_PARAMETER_CHARACTERS) {
    throw new Error(
      `${sentry}: rules and exemptions take ${length} characters, SSM holds ${MOST_PARAMETER_CHARACTERS}: ` +
        'exempt a path or a group instead of so many users.',
    );
  }
  return configuration;
}

function rulesOf(sentry: string, props: IamKeySentryProps): KeyRules {
  const days = (name: 'maxKeyAge' | 'warnBefore' | 'maxUnusedAge' | 'neverUsedGrace') => {
    const duration = props[name];
    return duration && wholeDays(duration, `${sentry}: "${name}"`);
  };
  const maxKeyAge = days('maxKeyAge') ?? 90;
  const warnBefore = days('warnBefore');
  if (warnBefore !== undefined && warnBefore >= maxKeyAge) {
    throw new Error(
      `${sentry}: "warnBefore" is ${warnBefore} days and "maxKeyAge" ${maxKeyAge}: ` +
        'every key would be listed from its first day, so write a "warnBefore" that is shorter.',
    );
  }
  const maxUnusedAge = days('maxUnusedAge');
  return {
    maxKeyAge,
    warnBefore,
    maxUnusedAge,
    neverUsedGrace: days('neverUsedGrace') ?? maxUnusedAge,
    includeInactive: props.includeInactiveKeys ?? false,
  };
}

const MOST_DAYS_APART = 3;

/** How far apart the runs are, in days begun; 1 for a cron expression, of which it is not known. */
export function daysBetweenRuns(sentry: string, schedule: events.Schedule): number {
  const days = daysOfRate(schedule) ?? 1;
  if (days > MOST_DAYS_APART) {
    throw new Error(
      `${sentry}: "schedule" is ${schedule.expressionString}, and runs may be ${MOST_DAYS_APART} days apart at the most: ` +
        'notices would lapse, and nobody would notice that the sentry stands still. Write a rate of a day.',
    );
  }
  return Math.ceil(days);
}
