/** EC2 gives each account so many calls a second, and a client has so many connections. */
export const RULES_AT_ONCE = 20;

/** Groups that one event is about: each of them is read, judged and told of by itself. */
export const GROUPS_AT_ONCE = 10;

/** Groups whose ledger is read: each is a query of its own. */
export const LEDGERS_AT_ONCE = 20;
