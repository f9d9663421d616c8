import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { chunksOf } from '../../domain/chunks';

/** SSM gives at most ten parameters a call. */
const PARAMETERS_PER_CALL = 10;

/** A parameter's value, and when it was last written. */
export interface ReadParameter {
  readonly value: string;
  readonly writtenAt?: Date;
}

/** Reads the named parameters, in the order of the names. Throws if one is missing. */
export async function readParameters(
  client: SSMClient,
  names: readonly string[],
): Promise<string[]> {
  return (await readDatedParameters(client, names)).map(({ value }) => value);
}

/** The same, with the time of the last write, which SSM itself keeps. */
export async function readDatedParameters(
  client: SSMClient,
  names: readonly string[],
): Promise<ReadParameter[]> {
  const answers = await Promise.all(
    chunksOf(names, PARAMETERS_PER_CALL).map((chunk) =>
      client.send(new GetParametersCommand({ Names: chunk })),
    ),
  );
  const found = new Map(
    answers
      .flatMap(({ Parameters }) => Parameters ?? [])
      .map((parameter) => [parameter.Name, parameter]),
  );
  return names.map((name) => {
    const { Value: value, LastModifiedDate: writtenAt } = found.get(name) ?? {};
    if (value === undefined) {
      throw new Error(
        `The SSM parameter ${name} does not exist or cannot be read. Deploy the sentry's stack again.`,
      );
    }
    return { value, ...(writtenAt && { writtenAt }) };
  });
}
