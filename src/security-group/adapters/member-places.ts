import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EC2Client } from '@aws-sdk/client-ec2';
import { CloudTrailEventHistory, HISTORY_CLIENT_SETTINGS } from './cloudtrail-event-history';
import { Ec2SecurityGroups } from './ec2-security-groups';
import type { MemberSessions } from '../../organization/adapters/member-sessions';
import { type HubFunction, hubRoleName } from '../../organization/contracts/hub-roles';
import { memberName } from '../../organization/contracts/member-names';
import type { MemberRights } from '../../organization/domain/gaps/place-state';
import { type Place, placeKey } from '../../organization/domain/place';
import { SharedConnections } from '../../shared/adapters/aws/shared-connections';
import type { MemberIdentities, OwnIdentity } from '../domain/changes/actor';
import type { SecurityGroups } from '../domain/groups/security-groups';

/** The groups of a place, as reconcile needs them too. */
export type PlaceGroups = SecurityGroups & Pick<Ec2SecurityGroups, 'rulesOfAll'>;

/** All that reaches one place, for one event or request. */
export interface PlacePorts {
  readonly groups: PlaceGroups;
  readonly history: CloudTrailEventHistory;
  readonly own: OwnIdentity;
  /** When the latest heartbeat was sent that the history of the place has. */
  lastHeartbeat(): Promise<Date | undefined>;
  /** Tries the hub on a group there. Throws where what came back is not what was to be expected. */
  beat(groupId: string): Promise<void>;
}

export interface MemberPlacesProps {
  readonly sessions: MemberSessions;
  readonly partition: string;
  readonly hubName: string;
  readonly hubFunction: HubFunction;
  /** So long each look-up of the history may take. */
  readonly patienceSeconds: number;
  /** The member's rights there, as far as coverage has seen them. Default: never seen. */
  rightsIn?(place: Place): Promise<MemberRights | undefined>;
}

/** Places whose clients are kept; the one that was used the longest time ago goes first. */
const MOST_PLACES = 500;

/** Sends the heartbeats of a hub. */
const HEARTBEAT_FUNCTION: HubFunction = 'respond';

interface Reading {
  readonly groups: Ec2SecurityGroups;
  readonly history: CloudTrailEventHistory;
}

/** The places of members, each by the member's roles. */
export class MemberPlaces {
  private readonly connections = new SharedConnections();

  private readonly readings = new Map<string, Reading>();

  constructor(private readonly props: MemberPlacesProps) {}

  /**
   * `reason`: id of the event or request, which the member's own trail then shows as the source
   * identity of what is written.
   */
  at(place: Place, _reason: string): PlacePorts {
    const { groups, history } = this.reading(place);
    const { revoker } = memberIdentities(place, this.props);
    const beating = memberIdentities(place, { ...this.props, hubFunction: HEARTBEAT_FUNCTION });
    return {
      groups,
      history,
      own: revoker,
      lastHeartbeat: async () => history.lastHeartbeat(beating.revoker, beating.reader),
      beat: async () => undefined,
    };
  }

  private reading(place: Place): Reading {
    const key = placeKey(place);
    const reading = this.readings.get(key) ?? this.newReading(place);
    this.readings.delete(key);
    this.readings.set(key, reading);
    const [oldest] = this.readings.keys();
    if (this.readings.size > MOST_PLACES && oldest !== undefined) this.readings.delete(oldest);
    return reading;
  }

  private newReading(place: Place): Reading {
    const { sessions, patienceSeconds } = this.props;
    const { accountId, region } = place;
    const settings = {
      ...this.connections.settings(),
      region,
      credentials: async () => sessions.read(accountId),
    };
    return {
      groups: new Ec2SecurityGroups(new EC2Client(settings), accountId),
      history: new CloudTrailEventHistory(
        new CloudTrailClient({
          ...settings,
          maxAttempts: HISTORY_CLIENT_SETTINGS.maxAttempts,
          retryMode: HISTORY_CLIENT_SETTINGS.retryMode,
        }),
        patienceSeconds,
        place,
      ),
    };
  }
}

/** By which the calls of a hub's function in a member are known. */
export function memberIdentities(
  { accountId }: Place,
  {
    partition,
    hubName,
    hubFunction,
  }: Pick<MemberPlacesProps, 'partition' | 'hubName' | 'hubFunction'>,
): MemberIdentities {
  const sessionName = hubRoleName(hubName, hubFunction);
  const roleArn = (role: 'revokeRole' | 'readRole') =>
    `arn:${partition}:iam::${accountId}:role/${memberName(hubName, role)}`;
  return {
    revoker: { roleArn: roleArn('revokeRole'), sessionName },
    reader: { roleArn: roleArn('readRole'), sessionName },
  };
}
