import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SentryParts } from './sentry-parts';
import { HUB_VARIABLE } from '../../../organization/contracts/hub-variable';
import {
  BundledFunction,
  type BundledFunctionProps,
} from '../../../shared/constructs/bundled-function';
import { grantPublish } from '../../../shared/constructs/publish-right';
import { vpcIdsIn } from '../../domain/policies/peers-in-doubt';
import {
  acknowledgeWildcards,
  actingStatements,
  historyStatement,
  lookingStatements,
  readVpcsStatement,
} from '../sentry-rights';

export interface SentryFunctionProps<
  Variable extends string,
  Optional extends string = never,
> extends BundledFunctionProps<Variable, Optional> {
  readonly parts: SentryParts;
}

/** A function of a sentry, with the rights that each of them needs. */
export class LedgerFunction<
  Variable extends string,
  Optional extends string = never,
> extends BundledFunction<Variable, Optional> {
  protected readonly parts: SentryParts;

  constructor(sentry: Construct, id: string, props: SentryFunctionProps<Variable, Optional>) {
    super(sentry, id, props);
    this.parts = props.parts;
    const { parameters, ledger, topic } = props.parts;
    grantPublish(this, topic);
    parameters.grantRead(this);
    ledger.grantRead(this);
  }
}

/** One that looks at the groups of the sentry's own account. */
export class SentryFunction<
  Variable extends string,
  Optional extends string = never,
> extends LedgerFunction<Variable, Optional> {
  constructor(sentry: Construct, id: string, props: SentryFunctionProps<Variable, Optional>) {
    super(sentry, id, props);
    lookingStatements(this).forEach((statement) => this.addToRolePolicy(statement));
    if (vpcIdsIn(props.parts.policies).length > 0) this.addToRolePolicy(readVpcsStatement());
    acknowledgeWildcards(this.role!);
  }

  /** Lets it change the groups, find out who did, and write all of that down. */
  public letAct(): void {
    const { monitoredGroups, ledger } = this.parts;
    actingStatements(this, monitoredGroups).forEach((statement) => this.addToRolePolicy(statement));
    this.addToRolePolicy(historyStatement());
    ledger.grantWrite(this.role!, ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);
  }
}

/** The variables that are in the environment of every function. */
export function commonVariables(sentry: Construct, { parameters, ledger, topic }: SentryParts) {
  return {
    SENTRY_NAME: sentry.node.path,
    ...parameters.variables,
    LEDGER_TABLE: ledger.tableName,
    NOTIFICATION_TOPIC_ARN: topic.topicArn,
    ACCOUNT_ID: Stack.of(sentry).account,
  };
}

/** The variable of those that have to know the hub, where there is one. */
export function hubVariable({ hub }: SentryParts) {
  return hub ? { [HUB_VARIABLE]: hub._variable } : {};
}
