import { CdkSentriesProject } from './project';

/** For each folder, the folders that it may import. */
type Arrows = Readonly<Record<string, readonly string[]>>;

/** Which subject may import which in src/; what is not listed is refused. */
const SUBJECT_IMPORTS: Arrows = {
  dashboard: ['security-group', 'access-key', 'approval', 'organization', 'shared'],
  'security-group': ['approval', 'organization', 'shared'],
  'access-key': ['approval', 'organization', 'shared'],
  approval: ['shared'],
  organization: ['shared'],
  shared: [],
};

/** Which layer may import which, in every subject. */
const LAYER_IMPORTS: Arrows = {
  constructs: ['contracts', 'domain'],
  contracts: ['domain'],
  domain: [],
  adapters: ['contracts', 'domain'],
  handlers: ['adapters', 'contracts', 'domain'],
};

/**
 * What ships as JavaScript runs in the user's app and finds only the peers, Node and the bundled
 * dependencies there.
 */
const SHIPPED_LAYERS = ['constructs', 'contracts', 'domain'];
const CDK_PACKAGES = ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'];
const BUNDLED_LAYERS = ['adapters', 'handlers'];

export function keepTheHouse(project: CdkSentriesProject): void {
  const eslint = project.eslint!;
  // It has packages of its own, and types that are not here without them.
  eslint.addIgnorePattern('build/bill-of-materials/');
  eslint.addRules({
    'import/no-restricted-paths': ['error', { zones: zones() }],
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/consistent-type-imports': 'off',
    complexity: ['error', 15],
    'max-params': ['error', 5],
    // Prettier sets the length of code; it does not wrap comments.
    'max-len': ['error', { code: 1000, comments: 100, ignoreUrls: true }],
  });
  eslint.addOverride({
    files: BUNDLED_LAYERS.map((layer) => `src/*/${layer}/**/*.ts`),
    rules: {
      'import/no-extraneous-dependencies': ['error', { devDependencies: true }],
      'no-restricted-imports': ['error', { patterns: CDK_PACKAGES }],
    },
  });
  eslint.addOverride({
    files: SHIPPED_LAYERS.map((layer) => `src/*/${layer}/**/*.ts`),
    rules: {
      'import/no-extraneous-dependencies': [
        'error',
        { devDependencies: false, optionalDependencies: false, peerDependencies: true },
      ],
    },
  });
  eslint.addOverride({
    files: ['mutation/**/*.ts'],
    // Its own packages are those that it starts; what it imports is the project's.
    rules: {
      'import/no-extraneous-dependencies': ['error', { devDependencies: true, packageDir: '.' }],
    },
  });
  eslint.addOverride({ files: ['src/*/domain/**/*.ts'], rules: purity() });
  eslint.addOverride({ files: ['src/*/constructs/**/*.ts'], rules: copiesOfTheCdk() });
  for (const toolFolder of ['build', 'bench', 'sandbox', 'examples', 'verify', 'projenrc']) {
    eslint.allowDevDeps(`**/${toolFolder}/**`);
  }
}

function zones() {
  return [
    ...refused(SUBJECT_IMPORTS, (subject) => `./src/${subject}/**`),
    ...refused(LAYER_IMPORTS, (layer) => `./src/*/${layer}/**`),
  ];
}

function refused(arrows: Arrows, folder: (name: string) => string) {
  const names = Object.keys(arrows);
  return names.flatMap((name) =>
    names
      .filter((other) => other !== name && !arrows[name]!.includes(other))
      .map((other) => ({
        target: folder(name),
        from: folder(other),
        message: `${name}/ may import ${arrows[name]!.join('/, ') || 'none of the others'}: see docs/architecture.md.`,
      })),
  );
}

/** domain/ decides on what it is given: no AWS, no CDK, no clock, no environment, no I/O. */
function purity() {
  const clock = 'domain/ has no clock: take the time as an argument.';
  return {
    'no-restricted-imports': ['error', { patterns: [...CDK_PACKAGES, 'node:*', '@aws-sdk/*'] }],
    'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval', 'console'],
    'no-restricted-syntax': [
      'error',
      { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
      { selector: "MemberExpression[object.name='Date'][property.name='now']", message: clock },
      {
        selector: "MemberExpression[object.name='Math'][property.name='random']",
        message: 'domain/ has no chance in it.',
      },
    ],
  };
}

/** An app may hold two copies of aws-cdk-lib: its own, and one that a package brought along. */
function copiesOfTheCdk() {
  const message =
    'What an app gives may be of another copy of aws-cdk-lib: write isInstanceOf() of src/shared/constructs/instance-of.ts.';
  const classes = [
    '[right.type="MemberExpression"]',
    '[right.name=/^(DefaultStackSynthesizer|CustomResourceProviderBase)$/]',
  ];
  return {
    'no-restricted-syntax': [
      'error',
      ...classes.map((right) => ({
        selector: `BinaryExpression[operator="instanceof"]${right}`,
        message,
      })),
    ],
  };
}
