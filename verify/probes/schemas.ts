import { CloudFormationClient, DescribeTypeCommand } from '@aws-sdk/client-cloudformation';
import type { Probe } from '../probe';

export const alarmWarmUp: Probe = propertyOfAlarms('WarmUpConfiguration');
export const alarmWindow: Probe = propertyOfAlarms('EvaluationWindow');

/** Whether CloudFormation knows it in this Region. */
function propertyOfAlarms(property: string): Probe {
  return {
    minutes: 1,
    ask: async ({ access, region }) => {
      const { Schema = '' } = await new CloudFormationClient(access).send(
        new DescribeTypeCommand({ Type: 'RESOURCE', TypeName: 'AWS::CloudWatch::Alarm' }),
      );
      return {
        answer: `The schema of alarms in ${region} ${Schema.includes(`"${property}"`) ? 'has' : 'does not have'} ${property}.`,
      };
    },
  };
}
