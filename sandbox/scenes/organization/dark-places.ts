import { LAB, LAB_PLACE, PAYMENTS, REGIONS, SHOP } from './cast';
import { causeAt, coverageLines, isCovered, readCoverage } from './coverage-list';
import type { Stage } from './stage';
import type { Statements } from '../statements';

const [, SECOND] = REGIONS;

/** An account is so new that it has neither roles nor a rule. */
export async function playNewAccount(stage: Stage, statements: Statements): Promise<void> {
  const places = await readCoverage(stage);
  const ofShop = places.filter(({ place }) => place.accountId === SHOP);
  stage.screen.print(`\n${coverageLines(ofShop).join('\n')}\n`);
  statements.check(
    REGIONS.every((region) => causeAt(places, { accountId: SHOP, region }) === 'ROLE_REFUSES'),
    'The hub knows that it does not see this account, and why. Within three hours its topic says so, and then once a day.',
  );
}

/** What the hub covers in the end, and what it does not. */
export async function playCoverageList(stage: Stage, statements: Statements): Promise<void> {
  const places = await readCoverage(stage);
  stage.screen.print(`\n${coverageLines(places).join('\n')}\n`);
  statements.check(
    REGIONS.every((region) => isCovered(places, { accountId: PAYMENTS, region })),
    `All of ${PAYMENTS} (payments) is covered.`,
  );
  statements.check(
    causeAt(places, LAB_PLACE) === 'NO_RULE' && isCovered(places, { ...LAB_PLACE, region: SECOND }),
    `Of ${LAB} (lab), the Region is named whose rule mallory has disabled, and the other is covered.`,
  );
}
