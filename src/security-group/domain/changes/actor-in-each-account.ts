import { type TrustedActor, withArn } from './actor';
import type { Place } from '../../../organization/domain/place';

/** They stand in an ARN for what differs from place to place. No account or Region is called so. */
export const ACCOUNT_OF_EVENT = '<account>';
export const REGION_OF_EVENT = '<region>';

/** The actor as it is known in one place. One that is named by its whole ARN stays as it is. */
export function actorAt(actor: TrustedActor, place: Place): TrustedActor {
  return withArn(actor, (arn) => arnAt(arn, place));
}

const ACCOUNT_FIELD = 4;

/** A path may hold any text: the account tells whether the ARN is of one role, or of many. */
function arnAt(arn: string, { accountId, region }: Place): string {
  if (arn.split(':')[ACCOUNT_FIELD] !== ACCOUNT_OF_EVENT) return arn;
  return arn.replaceAll(ACCOUNT_OF_EVENT, accountId).replaceAll(REGION_OF_EVENT, region);
}
