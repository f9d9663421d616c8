import { Token } from 'aws-cdk-lib';
import type { ApprovalRoute } from './approval-route';
import { checkedDeciders } from './checked-deciders';
import { coversTags, refuseManyTagKeys, sharedTag } from './checked-route-tags';
import { checkedTagValues } from '../../shared/constructs/checked-tag-values';
import { isKnownLater, refuseListKnownLater } from '../../shared/constructs/known-later';
import type { Deciders, Route } from '../domain/approval-configuration';
import { ACCOUNT_LABEL, UNIT_LABEL } from '../domain/request-labels';
import { routesInFrontOf } from '../domain/route-reach';

const LONGEST_NAME = 64;
const CONTROL_CHARACTER = /\p{C}/u;

/**
 * The routes of a workflow, in their order. Throws where one can have nothing asked, or changes
 * nothing; the error begins with `workflow`, the path of the construct.
 */
export function checkedRoutes(
  workflow: string,
  routes: readonly ApprovalRoute[],
  own: Deciders,
): Route[] {
  routes.forEach(({ name }) => checkName(workflow, name));
  const checked = routes.map((route) => checkedRoute(workflow, route, own));
  refuseManyTagKeys(workflow, checked);
  refuseRepeatedNames(workflow, checked);
  checked.forEach((route, index) => {
    const earlier = checked.slice(0, index);
    refuseRepeatedIds(workflow, route, earlier);
    refuseUnreached(workflow, route, earlier);
    refuseSharedTags(workflow, route, earlier);
    refuseTaken(workflow, route, earlier);
  });
  refuseIdle(workflow, checked, own);
  return checked;
}

function checkName(workflow: string, name: string): void {
  const isName = name.trim().length > 0 && name.length <= LONGEST_NAME;
  if (isName && !Token.isUnresolved(name) && !CONTROL_CHARACTER.test(name)) return;
  throw new Error(
    `${workflow}: "${name}" is no name of a route: write 1 to ${LONGEST_NAME} characters that are known at synth, such as "production".`,
  );
}

function checkedRoute(workflow: string, route: ApprovalRoute, own: Deciders): Route {
  const { name, accounts = [], units = [], tags } = route;
  const where = `${workflow}: route "${name}"`;
  if (accounts.length + units.length === 0 && !tags) {
    throw new Error(
      `${where} is for no account and no unit, and no tags, so nothing is asked by it: write "accounts", "units" or "tags".`,
    );
  }
  refuseListKnownLater(
    `${where}: "accounts" is`,
    accounts,
    'write its ids out, such as ["111122223333"]',
  );
  refuseListKnownLater(
    `${where}: "units" is`,
    units,
    'write its ids out, such as ["ou-abcd-12345678"]',
  );
  const account = accounts.find((id) => !isKnownLater(id) && !ACCOUNT_LABEL.test(id));
  if (account !== undefined) {
    throw new Error(`${where}: "${account}" is no account id: write twelve digits, in quotes.`);
  }
  const unit = units.find((id) => !isKnownLater(id) && !UNIT_LABEL.test(id));
  if (unit !== undefined) {
    throw new Error(
      `${where}: "${unit}" is no id of an organizational unit: write one such as "ou-abcd-12345678", or a root such as "r-abcd".`,
    );
  }
  const { requiredApprovals = own.requiredApprovals } = route;
  return {
    name,
    accounts,
    units,
    ...(tags && { tags: checkedTagValues(`${where}: "tags"`, tags) }),
    ...checkedDeciders(where, { ...route, requiredApprovals }),
  };
}

function refuseRepeatedNames(workflow: string, routes: readonly Route[]): void {
  const name = firstRepeated(routes.map((route) => route.name));
  if (name === undefined) return;
  throw new Error(
    `${workflow}: two routes have the name "${name}", and no one could tell which of them a request is of: give each a name of its own.`,
  );
}

