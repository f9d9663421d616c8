import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { unitsNamedBy } from './scope-in-hub';
import type { SecurityGroupRehearsalProps } from './security-group-rehearsal-props';
import {
  type SecurityGroupSentrySettings,
  securityGroupSentrySettings,
} from './security-group-sentry-settings';
import { refuseUnnamedPlace } from '../../shared/constructs/named-place';
import { otherPlace } from '../../shared/constructs/same-place';
import { SentryMode } from '../../shared/constructs/sentry-mode';

/** What is rehearsed: the selection, and how the groups are judged. */
export type RehearsalSettings = Pick<SecurityGroupSentrySettings, 'monitoredGroups' | 'judging'>;

/** The props, and what the sentry says where they say nothing. Throws for what cannot work. */
export function rehearsalSettings(
  scope: Construct,
  props: SecurityGroupRehearsalProps,
): RehearsalSettings {
  const { sentry, trustedActors } = props;
  if (sentry) refuseSentryElsewhere(scope, sentry);
  const own = securityGroupSentrySettings(scope, {
    ...subjectOf(scope, props),
    trustedActors,
    hub: sentry?._rehearsed.props.hub,
  });
  const judging = {
    ...own.judging,
    ...(sentry && takenOver(props, sentry._rehearsed.settings)),
    mode: SentryMode.ENFORCE,
  };
  refuseUnits(scope, judging);
  return { monitoredGroups: own.monitoredGroups, judging };
}

function subjectOf(scope: Construct, props: SecurityGroupRehearsalProps) {
  const given = props.sentry?._rehearsed.props;
  const { monitoredGroups = given?.monitoredGroups, policies = given?.policies } = props;
  if (monitoredGroups && policies) return { monitoredGroups, policies };
  const missing = [
    ...(monitoredGroups ? [] : ['"monitoredGroups"']),
    ...(policies ? [] : ['"policies"']),
  ];
  throw new Error(
    `${scope.node.path}: without a "sentry", ${missing.join(' and ')} must say what is to be rehearsed: write that, or give the sentry that is meant.`,
  );
}

/** As the sentry has them, which may stand in a stack that is deployed in another way. */
function takenOver(
  props: SecurityGroupRehearsalProps,
  { judging }: SecurityGroupSentrySettings,
): Partial<RehearsalSettings['judging']> {
  const { policies, trustedActors, emptyingRoleArns } = judging;
  return {
    ...(!props.policies && { policies }),
    ...(!props.trustedActors && { trustedActors, emptyingRoleArns }),
  };
}

/** Rights, history and groups are those of one account and Region. */
function refuseSentryElsewhere(scope: Construct, sentry: Construct): void {
  refuseUnnamedPlace(scope, 'the sentry', sentry);
  const other = otherPlace(scope, Stack.of(sentry));
  if (!other) return;
  throw new Error(
    `${scope.node.path}: the sentry ${sentry.node.path} is in the ${other.place} ${other.theirs}, the rehearsal in ${other.own}: the event history stays where calls are made, so write the rehearsal in a stack there.`,
  );
}

/** The units of accounts are for the hub to know. */
function refuseUnits(scope: Construct, judging: RehearsalSettings['judging']): void {
  const [unit] = unitsNamedBy({ policies: judging.policies });
  if (unit === undefined) return;
  throw new Error(
    `${scope.node.path}: a policy is for the unit ${unit}, and a rehearsal does not know in which unit its account is: give it "policies" of its own, those that hold in this account, without the units.`,
  );
}
