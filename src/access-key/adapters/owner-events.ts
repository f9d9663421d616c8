import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { putOnDefaultBus } from './default-bus';
import { keyInMessage, MAX_CHARACTERS_OF_OTHERS, shortKey } from './key-notification';
import { bytesAsJson, MOST_BYTES } from '../../shared/domain/byte-budget';
import { batchesOf } from '../../shared/domain/chunks';
import { plainText } from '../../shared/domain/notification/plain-text';
import { FINDING_EVENT_SOURCE } from '../contracts/key-message';
import {
  type AccessKeysOfOwner,
  type KeyOfOwner,
  OWNER_EVENT_DETAIL_TYPE,
  OWNER_EVENT_VERSION,
} from '../contracts/owner-event';
import { countByClass, isComplete, type KeyReport, type PlacedKey } from '../domain/key-report';
import {
  keysByOwner,
  type OrganizationReport,
  unknownCount,
} from '../domain/organization/organization-report';
import { groupByOwner, type OwnerGroup } from '../domain/owner-groups';
import { ownerSummary } from '../domain/owner-text';

/** More than all else in an event takes. */
const BYTES_BESIDES_KEYS = 4_096;

const KEYS_OF_AN_EVENT = {
  mostItems: 1_000,
  mostBytes: MOST_BYTES.message - BYTES_BESIDES_KEYS,
};

type OfReport = Pick<AccessKeysOfOwner, 'complete' | 'decidedKeyId'> & { readonly at: Date };

/** Puts one event for each owner on the default bus; more where the keys do not fit into one. */
export class OwnerEvents {
  constructor(
    private readonly client: EventBridgeClient,
    private readonly sentry: string,
  ) {}

  async tellOf(report: KeyReport, account: string): Promise<void> {
    const { survey, keys, decidedKeyId } = report;
    await this.put(groupByOwner(keys.map((key) => ({ ...key, accountId: account }))), {
      at: survey.at,
      complete: isComplete(report),
      ...(decidedKeyId !== undefined && { decidedKeyId }),
    });
  }

  async tellOfAll(report: OrganizationReport): Promise<void> {
    const { accounts, at } = report;
    await this.put(keysByOwner(accounts), { at, complete: unknownCount(report) === 0 });
  }

  private async put(groups: readonly OwnerGroup<PlacedKey>[], report: OfReport): Promise<void> {
    const details = groups.flatMap((group) => ownerEvents(group, report, this.sentry));
    const events = details.map((detail): PutEventsRequestEntry => ({
      Source: FINDING_EVENT_SOURCE,
      DetailType: OWNER_EVENT_DETAIL_TYPE,
      Time: report.at,
      Detail: JSON.stringify(detail),
    }));
    await putOnDefaultBus(this.client, events, 'owners of access keys');
  }
}

/** None where no one is known. */
export function ownerEvents(
  group: OwnerGroup<PlacedKey>,
  { at, ...report }: OfReport,
  sentry: string,
): AccessKeysOfOwner[] {
  const { name, keys } = group;
  if (name === undefined) return [];
  const parts = batchesOf(keys.map(keyOfOwner), bytesAsJson, KEYS_OF_AN_EVENT);
  return parts.map((part, index) => ({
    version: OWNER_EVENT_VERSION,
    sentry,
    owner: { name },
    at: at.toISOString(),
    summary: ownerSummary(group),
    ...report,
    part: index + 1,
    parts: parts.length,
    counts: countByClass({ keys }),
    keys: part,
  }));
}

function keyOfOwner({ accountId: account, ...key }: PlacedKey): KeyOfOwner {
  const short = shortKey(key, (text) => plainText(text, MAX_CHARACTERS_OF_OTHERS));
  return { account, ...keyInMessage(short) };
}
