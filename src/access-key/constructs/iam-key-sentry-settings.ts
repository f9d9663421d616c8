import type { Construct } from 'constructs';
import type { IamKeySentryProps } from './iam-key-sentry-props';
import { refuseUnwatchedAccounts, refuseUselessExclusions } from './useless-exclusions';
import { refuseTagOfExclusion, refuseUselessOwners } from './useless-owners';
import { wholeDays } from '../../shared/constructs/checked-duration';
import { SentryMode } from '../../shared/constructs/sentry-mode';
import { MOST_PARAMETER_CHARACTERS } from '../../shared/contracts/parameter-limits';
import {
  KEY_SENTRY_PARAMETER_VERSION,
  type KeySentryParameter,
} from '../contracts/key-sentry-parameter';
import type { KeyRules } from '../domain/key-rules';

/** All that the handlers read, less what the resources beside them tell. */
export type IamKeySentrySettings = Omit<
  KeySentryParameter,
  'workflow' | 'inventory' | 'ownerMessages'
>;

/** Throws where the props cannot work; the error begins with the path of the construct. */
export function iamKeySentrySettings(
  scope: Construct,
  props: IamKeySentryProps,
): IamKeySentrySettings {
  const rules = keyRules(scope, props);
  const excluding = (props.excluding ?? []).map((exclusion) => exclusion._specification);
  refuseUselessExclusions(scope, excluding);
  refuseUnwatchedAccounts(scope, excluding, props.hub);
  const owners = props.owners?.map((owner) => owner._specification);
  if (owners) refuseUselessOwners(scope, owners);
  refuseTagOfExclusion(scope, owners ?? [], excluding);
  const settings: IamKeySentrySettings = {
    version: KEY_SENTRY_PARAMETER_VERSION,
    rules,
    exemptions: excluding,
    actions: keyActions(scope, props, rules),
    tellsWhenNothingFound: props.notifyWhenNothingFound ?? false,
    reports: reportTiming(scope, props),
    ...(owners && { owners }),
  };
  refuseTooLong(scope, settings);
  return settings;
}

function keyRules(scope: Construct, props: IamKeySentryProps): KeyRules {
  const days = (name: 'maxKeyAge' | 'warnBefore' | 'maxUnusedAge' | 'neverUsedGrace') => {
    const duration = props[name];
    return duration && wholeDays(duration, `${scope.node.path}: "${name}"`);
  };
  const maxKeyAge = days('maxKeyAge') ?? 90;
  const warnBefore = days('warnBefore');
  if (warnBefore !== undefined && warnBefore >= maxKeyAge) {
    throw new Error(
      `${scope.node.path}: "warnBefore" is ${warnBefore} days and "maxKeyAge" ${maxKeyAge}: ` +
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

function keyActions(
  scope: Construct,
  { actions, mode }: IamKeySentryProps,
  keys: KeyRules,
): IamKeySentrySettings['actions'] {
  const rules = actions?._rules;
  if (!rules) {
    refuseIdleMode(scope, mode);
    return undefined;
  }
  const { deactivateAfter = Infinity, deactivateUnusedAfter } = rules;
  if (deactivateAfter < keys.maxKeyAge) {
    throw new Error(
      `${scope.node.path}: "deactivateAfter" is ${deactivateAfter} days and "maxKeyAge" ${keys.maxKeyAge}: ` +
        'keys would be deactivated before they are listed as too old, so write a "deactivateAfter" that is not shorter.',
    );
  }
  refuseUnlistedUnused(scope, deactivateUnusedAfter, keys);
  return {
    ...rules,
    // A key that was never used is given both times.
    deactivateNeverUsedAfter:
      deactivateUnusedAfter && Math.max(deactivateUnusedAfter, keys.neverUsedGrace ?? 0),
    mode: mode === SentryMode.OBSERVE ? 'observe' : 'enforce',
  };
}

function refuseUnlistedUnused(
  scope: Construct,
  deactivateUnusedAfter: number | undefined,
  { maxUnusedAge }: KeyRules,
): void {
  if (deactivateUnusedAfter === undefined) return;
  const given = `${scope.node.path}: "deactivateUnusedAfter" is ${deactivateUnusedAfter} days`;
  if (maxUnusedAge === undefined) {
    throw new Error(
      `${given}, and the sentry has no "maxUnusedAge": keys would be deactivated that are never listed as unused, ` +
        'so write a "maxUnusedAge" that is not longer.',
    );
  }
  if (deactivateUnusedAfter < maxUnusedAge) {
    throw new Error(
      `${given} and "maxUnusedAge" ${maxUnusedAge}: keys would be deactivated before they are listed as unused, ` +
        'so write a "deactivateUnusedAfter" that is not shorter.',
    );
  }
}

function refuseIdleMode(scope: Construct, mode: SentryMode | undefined): void {
  if (mode !== SentryMode.OBSERVE) return;
  throw new Error(
    `${scope.node.path}: "mode" is OBSERVE and does nothing without "actions": keys are only reported anyway. ` +
      'Leave it out, or write the actions to observe, such as KeyActions.of({ deactivateAfter: Duration.days(100) }).',
  );
}

function reportTiming(
  scope: Construct,
  { reports, notifyWhenNothingFound }: IamKeySentryProps,
): IamKeySentrySettings['reports'] {
  const timing = reports?._timing;
  if (timing?.kind === 'changes-only' && notifyWhenNothingFound) {
    throw new Error(
      `${scope.node.path}: "notifyWhenNothingFound" does nothing with KeyReports.changesOnly(), which reports what is not listed any more by itself: leave it out, or write KeyReports.weekly().`,
    );
  }
  return timing;
}

function refuseTooLong(scope: Construct, settings: IamKeySentrySettings): void {
  const { length } = JSON.stringify(settings);
  if (length <= MOST_PARAMETER_CHARACTERS) return;
  throw new Error(
    `${scope.node.path}: rules and exclusions take ${length} characters, SSM holds ${MOST_PARAMETER_CHARACTERS}: ` +
      'exclude a path or a group instead of so many users.',
  );
}
