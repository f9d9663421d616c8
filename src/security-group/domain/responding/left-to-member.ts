import { UnfinishedError } from './unfinished-error';
import { MemberRefusedError, type RefusedBy } from '../../../organization/domain/refusal';

/** Why a member does not let the hub do what is left to do. */
export interface LeftToMember {
  readonly by: RefusedBy;
  readonly reason: string;
}

/**
 * For what ended in this error: all that is left of it is what a member does not let the hub do, so
 * it is done by no later try, until someone there acts. Undefined where anything else has failed.
 */
export function leftToMember(error: unknown): LeftToMember | undefined {
  if (error instanceof MemberRefusedError) return { by: error.by, reason: error.message };
  if (error instanceof AggregateError) return firstOf(error.errors.map(leftToMember));
  if (!(error instanceof UnfinishedError)) return undefined;
  const outcomes = (error.report?.rules ?? []).map(({ outcome }) => outcome);
  return firstOf(
    outcomes.flatMap((outcome) => {
      if (outcome.kind !== 'failed') return [];
      const { byMember: by, reason } = outcome;
      return [by && { by, reason }];
    }),
  );
}

/** Where it is all of them. */
function firstOf(left: readonly (LeftToMember | undefined)[]): LeftToMember | undefined {
  return left.every((one) => one !== undefined) ? left[0] : undefined;
}
