import { Stack, Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { IConstruct } from 'constructs';
import { readableText } from './readable-text';
import { isUnwatched } from './scope-in-hub';
import type { SentryHub } from '../../organization/constructs/sentry-hub';
import { isLookupPlaceholder } from '../../shared/constructs/lookup-placeholders';
import { RESERVED_PATH } from '../domain/changes/actor';

/** Whose groups the actor may change. */
export interface ActorPlace {
  readonly sentry: IConstruct;
  readonly hub: SentryHub | undefined;
}

interface GivenArn {
  /** Names sentry and method, at the beginning of a sentence. */
  readonly where: string;
  readonly arn: string;
  readonly kind: 'role' | 'user';
}

/** The role's ARN. Throws if no event could ever name it. */
export function checkedRoleArn(method: string, { roleArn, env }: iam.IRole, place: ActorPlace) {
  return checkedArn({ where: whereOf(method, place), arn: roleArn, kind: 'role' }, env, place);
}

/** The user's ARN. Throws if no event could ever name it. */
export function checkedUserArn(method: string, { userArn, env }: iam.IUser, place: ActorPlace) {
  return checkedArn({ where: whereOf(method, place), arn: userArn, kind: 'user' }, env, place);
}

function whereOf(method: string, { sentry }: ActorPlace): string {
  return `${sentry.node.path}: ${method} in "trustedActors"`;
}

function checkedArn(
  given: GivenArn,
  { account }: { readonly account: string },
  place: ActorPlace,
): string {
  const { arn } = given;
  if (isLookupPlaceholder(arn)) return arn;
  if (arn.startsWith('arn:')) refuseUnheardOf(given, place);
  refuseOtherAccount(given, account, place);
  return arn;
}

function refuseUnheardOf(given: GivenArn, place: ActorPlace): void {
  const { arn } = given;
  const [, partition = '', service = '', , ofAccount = '', ...rest] = arn.split(':');
  const resource = rest.join(':');
  refuseOtherKind(given, service, resource);
  refusePattern(given, [partition, ofAccount, resource]);
  refuseOtherPartition(given, partition, place);
  refuseOtherAccount(given, ofAccount, place);
  if (given.kind === 'role') refuseReservedName(given, resource);
}

function refuseOtherKind({ where, arn, kind }: GivenArn, service: string, resource: string): void {
  const isSession = service === 'sts' || /^(assumed-role|federated-user)\//.test(resource);
  if (isSession) {
    throw new Error(
      `${where} got the session ${readableText(arn)}, and sessions come and go: ` +
        `write the ${kind} behind it, by an ARN such as "arn:aws:iam::111122223333:${kind}/Deployer", with its path if it has one.`,
    );
  }
  const isKnown = ![service, resource.split('/')[0]].some(Token.isUnresolved);
  if (!isKnown || (service === 'iam' && resource.startsWith(`${kind}/`))) return;
  throw new Error(
    `${where} got ${readableText(arn)}, which is no ${kind}, so that no event could ever name it: ` +
      `write an ARN such as "arn:aws:iam::111122223333:${kind}/Deployer".`,
  );
}

function refusePattern({ where, arn, kind }: GivenArn, parts: readonly string[]): void {
  if (!parts.some((part) => /[*?]/.test(part))) return;
  throw new Error(
    `${where} got the pattern ${readableText(arn)}, and an actor is known by the whole of its ARN: name each ${kind} by itself` +
      (kind === 'role'
        ? ', or write Actor.permissionSet("Admin") for people who come by Identity Center.'
        : '.'),
  );
}

function refuseOtherPartition(
  { where, arn, kind }: GivenArn,
  partition: string,
  { sentry }: ActorPlace,
): void {
  const { region } = Stack.of(sentry);
  if ([partition, region].some(Token.isUnresolved)) return;
  const own = RegionInfo.get(region).partition;
  if (own === undefined || own === partition) return;
  throw new Error(
    `${where} got ${readableText(arn)}, of the partition ${partition}, and the sentry is in ${region}, of ${own}: write the ${kind} that changes groups there.`,
  );
}

/** Groups of an account are changed by a role or user of that account. */
function refuseOtherAccount(
  { where, arn, kind }: GivenArn,
  account: string,
  { sentry, hub }: ActorPlace,
): void {
  const own = Stack.of(sentry).account;
  if ([account, own].some(Token.isUnresolved) || account === own) return;
  if (isLookupPlaceholder(account)) return;
  if (hub && !isUnwatched(account, hub)) return;
  const watched = hub ? `${hub.node.path} does not watch that account` : `it watches ${own} alone`;
  throw new Error(
    `${where} got ${readableText(arn)}, of the account ${account}, and ${watched}. ` +
      `Calls that change groups are made by a role or user of the groups' own account: write the ${kind} there.`,
  );
}

/** Identity Center's roles have a path, which an import by name leaves out. */
function refuseReservedName({ where, arn }: GivenArn, resource: string): void {
  const name = /\/AWSReservedSSO_(.+)$/.exec(resource)?.[1];
  if (name === undefined || resource.startsWith(`role/${RESERVED_PATH}`)) return;
  throw new Error(
    `${where} got ${readableText(arn)}: roles of Identity Center have a path, and without it no event names this one. ` +
      `Write Actor.permissionSet("${name.replace(/_[0-9a-f]{16}$/, '')}").`,
  );
}
