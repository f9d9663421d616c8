import { Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmName } from './notifying-alarm';

/**
 * The alarms of a construct without those that are excluded, by the names that the runbook has for
 * them. Throws for a name that none of them has.
 */
export function keptAlarms(
  scope: Construct,
  alarms: readonly cloudwatch.Alarm[],
  excluded: readonly string[] = [],
): cloudwatch.Alarm[] {
  refuseUnknown(scope, alarms, excluded);
  const isExcluded = ({ node }: cloudwatch.Alarm) => excluded.includes(alarmName(node.id));
  alarms.filter(isExcluded).forEach(({ node }) => node.scope!.node.tryRemoveChild(node.id));
  return alarms.filter((alarm) => !isExcluded(alarm));
}

function refuseUnknown(
  scope: Construct,
  alarms: readonly cloudwatch.Alarm[],
  excluded: readonly string[],
): void {
  const names = [...new Set(alarms.map(({ node }) => alarmName(node.id)))].sort();
  const unknown = excluded.find((name) => !names.includes(name));
  if (unknown === undefined && !Token.isUnresolved(excluded)) return;
  const given = Token.isUnresolved(unknown ?? excluded)
    ? 'a name not known at synth'
    : `"${unknown}"`;
  throw new Error(
    `${scope.node.path}: "excludedAlarms" has ${given}, and there is no such alarm to leave out: write ${names.length > 0 ? `one of ${names.join(', ')}` : 'none'}.`,
  );
}
