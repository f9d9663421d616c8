import { patternsOf, tamperCases, watchedSentry } from '../../shared/samples/tamper-cases';
import { JAVA_IS_THERE, matchesOfEventRuler } from '../../support/event-ruler/event-ruler';

const sentry = watchedSentry();
const cases = tamperCases(sentry);
const patterns = Object.entries(patternsOf(sentry));

const describeWhereJavaIs = JAVA_IS_THERE ? describe : describe.skip;

describeWhereJavaIs(
  `tampering, by EventBridge's own matching engine${JAVA_IS_THERE ? '' : ', which is not asked: there is no java or no mvn on the PATH'}`,
  () => {
    let matches: boolean[];

    beforeAll(() => {
      matches = matchesOfEventRuler(
        cases.flatMap(({ event }) => patterns.map(([, pattern]) => ({ pattern, event }))),
      );
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
  },
);
