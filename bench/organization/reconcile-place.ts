import { countedPort } from './counted-port';
import type { HubAtWork } from './hub-at-work';
import { accountId, REGIONS } from './members';
import { reconcileNotification } from '../../src/security-group/adapters/reconcile-notification';
import {
  loadSentryConfiguration,
  type SentryParameterNames,
} from '../../src/security-group/adapters/sentry-configuration';
import type {
  MonitoredGroupsParameter,
  PoliciesParameter,
} from '../../src/security-group/contracts/sentry-parameters';
import { reconcileGroups } from '../../src/security-group/domain/reconciling/reconcile-groups';
import { LedgerInMemory } from '../../test/security-group/in-memory/ledger-in-memory';
import { forbidSsh } from '../../test/security-group/samples/changes';

export const PARAMETERS: SentryParameterNames = {
  POLICIES_PARAMETER: '/policies',
  MONITORED_GROUPS_PARAMETERS: '/groups',
  PAUSE_PARAMETER: '/pause',
  DISABLED_POLICIES_PARAMETER: '/disabled',
};

const POLICIES: PoliciesParameter = {
  version: 1,
  policies: [
    {
      baseline: forbidSsh.baseline,
      response: forbidSsh.response,
      name: 'no SSH from the internet',
    },
  ],
  trustedActors: [],
  emptyingRoleArns: [],
  mode: 'ENFORCE',
  existingViolations: 'REPORT',
  settleSeconds: 120,
  repeatWindowSeconds: 900,
  brake: 0.25,
  workflows: [],
};

const GROUPS: MonitoredGroupsParameter = { version: 1, include: [{ kind: 'all' }], exclude: [] };

export function deploySentry({ aws: { parameters } }: HubAtWork): void {
  parameters.set('/policies', JSON.stringify(POLICIES));
  parameters.set('/groups', JSON.stringify(GROUPS));
  parameters.set('/pause', JSON.stringify({ version: 1 }));
  parameters.set('/disabled', JSON.stringify({ version: 1, disablings: [] }));
}

const ledgers = new WeakMap<HubAtWork, LedgerInMemory>();

/**
 * `reconcile-member.lambda.ts` in a new container, for the last account. The ledger is in memory
 * behind the domain's port: each call of it counts as one of DynamoDB. The report goes out as a
 * message here, where the function sends an event and keeps news of the place.
 */
export async function reconcileOnePlace(
  hub: HubAtWork,
  when: 'first contact' | 'later',
): Promise<void> {
  deploySentry(hub);
  const { aws, ssm, notifications } = hub;
  const ledger = (when === 'later' && ledgers.get(hub)) || new LedgerInMemory();
  ledgers.set(hub, ledger);
  const place = { accountId: accountId(aws.members.length - 1), region: REGIONS[1] };
  const { known, places } = hub.container('reconcile');
  const { described, narrowed } = await known.at(place);
  const { groups, history, lastHeartbeat } = places.at(place, 'reconcile');
  await reconcileGroups(narrowed(await loadSentryConfiguration(ssm, PARAMETERS)), {
    groups,
    rulesOfAll: async (groupIds) => groups.rulesOfAll(groupIds),
    ledger: countedPort(ledger, (method) => {
      const key = `DynamoDB ${method} of the ledger`;
      aws.calls.set(key, (aws.calls.get(key) ?? 0) + 1);
    }),
    toldEnds: { has: async () => true, add: async () => undefined },
    history,
    lastHeartbeat,
    clock: aws.clock,
    sentry: 'App/Sentry',
    place: described,
    pointTo: async () => undefined,
    tell: async (report) => notifications.publish(reconcileNotification(report, 'App/Sentry', 50)),
  });
}
