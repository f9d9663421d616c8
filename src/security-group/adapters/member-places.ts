import type { CloudTrailEventHistory } from './cloudtrail-event-history';
import { Ec2SecurityGroups } from './ec2-security-groups';
import { sendMemberHeartbeat } from './heartbeat';
import { MemberGroups, type PlaceGroups } from './member-groups';
import { PlaceClients, type PlaceClientsProps } from './place-clients';
import { SharedConnections } from './shared-connections';
import { type HubFunction, hubRoleName } from '../../organization/contracts/hub-roles';
import { memberName } from '../../organization/contracts/member-names';
import { type Place, placeKey } from '../../organization/domain/place';
import { RecentlyUsed } from '../../shared/domain/recently-used';
import type { MemberIdentities, OwnIdentity } from '../domain/changes/actor';

/** All that reaches one place, for one event or request. */
export interface PlacePorts {
  readonly groups: PlaceGroups;
  readonly history: CloudTrailEventHistory;
  readonly own: OwnIdentity;
  /** When the latest heartbeat was sent that the history of the place has. */
  lastHeartbeat(): Promise<Date | undefined>;
  /** Tries the hub on a group. Throws where the answer is not as it should be. */
  beat(groupId: string): Promise<void>;
}

export interface MemberPlacesProps extends PlaceClientsProps {
  readonly hubName: string;
  readonly hubFunction: HubFunction;
}

/** Places whose clients are kept. */
export const MOST_PLACES = 500;

/** It sends the heartbeats, whichever function asks for the latest. */
const HEARTBEAT_FUNCTION: HubFunction = 'respond';

/** The places of members, each by the member's roles. */
export class MemberPlaces {
  private readonly connections = new SharedConnections();

  private readonly clients = new RecentlyUsed<PlaceClients>(MOST_PLACES);

  constructor(private readonly props: MemberPlacesProps) {}

  /**
   * `reason`: id of the event or request, which the member's own trail then shows as the source
   * identity of what is written.
   */
  at(place: Place, reason: string): PlacePorts {
    const clients = this.clientsOf(place);
    const { groups, history, reader } = clients;
    const beating = memberIdentities(place, { ...this.props, hubFunction: HEARTBEAT_FUNCTION });
    return {
      groups: new MemberGroups(
        groups,
        (groupId, write) =>
          new Ec2SecurityGroups(clients.writer({ groupId, write }, reason), place.accountId),
      ),
      history,
      own: memberIdentities(place, this.props).revoker,
      lastHeartbeat: async () => history.lastHeartbeat(beating.revoker, beating.reader),
      beat: async (groupId) =>
        sendMemberHeartbeat(groupId, {
          reader,
          revoker: clients.writer({ groupId, write: 'revoke' }, reason),
          rights: async () => this.props.rightsIn?.(place),
        }),
    };
  }

  private clientsOf(place: Place): PlaceClients {
    const key = placeKey(place);
    const known = this.clients.get(key);
    if (known) return known;
    const clients = new PlaceClients(place, this.props, {
      connections: this.connections,
      onReadRefused: () => this.forget(place),
    });
    this.clients.set(key, clients);
    return clients;
  }

  /** A client keeps its session until it ends: the next try needs another client, too. */
  private forget(place: Place): void {
    this.props.sessions.forgetRead(place.accountId);
    this.clients.delete(placeKey(place));
  }
}

type Hub = Pick<MemberPlacesProps, 'partition' | 'hubName' | 'hubFunction'>;

/** By which the calls of a hub's function in a member are known. */
export function memberIdentities(
  { accountId }: Place,
  { partition, hubName, hubFunction }: Hub,
): MemberIdentities {
  const sessionName = hubRoleName(hubName, hubFunction);
  const identity = (role: 'revokeRole' | 'readRole') => ({
    roleArn: `arn:${partition}:iam::${accountId}:role/${memberName(hubName, role)}`,
    sessionName,
  });
  return { revoker: identity('revokeRole'), reader: identity('readRole') };
}