/** What has other tags may be decided by others in the same account. */
function refuseRepeatedIds(workflow: string, route: Route, earlier: readonly Route[]): void {
  const before = earlier.filter((one) => coversTags(one, route));
  const id = firstRepeated([...before, route].flatMap(idsOf));
  if (id === undefined) return;
  const named = [...before, route].filter((one) => idsOf(one).includes(id));
  const where = named.map(({ name }) => `"${name}"`).join(' and ');
  throw new Error(
    `${workflow}: ${id} is named twice in its routes, in ${where}, and the first alone would count: name it once.`,
  );
}

function idsOf({ accounts, units }: Route): string[] {
  return [...accounts, ...units];
}

function firstRepeated(texts: readonly string[]): string | undefined {
  return texts.find((text, index) => texts.indexOf(text) < index);
}

/** Within a root is all of an organization. */
function refuseUnreached(workflow: string, route: Route, earlier: readonly Route[]): void {
  const wide = earlier.find((one) => isWider(one, route) && coversTags(one, route));
  if (!wide) return;
  const all = wide.tags ? 'all that it is for' : 'a whole organization';
  throw new Error(
    `${workflow}: route "${route.name}" is never reached, since "${wide.name}" before it is for ${all}: ${insteadOf(route, wide)}.`,
  );
}

function insteadOf(route: Route, wide: Route): string {
  if (!wide.tags) return `write "${wide.name}" last`;
  const isSamePlace = isWider(route, wide) && coversTags(route, wide);
  return isSamePlace ? 'write one of the two' : `write "${wide.name}" after "${route.name}"`;
}

/** Whether it is for all places that the other names. */
function isWider(route: Route, other: Route): boolean {
  if (idsOf(route).length === 0) return true;
  return route.units.some((unit) => unit.startsWith('r-')) && idsOf(other).length > 0;
}

function refuseSharedTags(workflow: string, route: Route, earlier: readonly Route[]): void {
  const [first] = earlier
    .filter((one) => isWider(one, route))
    .flatMap((one) => {
      const tag = sharedTag(one, route);
      return tag === undefined ? [] : [{ tag, name: one.name }];
    });
  if (!first) return;
  throw new Error(
    `${workflow}: the tag ${first.tag} is named twice in its routes, in "${first.name}" and "${route.name}", and the first alone would count: name it once.`,
  );
}

/** By several routes together: what one alone takes was refused before. */
function refuseTaken(workflow: string, route: Route, earlier: readonly Route[]): void {
  const inFront = routesInFrontOf(route, earlier);
  if (!inFront) return;
  const names = inFront.map(({ name }) => `"${name}"`).join(' and ');
  throw new Error(
    `${workflow}: route "${route.name}" is never reached, since ${names} before it are together for all that it is for: write it before them, or leave it out.`,
  );
}

/** A route may keep something out of one that follows: accounts out of the units around them. */
function refuseIdle(workflow: string, routes: readonly Route[], own: Deciders): void {
  const idle = routes.find(
    (route, index) =>
      isSame(route, own) &&
      routes.slice(index + 1).every((later) => !mayMeet(route, later) || isSame(later, own)),
  );
  if (!idle) return;
  throw new Error(
    `${workflow}: route "${idle.name}" has the workflow's own channel, approvers, mentions and number of approvals, so it changes nothing: leave it out.`,
  );
}

/** Two that only name accounts have none in common. */
function mayMeet({ tags }: Route, later: Route): boolean {
  return later.units.length > 0 || tags !== undefined || later.tags !== undefined;
}

function isSame(route: Deciders, own: Deciders): boolean {
  return textOf(route) === textOf(own);
}

function textOf({
  approvers,
  requiredApprovals,
  approvalChannelId,
  mentions = [],
}: Deciders): string {
  const who = approvers.kind === 'users' ? inOrder(approvers.userIds) : approvers.userGroupId;
  return JSON.stringify([who, requiredApprovals, approvalChannelId, inOrder(mentions)]);
}

function inOrder(ids: readonly string[]): string[] {
  return [...ids].sort((one, other) => (one < other ? -1 : 1));
}
