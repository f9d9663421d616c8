import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { LakeReader } from './parts/lake-reader';
import type { SourceDefinition } from './parts/source-reader';
import { TrailReader } from './parts/trail-reader';
import { isKnownLater } from '../../shared/constructs/known-later';
import { isLogFilePrefix } from '../domain/reading/log-file-key';
import { SOURCE_NAMES } from '../domain/sources';

const STORE_ARN = /^arn:[a-z-]+:cloudtrail:[a-z0-9-]+:\d{12}:eventdatastore\/[a-zA-Z0-9-]+$/;

/** Properties of an organization trail as a source. */
export interface OrganizationTrailProps {
  /**
   * How the keys of all log files begin: with a prefix of the trail's own if it has one, then
   * `AWSLogs/`, then the organization's id and a slash if files of other trails are to be passed
   * over. That of a ManagementEventsTrail is its `logFilePrefix`. Throws if it is malformed.
   *
   * @default "AWSLogs/"
   */
  readonly logFilePrefix?: string;

  /**
   * The key that encrypts the log files.
   *
   * @default - the key of the bucket, if it is known
   */
  readonly encryptionKey?: kms.IKey;
}

/** A way by which a hub learns of changes in its members. */
export class ChangeSource {
  /** Events that a rule in each Region of each member forwards: within seconds. */
  public static forwardedEvents(): ChangeSource {
    return new ChangeSource({ kind: 'forwarded-events' });
  }

  /**
   * Log files that a trail of the organization writes into a bucket: after some minutes, with
   * nothing in members.
   *
   * The account and the Region of a record are those that the key of its file names. Anyone who can
   * write into the bucket can make the hub believe records: let no one but CloudTrail do so, as
   * ManagementEventsTrail does.
   *
   * @param bucket it tells EventBridge of new objects, or synthesis fails where that is known. One
   * in another account or Region is imported with both; what has to be added there, the hub's
   * `renderLogArchivePart` prints.
   * @param props how its files are named and encrypted
   */
  public static organizationTrail(
    bucket: s3.IBucket,
    props: OrganizationTrailProps = {},
  ): ChangeSource {
    const { logFilePrefix: prefix = 'AWSLogs/', encryptionKey = bucket.encryptionKey } = props;
    if (!isKnownLater(prefix) && !isLogFilePrefix(prefix)) {
      throw new Error(
        `ChangeSource.organizationTrail(): "${prefix}" is no beginning of the keys of log files: write it up to "AWSLogs/", or with the organization's id, such as "AWSLogs/o-abc1234567/".`,
      );
    }
    return new ChangeSource({
      kind: 'organization-trail',
      bind: (host) => new TrailReader(host, { bucket, prefix, encryptionKey }),
    });
  }

  /**
   * An event data store of CloudTrail Lake that collects the events of the organization: it is
   * asked every ten minutes. AWS closed CloudTrail Lake to new customers on 31 May 2026.
   *
   * Experimental: it has been tried against a stand-in only, which was written by hand. A store
   * that is encrypted with a key of your own cannot be read.
   *
   * @param storeArn ARN of the event data store. Throws if it is malformed.
   */
  public static cloudTrailLake(storeArn: string): ChangeSource {
    if (!isKnownLater(storeArn) && !STORE_ARN.test(storeArn)) {
      throw new Error(
        `ChangeSource.cloudTrailLake(): "${storeArn}" is no ARN of an event data store, such as "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/EXAMPLE-f852-4e8f-8bd1-bcf6cEXAMPLE".`,
      );
    }
    return new ChangeSource({
      kind: 'cloudtrail-lake',
      bind: (host) => new LakeReader(host, storeArn),
    });
  }

  /** @internal */
  public readonly _definition: SourceDefinition;

  private constructor(definition: SourceDefinition) {
    this._definition = definition;
  }
}

/** Throws if there are none, or two of a kind: which of them is silent could not be told. */
export function checkedSources(
  where: string,
  sources: readonly ChangeSource[],
): readonly SourceDefinition[] {
  const definitions = sources.map(({ _definition: definition }) => definition);
  if (definitions.length === 0) {
    throw new Error(
      `${where}: "sources" is empty, so the hub would learn of nothing: leave it out for events that members forward.`,
    );
  }
  const kinds = definitions.map(({ kind }) => kind);
  const twice = kinds.find((kind, index) => kinds.indexOf(kind) !== index);
  if (twice === undefined) return definitions;
  throw new Error(
    `${where}: "sources" has ${SOURCE_NAMES[twice]} twice: name each source once. For a second trail or store, write a second hub.`,
  );
}
