import type { ApiCall } from '../cloudtrail/tap';

/** Prints what happens, with milliseconds since the last change. */
export class Timeline {
  private origin: number | undefined;

  constructor(private readonly print: (line: string) => void) {}

  get isStarted(): boolean {
    return this.origin !== undefined;
  }

  /** From here on the milliseconds count. */
  start(at: number, text: string, what = 'changed'): void {
    this.origin = at;
    this.mark(at, what, text);
  }

  mark(at: number, what: string, text: string): void {
    const milliseconds = this.origin === undefined ? '' : `${at - this.origin} ms`;
    this.print(`${milliseconds.padStart(9)}  ${what.padEnd(9)} ${text}`);
  }
}

/** "tcp 22 from 0.0.0.0/0", as the caller sent it: the first permission of an Authorize call. */
export function sentRule({ action, parameters }: ApiCall): string {
  const value = (name: string) => parameters[`IpPermissions.1.${name}`] ?? parameters[name];
  const peer = [
    'IpRanges.1.CidrIp',
    'CidrIp',
    'Ipv6Ranges.1.CidrIpv6',
    'PrefixListIds.1.PrefixListId',
    'Groups.1.GroupId',
    'UserIdGroupPairs.1.GroupId',
  ]
    .map(value)
    .find((found) => found !== undefined);
  const protocol = value('IpProtocol');
  const traffic =
    protocol === '-1'
      ? 'all traffic'
      : `${protocol} ${value('FromPort')}${value('ToPort') === value('FromPort') ? '' : `-${value('ToPort')}`}`;
  return `${traffic} ${action.endsWith('Egress') ? 'to' : 'from'} ${peer ?? 'somewhere'}`;
}
