import type { Traffic } from '../domain/policies/traffic-pattern';
import { canonicalProtocol } from '../domain/rules/protocol';

type PortNumbers = readonly [fromPort: number, toPort?: number];

function tcpPorts(...ranges: PortNumbers[]): Traffic[] {
  return ranges.map((range) => trafficOf('tcp', range));
}

function udpPorts(...ranges: PortNumbers[]): Traffic[] {
  return ranges.map((range) => trafficOf('udp', range));
}

function trafficOf(protocol: string, [fromPort, toPort = fromPort]: PortNumbers): Traffic {
  return { kind: 'protocol', protocol, fromPort, toPort };
}

/**
 * Protocols and ports that a traffic pattern means.
 *
 * A baseline that forbids them forbids every rule that opens any of them: one for ports 20-30, or
 * for all traffic, opens SSH too. One that allows only them allows the rules that open nothing
 * else.
 */
export class Ports {
  /** SSH: TCP 22. */
  public static readonly SSH = new Ports('SSH', tcpPorts([22]));

  /** Remote Desktop: TCP and UDP 3389. */
  public static readonly RDP = new Ports('RDP', [...tcpPorts([3389]), ...udpPorts([3389])]);

  /**
   * Databases and data stores that listen on their usual ports: SQL Server (TCP 1433, UDP 1434),
   * Oracle (TCP 1521), MySQL, MariaDB and Aurora (TCP 3306), PostgreSQL (TCP 5432), Redshift (TCP
   * 5439), Redis, Valkey and MemoryDB (TCP 6379), Neptune (TCP 8182), Cassandra (TCP 9042),
   * OpenSearch and Elasticsearch (TCP 9200 and 9300), Memcached (TCP and UDP 11211), MongoDB and
   * DocumentDB (TCP 27017-27019), Db2 (TCP 50000).
   */
  public static readonly DATABASES = new Ports('databases', [
    ...tcpPorts(
      [1433],
      [1521],
      [3306],
      [5432],
      [5439],
      [6379],
      [8182],
      [9042],
      [9200],
      [9300],
      [11211],
      [27017, 27019],
      [50000],
    ),
    ...udpPorts([1434], [11211]),
  ]);

  /**
   * The ports that AWS's control EC2.19 calls high-risk: 20 and 21 (FTP), 22 (SSH), 23 (Telnet), 25
   * (SMTP), 110 (POP3), 135 (RPC), 143 (IMAP), 445 (SMB), 1433 and 1434 (SQL Server), 3000 and 5000
   * (development servers), 3306 (MySQL), 3389 (Remote Desktop), 4333 (mSQL), 5432 (PostgreSQL),
   * 5500, 5601 (dashboards), 8080, 8088 and 8888 (other HTTP ports), 9200 and 9300 (OpenSearch),
   * over TCP; 1434 and 3389 over UDP as well.
   *
   * @see https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19
   */
  public static readonly HIGH_RISK = new Ports('high-risk ports (EC2.19)', [
    ...tcpPorts(
      [20, 23],
      [25],
      [110],
      [135],
      [143],
      [445],
      [1433, 1434],
      [3000],
      [3306],
      [3389],
      [4333],
      [5000],
      [5432],
      [5500],
      [5601],
      [8080],
      [8088],
      [8888],
      [9200],
      [9300],
    ),
    ...udpPorts([1434], [3389]),
  ]);

  /** Whatever a rule opens: every rule matches. */
  public static readonly ANY = new Ports('anything', [{ kind: 'any' }]);

  /**
   * Every protocol and port. To `forbid` it forbids only rules that open them all at once (protocol
   * -1); to allow it allows every rule.
   */
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
    return new Ports('ICMP', [
      { kind: 'protocol', protocol: 'icmp' },
      { kind: 'protocol', protocol: 'icmpv6' },
    ]);
  }

  /**
   * Another IP protocol, by its number.
   *
   * @param number 0 to 255, as IANA assigns them: 50 is ESP. Throws for anything else.
   * @see https://www.iana.org/assignments/protocol-numbers
   */
  public static protocol(number: number): Ports {
    if (!Number.isInteger(number) || number < 0 || number > 255) {
      throw new Error(
        `${number} is no IP protocol: write a whole number from 0 to 255, such as Ports.protocol(50) for ESP.`,
      );
    }
    return new Ports(`protocol ${number}`, [
      { kind: 'protocol', protocol: canonicalProtocol(String(number)) },
    ]);
  }

  private static range(protocol: string, fromPort: number, toPort: number): Ports {
    for (const port of [fromPort, toPort]) {
      if (!Number.isInteger(port) || port < 0 || port > 65535) {
        throw new Error(
          `${port} is no ${protocol.toUpperCase()} port: write a whole number from 0 to 65535, such as Ports.${protocol}(443).`,
        );
      }
    }
    if (fromPort > toPort) {
      throw new Error(
        `The port range ${fromPort}-${toPort} is empty: write the lower port first, Ports.${protocol}Range(${toPort}, ${fromPort}).`,
      );
    }
    const name =
      fromPort === toPort ? `${protocol} ${fromPort}` : `${protocol} ${fromPort}-${toPort}`;
    return new Ports(name, [trafficOf(protocol, [fromPort, toPort])]);
  }

  private constructor(
    private readonly name: string,
    private readonly traffic: Traffic[],
  ) {}

  /** @internal */
  public get _name(): string {
    return this.name;
  }

  /** @internal */
  public get _traffic(): Traffic[] {
    return this.traffic;
  }
}
