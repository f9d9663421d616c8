import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { chunksOf } from '../../domain/chunks';

/** SSM gives at most ten parameters a call. */
const PARAMETERS_PER_CALL = 10;

/**
 * Reads the values of the named parameters, in the order of the names. Throws if one is missing.
 */
export async function readParameters(
  client: SSMClient,
  names: readonly string[],
): Promise<string[]> {
  const answers = await Promise.all(
    chunksOf(names, PARAMETERS_PER_CALL).map((chunk) =>
      client.send(new GetParametersCommand({ Names: chunk })),
    ),
  );
  const values = new Map(
    answers.flatMap(({ Parameters }) => Parameters ?? []).map(({ Name, Value }) => [Name, Value]),
  );
  return names.map((name) => {
    const value = values.get(name);
    if (value === undefined) {
      throw new Error(
        `The SSM parameter ${name} does not exist or cannot be read. Deploy the sentry's stack again.`,
      );
    }
    return value;
  });
}
