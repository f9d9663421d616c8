import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { MemberRefusedError } from '../../organization/domain/refusal';
import { isThrottled } from '../../shared/adapters/aws/failure-kind';
import { reasonOf } from '../../shared/domain/failure/failure';
import type { ActAnswer } from '../domain/groups/security-groups';

export const LIST_NOT_FOUND = ['InvalidPrefixListID.NotFound', 'InvalidPrefixListId.NotFound'];
const GROUP_NOT_FOUND = 'InvalidGroup.NotFound';
const RULE_NOT_FOUND = ['InvalidPermission.NotFound', 'InvalidSecurityGroupRuleId.NotFound'];

/** No later try with the same values can do better, unless someone changes something else. */
const IMPOSSIBLE = [
  ...LIST_NOT_FOUND,
  'InvalidParameterValue',
  'InvalidParameterCombination',
  'InvalidPermission.Malformed',
  'InvalidGroupId.Malformed',
  'InvalidGroup.Malformed',
  'InvalidPrefixListId.Malformed',
];

/** `shows`: whether the answer itself says that it is done. */
export async function answered<Output>(
  groupId: string,
  call: Promise<Output>,
  shows: (output: Output) => boolean = () => false,
): Promise<ActAnswer> {
  try {
    return { kind: 'done', ...(shows(await call) && { isShown: true }) };
  } catch (error) {
    return failedAnswer(groupId, error);
  }
}

function failedAnswer(groupId: string, error: unknown): ActAnswer {
  if (error instanceof MemberRefusedError) {
    return { kind: 'refused', reason: error.message, byMember: error.by };
  }
  const reason = reasonOf(error);
  if (hasName(error, RULE_NOT_FOUND)) return { kind: 'not-found', ...attemptsOf(error) };
  if (hasName(error, ['InvalidPermission.Duplicate'])) {
    return { kind: 'already-present', ...attemptsOf(error) };
  }
  // It is the group itself that is gone, or else the one that the rule names.
  if (hasName(error, [GROUP_NOT_FOUND])) {
    return reason.includes(groupId) ? { kind: 'not-found' } : { kind: 'impossible', reason };
  }
  if (hasName(error, IMPOSSIBLE)) return { kind: 'impossible', reason };
  return { kind: isUnavailable(error) ? 'unavailable' : 'refused', reason };
}

/** Where the client has sent the call more than once. */
function attemptsOf(error: unknown): { readonly attempts?: number } {
  const { attempts = 1 } = error instanceof EC2ServiceException ? error.$metadata : {};
  return attempts > 1 ? { attempts } : {};
}

/** A call whose error has no status never reached EC2, or its answer was lost. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof EC2ServiceException)) return true;
  return isThrottled(error) || (error.$metadata.httpStatusCode ?? 500) >= 500;
}

/** With fewer values, or others, the call may do. */
export function isAboutValues(error: unknown): boolean {
  return error instanceof EC2ServiceException && error.name.startsWith('Invalid');
}

export function hasName(error: unknown, names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
