import { canonicalProtocol } from '../../domain/security-group/protocol';
import type { Traffic } from '../../domain/security-group/traffic-pattern';

/**
 * Protocols and ports that a traffic pattern means.
 *
 * A rule matches when it opens any of them: a rule for ports 20-30, or for all traffic, opens SSH too.
 */
export class Ports {
  /** SSH: TCP 22. */
  public static readonly SSH = new Ports('SSH', [{ kind: 'protocol', protocol: 'tcp', fromPort: 22, toPort: 22 }]);

  /** Remote Desktop: TCP and UDP 3389. */
  public static readonly RDP = new Ports('RDP', [
    { kind: 'protocol', protocol: 'tcp', fromPort: 3389, toPort: 3389 },
    { kind: 'protocol', protocol: 'udp', fromPort: 3389, toPort: 3389 },
  ]);

  /** Whatever a rule opens: every rule matches. */
  public static readonly ANY = new Ports('anything', [{ kind: 'any' }]);

  /** Only rules that open every protocol and port at once (protocol -1). */
  public static readonly ALL_TRAFFIC = new Ports('all traffic', [{ kind: 'allTraffic' }]);

  /**
   * One TCP port.
   *
   * @param port 0 to 65535. Throws for anything else.
   */
  public static tcp(port: number): Ports {
    return Ports.tcpRange(port, port);
  }

  /**
   * A range of TCP ports, both ends included.
   *
   * @param fromPort 0 to 65535, not above `toPort`. Throws for anything else.
   * @param toPort 0 to 65535. Throws for anything else.
   */
  public static tcpRange(fromPort: number, toPort: number): Ports {
    return Ports.range('tcp', fromPort, toPort);
  }

  /**
   * One UDP port.
   *
   * @param port 0 to 65535. Throws for anything else.
   */
  public static udp(port: number): Ports {
    return Ports.udpRange(port, port);
  }

  /**
   * A range of UDP ports, both ends included.
   *
   * @param fromPort 0 to 65535, not above `toPort`. Throws for anything else.
   * @param toPort 0 to 65535. Throws for anything else.
   */
  public static udpRange(fromPort: number, toPort: number): Ports {
    return Ports.range('udp', fromPort, toPort);
  }

  /** Every type of ICMP, for IPv4 and for IPv6. */
  public static icmp(): Ports {
    return new Ports('ICMP', [{ kind: 'protocol', protocol: 'icmp' }, { kind: 'protocol', protocol: 'icmpv6' }]);
  }

  /**
   * Another IP protocol, by its number.
   *
   * @param number 0 to 255, as IANA assigns them: 50 is ESP. Throws for anything else.
   * @see https://www.iana.org/assignments/protocol-numbers
   */
  public static protocol(number: number): Ports {
    if (!Number.isInteger(number) || number < 0 || number > 255) {
      throw new Error(`${number} is no IP protocol: write a whole number from 0 to 255, such as Ports.protocol(50) for ESP.`);
    }
    return new Ports(`protocol ${number}`, [{ kind: 'protocol', protocol: canonicalProtocol(String(number)) }]);
  }

  private static range(protocol: string, fromPort: number, toPort: number): Ports {
    for (const port of [fromPort, toPort]) {
      if (!Number.isInteger(port) || port < 0 || port > 65535) {
        throw new Error(`${port} is no ${protocol.toUpperCase()} port: write a whole number from 0 to 65535, such as Ports.${protocol}(443).`);
      }
    }
    if (fromPort > toPort) {
      throw new Error(`The port range ${fromPort}-${toPort} is empty: write the lower port first, Ports.${protocol}Range(${toPort}, ${fromPort}).`);
    }
    const name = fromPort === toPort ? `${protocol} ${fromPort}` : `${protocol} ${fromPort}-${toPort}`;
    return new Ports(name, [{ kind: 'protocol', protocol, fromPort, toPort }]);
  }

  /** @internal */
  public readonly _name: string;
  /** @internal */
  public readonly _traffic: Traffic[];

  private constructor(name: string, traffic: Traffic[]) {
    this._name = name;
    this._traffic = traffic;
  }
}
