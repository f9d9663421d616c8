import type { BundledFunctionProps } from '../../../src/shared/constructs/bundled-function';
import {
  handlerContract,
  readEnvironment,
} from '../../../src/shared/contracts/handler-environment';

const CONTRACT = handlerContract({
  bundle: 'do-something',
  timeoutSeconds: 60,
  variables: ['TABLE_NAME', 'TOPIC_ARN', 'QUEUE_URL'],
});

test('a complete environment is read', () => {
  const complete = { TABLE_NAME: 'table', TOPIC_ARN: 'arn', QUEUE_URL: 'url' };
  expect(readEnvironment(CONTRACT, { ...complete, PATH: '/bin' })).toEqual(complete);
});

test('a handler that lacks variables names them all', () => {
  expect(() => readEnvironment(CONTRACT, { TOPIC_ARN: 'arn', QUEUE_URL: '' })).toThrow(
    /do-something: the environment lacks TABLE_NAME, QUEUE_URL/,
  );
});

// The compiler shows it: npm test has it look at the tests as well.
test('a construct that leaves a variable out, or misspells it, does not compile', () => {
  const deployed = <Variable extends string>(props: BundledFunctionProps<Variable>) => props;
  const common = { contract: CONTRACT, description: '', memorySize: 128 };
  const values = { TABLE_NAME: 'table', TOPIC_ARN: 'arn' };
  const complete = deployed({ ...common, environment: () => ({ ...values, QUEUE_URL: 'url' }) });
  expect(complete.contract).toBe(CONTRACT);
  // @ts-expect-error QUEUE_URL is left out.
  deployed({ ...common, environment: () => values });
  // @ts-expect-error QUEUE_URL is misspelled.
  deployed({ ...common, environment: () => ({ ...values, QUEUE_URI: 'url' }) });
});
