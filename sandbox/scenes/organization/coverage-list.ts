import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HUB_PLACE } from './cast';
import type { Stage } from './stage';
import { DynamoCoverage } from '../../../src/organization/adapters/dynamo-coverage';
import type { StandingGap } from '../../../src/organization/domain/gaps/coverage-news';
import type { KnownPlace } from '../../../src/organization/domain/gaps/coverage-store';
import { gapText } from '../../../src/organization/domain/gaps/gap-text';
import { isSamePlace } from '../../../src/organization/domain/place';
import { accountText } from '../../../src/shared/domain/notification/account-text';
import type { Place } from '../../local-aws';

/** What the hub knows of a place of a member. */
export interface CoveredPlace extends KnownPlace {
  readonly name: string;
  /** None: the place is covered. */
  readonly gaps: readonly StandingGap[];
}

/** Of all places that the hub has looked at, as its table has it. */
export async function readCoverage({ localAws, hub }: Stage): Promise<CoveredPlace[]> {
  const table = [...hub.resources].find(
    ([id, { type }]) => type === 'AWS::DynamoDB::Table' && id.startsWith('HubCoverage'),
  );
  const client = new DynamoDBClient(localAws.accessTo(HUB_PLACE));
  const { list, places, gaps } = await new DynamoCoverage(
    client,
    table?.[1].physicalId ?? '',
  ).read();
  client.destroy();
  return places.map((known) => ({
    ...known,
    name: list?.accounts.find(({ id }) => id === known.place.accountId)?.name ?? '',
    gaps: gaps.filter((gap) => isSamePlace(gap.place, known.place)),
  }));
}

/** One line for each place, by account and Region. */
export function coverageLines(places: readonly CoveredPlace[]): string[] {
  return places.flatMap(linesOf).sort();
}

/** Why the place is not covered; undefined: it is, or the hub does not know it. */
export function causeAt(places: readonly CoveredPlace[], place: Place): string | undefined {
  return places.find((known) => isSamePlace(known.place, place))?.gaps[0]?.cause;
}

export function isCovered(places: readonly CoveredPlace[], place: Place): boolean {
  const known = places.find((each) => isSamePlace(each.place, place));
  return known?.look?.kind === 'seen' && known.gaps.length === 0;
}

function linesOf({ place, name, look, gaps }: CoveredPlace): string[] {
  const account = accountText(place.accountId, { name });
  if (gaps.length > 0) {
    return gaps.map(({ reason: _, ...gap }) => `  ${gapText(gap, account)} [${gap.cause}]`);
  }
  const rights = look?.kind === 'seen' ? look.rights : 'unknown';
  return [`  ${account}, ${place.region}: covered. The hub's rights there: ${rights}.`];
}
