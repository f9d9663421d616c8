import roleTamper from '../../shared/samples/role-tamper-govcloud.json';
import { nameIn, patternsOf, tamperCases, watchedSentry } from '../../shared/samples/tamper-cases';
import { describeByEngine, matchesOfEventRuler } from '../../support/event-ruler/event-ruler';

const sentry = watchedSentry();
const cases = tamperCases(sentry);
const patterns = Object.entries(patternsOf(sentry));

/** In the partition's own Region for IAM. */
const govCloud = watchedSentry({ region: 'us-gov-west-1' });
const govCloudPatterns = Object.entries(patternsOf(govCloud));
const roleChanged = JSON.stringify({
  ...roleTamper,
  detail: {
    ...roleTamper.detail,
    requestParameters: {
      ...roleTamper.detail.requestParameters,
      roleName: nameIn(govCloud, 'Function0ServiceRole'),
    },
  },
});

describeByEngine(`tampering, by EventBridge's own matching engine`, () => {
  let matches: boolean[];

  beforeAll(() => {
    matches = matchesOfEventRuler([
      ...cases.flatMap(({ event }) => patterns.map(([, pattern]) => ({ pattern, event }))),
      ...govCloudPatterns.map(([, pattern]) => ({ pattern, event: roleChanged })),
    ]);
  });

  test.each(cases.map(({ name, toldBy }, index) => [name, toldBy, index] as const))(
    '%s is told by %j',
    (_, toldBy, index) => {
      expect(
        patterns
          .map(([rule]) => rule)
          .filter((__, rule) => matches[index * patterns.length + rule]),
      ).toEqual(toldBy);
    },
  );

  test('PutRolePolicy on a role in GovCloud is told by ["Roles"]', () => {
    expect(
      govCloudPatterns
        .map(([rule]) => rule)
        .filter((_, index) => matches[cases.length * patterns.length + index]),
    ).toEqual(['Roles']);
  });
});
