import { type ResourceEnvironment, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';

const GROUP_ID = /^sg-([0-9a-f]{8}|[0-9a-f]{17})$/;

/** The security groups that a sentry watches. */
export class MonitoredGroups {
  /**
   * Groups of this app, or imported into it. They must be in the sentry's account and Region.
   *
   * @param groups at least one. Throws if the list is empty.
   */
  public static groups(groups: ec2.ISecurityGroup[]): MonitoredGroups {
    if (groups.length === 0) {
      throw new Error('MonitoredGroups.groups() got an empty list: name at least one security group, as in MonitoredGroups.groups([group]).');
    }
    return new MonitoredGroups(groups.map((group) => ({ id: checkedId(group.securityGroupId), environment: group.env, path: group.node.path })));
  }

  /**
   * Groups by their ids. They must be in the sentry's account and Region.
   *
   * @param groupIds at least one, such as sg-0123456789abcdef0. Throws if the list is empty or an id is malformed.
   */
  public static ids(groupIds: string[]): MonitoredGroups {
    if (groupIds.length === 0) {
      throw new Error('MonitoredGroups.ids() got an empty list: name at least one group, as in MonitoredGroups.ids(["sg-0123456789abcdef0"]).');
    }
    return new MonitoredGroups(groupIds.map((id) => ({ id: checkedId(id) })));
  }

  /** @internal */
  public readonly _groups: MonitoredGroup[];

  private constructor(groups: MonitoredGroup[]) {
    this._groups = [...new Map(groups.map((group) => [group.id, group])).values()];
  }
}

export interface MonitoredGroup {
  readonly id: string;
  /** Known for constructs only. */
  readonly environment?: ResourceEnvironment;
  readonly path?: string;
}

function checkedId(id: string): string {
  if (Token.isUnresolved(id) || GROUP_ID.test(id)) return id;
  throw new Error(`"${id}" is no security group id: write "sg-" and 8 or 17 hexadecimal digits in lower case, such as "sg-0123456789abcdef0".`);
}
