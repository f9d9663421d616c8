import type { TemplateParameter } from './template';
import { LONGEST_HUB_NAME } from '../member-names';

/** What every template of a member has to know of the hub. */
export const HUB_PARAMETERS: Readonly<Record<string, TemplateParameter>> = {
  HubAccountId: {
    Type: 'String',
    Description: 'Id of the account that the hub is in.',
    AllowedPattern: '^[0-9]{12}$',
    ConstraintDescription: 'must be twelve digits',
  },
  HubRegion: {
    Type: 'String',
    Description: 'Code of the Region that the hub is in.',
    AllowedPattern: '^[a-z]{2}(-[a-z]+)+-[0-9]$',
  },
  HubName: {
    Type: 'String',
    Description: 'Name of the hub; all names here begin with it.',
    Default: 'cdk-sentries',
    AllowedPattern: `^[a-z][a-z0-9-]{0,${LONGEST_HUB_NAME - 2}}[a-z0-9]$`,
    ConstraintDescription: `must be 2 to ${LONGEST_HUB_NAME} lower-case letters, digits and hyphens`,
  },
};
