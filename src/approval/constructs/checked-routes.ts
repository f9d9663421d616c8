import { Token } from 'aws-cdk-lib';
import type { ApprovalRoute } from './approval-route';
import { checkedDeciders } from './checked-deciders';
import { isKnownLater, refuseListKnownLater } from '../../shared/constructs/known-later';
import type { Deciders, Route } from '../domain/approval-configuration';
import { ACCOUNT_LABEL, UNIT_LABEL } from '../domain/request-labels';

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
  refuseRepeated(workflow, checked);
  refuseUnreached(workflow, checked);
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
  const { name, accounts = [], units = [] } = route;
  const where = `${workflow}: route "${name}"`;
  if (accounts.length + units.length === 0) {
    throw new Error(
      `${where} is for no account and no unit, so nothing is asked by it: write "accounts" or "units".`,
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
  const { requiredApprovals = own.requiredApprovals, approvers, approvalChannelId } = route;
  return {
    name,
    accounts,
    units,
    ...checkedDeciders(where, { requiredApprovals, approvers, approvalChannelId }),
  };
}

function refuseRepeated(workflow: string, routes: readonly Route[]): void {
  const name = firstRepeated(routes.map((route) => route.name));
  if (name !== undefined) {
    throw new Error(
      `${workflow}: two routes have the name "${name}", and no one could tell which of them a request is of: give each a name of its own.`,
    );
  }
  const id = firstRepeated(routes.flatMap(({ accounts, units }) => [...accounts, ...units]));
  if (id === undefined) return;
  const named = routes.filter(({ accounts, units }) => [...accounts, ...units].includes(id));
  const where = named.map((route) => `"${route.name}"`).join(' and ');
  throw new Error(
    `${workflow}: ${id} is named twice in its routes, in ${where}, and the first alone would count: name it once.`,
  );
}

function firstRepeated(texts: readonly string[]): string | undefined {
  return texts.find((text, index) => texts.indexOf(text) < index);
}

/** Within a root is all of an organization. */
function refuseUnreached(workflow: string, routes: readonly Route[]): void {
  const rootAt = routes.findIndex(({ units }) => units.some((unit) => unit.startsWith('r-')));
  const [root, next] = rootAt < 0 ? [] : routes.slice(rootAt);
  if (!root || !next) return;
  throw new Error(
    `${workflow}: route "${next.name}" is never reached, since "${root.name}" before it is for a whole organization: write "${root.name}" last.`,
  );
}

/** A route may keep accounts out of one that follows and is for the units around them. */
function refuseIdle(workflow: string, routes: readonly Route[], own: Deciders): void {
  const idle = routes.find(
    (route, index) =>
      isSame(route, own) &&
      routes.slice(index + 1).every((later) => later.units.length === 0 || isSame(later, own)),
  );
  if (!idle) return;
  throw new Error(
    `${workflow}: route "${idle.name}" has the workflow's own channel, approvers and number of approvals, so it changes nothing: leave it out.`,
  );
}

function isSame(route: Deciders, own: Deciders): boolean {
  return textOf(route) === textOf(own);
}

function textOf({ approvers, requiredApprovals, approvalChannelId }: Deciders): string {
  const who =
    approvers.kind === 'users'
      ? [...approvers.userIds].sort((one, other) => (one < other ? -1 : 1))
      : approvers.userGroupId;
  return JSON.stringify([who, requiredApprovals, approvalChannelId]);
}
