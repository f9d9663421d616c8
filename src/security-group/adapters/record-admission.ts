import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sourcedRecord } from './cloudtrail-record';
import type { HubWork } from './hub-work';
import type { IncomingRecord } from './incoming-record';
import { workInEvent } from './work-in-event';
import { DynamoSightings } from '../../organization/adapters/dynamo-sightings';
import { type Admission, admitToHub } from '../../organization/domain/admit-record';
import type { Place } from '../../organization/domain/place';
import type { FailureReporter } from '../../shared/adapters/failure/failure-reporter';

interface AdmissionLogger {
  warn(message: string, details: Readonly<Record<string, unknown>>): void;
  error(message: string, details: Readonly<Record<string, unknown>>): void;
}

export interface RecordAdmissionProps {
  readonly hub: HubWork;
  readonly own: Place;
  readonly dynamo: DynamoDBClient;
  readonly failures: FailureReporter;
  readonly logger: AdmissionLogger;
  countRefused(): void;
}

export interface ReceivedRecord {
  readonly incoming: IncomingRecord;
  readonly receivedAt: Date;
  readonly messageId: string;
}

/** An account that may have joined since the list of accounts was read. */
export class UnknownAccountError extends Error {
  constructor(accountId: string) {
    super(
      `The hub does not know account ${accountId} yet. It has asked for the list of accounts, and tries again.`,
    );
    this.name = 'UnknownAccountError';
  }
}

/** Says where a record is of, if anything is to be done about it. */
export class RecordAdmission {
  private readonly sightings: DynamoSightings;

  constructor(private readonly props: RecordAdmissionProps) {
    this.sightings = new DynamoSightings(props.dynamo, props.hub.variable.coverageTable);
  }

  /**
   * Undefined where nothing is to be done: that is counted, and reported where someone lies. Throws
   * an UnknownAccountError where the account may be known later.
   */
  async placeOf(received: ReceivedRecord): Promise<Place | undefined> {
    const { incoming, receivedAt } = received;
    const { directory } = this.props.hub;
    const record = sourcedRecord(incoming.body, receivedAt, incoming.place);
    const admission = admitToHub(record, await directory.known(), this.props.own);
    if (admission.kind === 'unknown-account') {
      return this.afterRefresh(received, admission.accountId);
    }
    return this.placeIn(admission, received);
  }

  private async afterRefresh(
    received: ReceivedRecord,
    accountId: string,
  ): Promise<Place | undefined> {
    const { incoming, receivedAt } = received;
    const members = await this.props.hub.directory.refresh(accountId);
    const record = sourcedRecord(incoming.body, receivedAt, incoming.place);
    const admission = admitToHub(record, members, this.props.own);
    if (admission.kind === 'unknown-account') throw new UnknownAccountError(accountId);
    return this.placeIn(admission, received);
  }

  private async placeIn(
    admission: Admission,
    received: ReceivedRecord,
  ): Promise<Place | undefined> {
    if (admission.kind === 'refused') this.refuse(received, admission.reason);
    if (admission.kind !== 'admitted') {
      this.props.logger.warn('a record about which nothing is done', { ...admission });
      return undefined;
    }
    await this.note(admission.place, received);
    return admission.place;
  }

  /** Coverage can wait for the next record; what this one is about cannot. */
  private async note(place: Place, { incoming, receivedAt }: ReceivedRecord): Promise<void> {
    try {
      await this.sightings.seen(place, incoming.source, receivedAt);
    } catch (error) {
      this.props.logger.warn('that the place was heard of is not noted', { ...place, error });
    }
  }

  private refuse({ incoming, messageId }: ReceivedRecord, reason: string): void {
    const { failures, logger, countRefused } = this.props;
    logger.error('a record that is not believed', { reason, body: incoming.body });
    countRefused();
    failures.add(`refused ${messageId}`, {
      work: workInEvent(incoming.body),
      state: 'given-up',
      reason,
      next: 'Nothing was done: where it is of is not proved. Find out who sent it.',
    });
  }
}
