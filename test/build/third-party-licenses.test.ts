import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPackages, type BundledPackage } from '../../build/licenses/bundled-packages';
import { thirdPartyLicenses } from '../../build/licenses/third-party-licenses';

const FILE = join(__dirname, '..', '..', 'THIRD-PARTY-LICENSES');

const SOME: BundledPackage = {
  name: 'some',
  version: '1.2.3',
  license: 'MIT',
  legalTexts: ['Copyright of some'],
  bundles: ['respond-to-changes'],
};

test('THIRD-PARTY-LICENSES is of what the bundles hold: "npx projen licenses" writes it', () => {
  const text = thirdPartyLicenses(bundledPackages());
  if (process.env.WRITE_LICENSES === 'true') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});

test('each package is listed, and a text that several share stands there once', () => {
  const other = { ...SOME, name: 'other', version: '2.0.0' };
  const text = thirdPartyLicenses([other, SOME]);
  expect(text).toContain('- other 2.0.0: MIT\n- some 1.2.3: MIT\n');
  expect(text.split('other, some:\n\nCopyright of some')).toHaveLength(2);
});

test.each(['GPL-3.0-only', 'AGPL-3.0', 'MIT OR GPL-2.0', 'UNLICENSED'])(
  'a package under %s is refused',
  (license) => {
    expect(() => thirdPartyLicenses([{ ...SOME, license }])).toThrow(
      `some is under ${license}, which is none of`,
    );
  },
);

test('a package without the text that its licence asks for is refused', () => {
  expect(() => thirdPartyLicenses([{ ...SOME, legalTexts: [] }])).toThrow(
    'some is under MIT and brings no text of it',
  );
  expect(thirdPartyLicenses([{ ...SOME, license: 'MIT-0', legalTexts: [] }])).toContain(
    'some 1.2.3',
  );
});
