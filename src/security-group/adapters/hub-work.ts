import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { KnownPlaces } from './known-places';
import { MemberPlaces } from './member-places';
import { DynamoCoverage } from '../../organization/adapters/dynamo-coverage';
import { readHubVariable } from '../../organization/adapters/hub-variable';
import { MemberDirectory } from '../../organization/adapters/member-directory';
import { MemberSessions } from '../../organization/adapters/member-sessions';
import type { HubFunction } from '../../organization/contracts/hub-roles';
import type { HubVariable } from '../../organization/contracts/hub-variable';
import type { Place } from '../../organization/domain/place';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';

/** What a function of a sentry works with in the members of its hub. */
export interface HubWork {
  readonly variable: HubVariable;
  readonly directory: MemberDirectory;
  readonly known: KnownPlaces;
  readonly places: MemberPlaces;
}

export interface HubWorkProps {
  /** Of the environment. */
  readonly variable: string | undefined;
  /** That of the function. */
  readonly own: Place;
  readonly hubFunction: HubFunction;
  readonly patienceSeconds: number;
  readonly ssm: SSMClient;
  readonly dynamo: DynamoDBClient;
}

/** Undefined where the sentry has no hub. */
export function hubWork(props: HubWorkProps): HubWork | undefined {
  const { own, hubFunction, patienceSeconds, ssm, dynamo } = props;
  const variable = readHubVariable(props.variable);
  if (!variable) return undefined;
  const { name: hubName, partition, coverageTable, configurationParameter } = variable;
  const coverage = new DynamoCoverage(dynamo, coverageTable);
  const sessions = new MemberSessions({
    sts: new STSClient(CLIENT_SETTINGS),
    partition,
    hubName,
    hubFunction,
    now: () => SYSTEM_CLOCK.now(),
  });
  const directory = new MemberDirectory({
    ssm,
    dynamo,
    bus: new EventBridgeClient(CLIENT_SETTINGS),
    configurationParameter,
    coverageTable,
    hubName,
    clock: SYSTEM_CLOCK,
  });
  return {
    variable,
    directory,
    known: new KnownPlaces(own, directory),
    places: new MemberPlaces({
      sessions,
      partition,
      hubName,
      hubFunction,
      patienceSeconds,
      rightsIn: async (place) => coverage.rightsIn(place),
    }),
  };
}
