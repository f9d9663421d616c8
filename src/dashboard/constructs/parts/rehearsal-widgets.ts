import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { FULL_WIDTH, graph } from './graph';
import { headingOf } from './texts';
import type { SecurityGroupRehearsal } from '../../../security-group/constructs/security-group-rehearsal';

/** It has no alarms: the one who holds it sees that it fails. */
export function rehearsalWidgets(rehearsal: SecurityGroupRehearsal): cloudwatch.IWidget[] {
  const { node, rehearsalFunction } = rehearsal;
  return [
    headingOf('SecurityGroupRehearsal', node.path, 'rehearsal.md'),
    graph({
      title: `Rehearsals held by ${node.path}`,
      unit: 'invocations',
      period: Duration.hours(1),
      metrics: [
        rehearsalFunction.metricInvocations({ label: 'parts of rehearsals' }),
        rehearsalFunction.metricErrors({ label: 'that failed' }),
      ],
      width: FULL_WIDTH,
    }),
  ];
}
