/** What a function of a sentry knows of its hub: JSON in the environment variable of this name. */
export const HUB_VARIABLE = 'HUB' as const;

export interface HubVariable {
  /** With which the names of all roles begin, here and in members. */
  readonly name: string;
  readonly partition: string;
  /** Name of the SSM parameter that holds accounts, Regions and warnings. */
  readonly configurationParameter: string;
  readonly coverageTable: string;
  /** The queue to which events of members come. */
  readonly intakeQueueUrl: string;
}
