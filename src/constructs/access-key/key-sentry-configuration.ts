import { KEY_SENTRY_PARAMETER_VERSION, type KeySentryParameter } from '../../contracts/access-key/key-sentry-parameter';
import type { KeyRules } from '../../domain/access-key/key-rules';
import { SentryMode } from '../sentry-mode';
import { wholeDays } from '../whole-days';
import type { IamKeySentryProps } from './iam-key-sentry';
import { KeyActions } from './key-actions';

/** What the props say, as the function reads it. `sentry` names the construct in errors. */
export function keySentryConfiguration(sentry: string, props: IamKeySentryProps): KeySentryParameter {
  const rules = rulesOf(sentry, props);
  const actions = (props.actions ?? KeyActions.reportOnly())._rules;
  if (actions && actions.deactivateAfter < rules.maxKeyAge) {
    throw new Error(`${sentry}: "deactivateAfter" is ${actions.deactivateAfter} days and "maxKeyAge" ${rules.maxKeyAge}: ` +
      'keys would be deactivated before they are listed as too old, so write a "deactivateAfter" that is not shorter.');
  }
  return {
    version: KEY_SENTRY_PARAMETER_VERSION,
    rules,
    exemptions: (props.exemptions ?? []).map((exemption) => exemption._specification),
    ...(actions && { actions: { ...actions, mode: props.mode === SentryMode.OBSERVE ? 'observe' : 'enforce' } }),
    tellsWhenNothingFound: props.notifyWhenNothingFound ?? false,
  };
}

function rulesOf(sentry: string, props: IamKeySentryProps): KeyRules {
  const days = (name: 'maxKeyAge' | 'warnBefore' | 'maxUnusedAge' | 'neverUsedGrace') => {
    const duration = props[name];
    return duration && wholeDays(duration, `${sentry}: "${name}"`);
  };
  const maxKeyAge = days('maxKeyAge') ?? 90;
  const warnBefore = days('warnBefore');
  if (warnBefore !== undefined && warnBefore >= maxKeyAge) {
    throw new Error(`${sentry}: "warnBefore" is ${warnBefore} days and "maxKeyAge" ${maxKeyAge}: ` +
      'every key would be listed from its first day, so write a "warnBefore" that is shorter.');
  }
  const maxUnusedAge = days('maxUnusedAge');
  return { maxKeyAge, warnBefore, maxUnusedAge, neverUsedGrace: days('neverUsedGrace') ?? maxUnusedAge, includeInactive: props.includeInactiveKeys ?? false };
}
