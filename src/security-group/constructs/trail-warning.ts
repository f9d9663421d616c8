import { Annotations, Stack, Token } from 'aws-cdk-lib';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import type { Construct } from 'constructs';
import { isInstanceOf } from '../../shared/constructs/instance-of';

const WARNING = 'cdk-sentries:noTrail';

/**
 * Without a trail, EventBridge sees no API call, and nothing says so. Whether the account has one
 * that is not of the app, only the app's author knows.
 *
 * Acknowledged for the sentry itself, or for the app, the CDK takes a warning back that is there,
 * and still gives one that comes later. So it is given first, and withdrawn at synth, when it is
 * known which trails the app has.
 */
export function warnWithoutTrail(sentry: Construct): void {
  Annotations.of(sentry).addWarningV2(
    WARNING,
    'The app has no CloudTrail trail that logs the write management events of this account and Region. ' +
      'Where there is none at all, EventBridge sees no API call, and the sentry reverts nothing for an hour or more. ' +
      '"aws cloudtrail describe-trails" lists yours, that of the organization too. ' +
      `If there is one: Annotations.of(stack).acknowledgeWarning('${WARNING}'), by this id. ` +
      "If there is none: new ManagementEventsTrail(new Stack(app, 'Trail'), 'Trail'), once for each account.",
  );
  sentry.node.addValidation({
    validate: () => {
      if (hasTrailFor(sentry)) Annotations.of(sentry).acknowledgeWarning(WARNING);
      return [];
    },
  });
}

function hasTrailFor(sentry: Construct): boolean {
  return sentry.node.root.node
    .findAll()
    .filter((construct) => isInstanceOf(construct, cloudtrail.CfnTrail))
    .some((trail) => recordsWrites(trail) && canReach(trail, sentry));
}

/** In doubt, since a value may be known at deployment only, it does. */
function recordsWrites(trail: cloudtrail.CfnTrail): boolean {
  const resolved = (value: unknown) => Stack.of(trail).resolve(value);
  if (resolved(trail.isLogging) === false) return false;
  const advanced = listOf<cloudtrail.CfnTrail.AdvancedEventSelectorProperty>(
    resolved(trail.advancedEventSelectors),
  );
  if (advanced.length > 0) return advanced.some(isOfWrites);
  const selectors = listOf<cloudtrail.CfnTrail.EventSelectorProperty>(
    resolved(trail.eventSelectors),
  );
  return selectors.length === 0 || selectors.some(includesWrites);
}

function listOf<T>(resolved: unknown): readonly T[] {
  return Array.isArray(resolved) ? resolved : [];
}

function includesWrites(selector: cloudtrail.CfnTrail.EventSelectorProperty): boolean {
  return selector.includeManagementEvents !== false && selector.readWriteType !== 'ReadOnly';
}

function isOfWrites({
  fieldSelectors,
}: cloudtrail.CfnTrail.AdvancedEventSelectorProperty): boolean {
  const values = (name: string) =>
    listOf<cloudtrail.CfnTrail.AdvancedFieldSelectorProperty>(fieldSelectors)
      .filter(({ field }) => field === name)
      .flatMap(({ equalTo }) => equalTo ?? []);
  return values('eventCategory').includes('Management') && !values('readOnly').includes('true');
}

/** An organization trail reaches every account, a multi-Region one every Region. */
function canReach(trail: cloudtrail.CfnTrail, sentry: Construct): boolean {
  const [there, here] = [Stack.of(trail), Stack.of(sentry)];
  const isAccount = trail.isOrganizationTrail || !areOthers(there.account, here.account);
  const isRegion = trail.isMultiRegionTrail || !areOthers(there.region, here.region);
  return Boolean(isAccount && isRegion);
}

function areOthers(one: string, other: string): boolean {
  return one !== other && ![one, other].some(Token.isUnresolved);
}
