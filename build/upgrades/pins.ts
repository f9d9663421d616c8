/** What stays as it is until someone looks, and why. */
export const HELD: Readonly<Record<string, string>> = {
  '@aws-lambda-powertools/logger': '2.36.0 does not install: it wants a jmespath that is not there',
  '@aws-lambda-powertools/metrics': 'is of one version with the logger',
  '@types/node': 'follows the Node.js of the Lambda runtime',
  'aws-cdk-lib': 'is the floor that the library promises',
  constructs: 'is the floor that the library promises',
  jest: 'has its version in an option of projen, jestVersion',
  jsii: 'sets which TypeScript compiles the library',
  'jsii-rosetta': 'is of one version with jsii',
  node: 'is the Node.js of the Lambda runtime',
  projen: 'writes other files: look at all of them',
  typescript: 'is the one that jsii takes',
  'typescript-native': 'is an alias, whose version stands beside the name of another package',
};

const PIN = /'((?:@[\w.-]+\/)?[\w.-]+)@(\d+\.\d+\.\d+[\w.-]*)'/g;

/** The packages that a file of projenrc/ pins, each with its version. */
export function pinsOf(source: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...source.matchAll(PIN)].map((pin) => [pin[1]!, pin[2]!]));
}

/** The file with other versions of the packages that are named. */
export function withVersions(source: string, versions: Readonly<Record<string, string>>): string {
  return source.replace(PIN, (pin: string, name: string) =>
    name in versions ? `'${name}@${versions[name]}'` : pin,
  );
}
