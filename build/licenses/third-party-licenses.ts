import type { BundledPackage } from './bundled-packages';

/** Those that let anyone ship the code, as long as their text comes with it. */
export const PERMISSIVE_LICENSES = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
];
/** Those that do not even ask for that. */
const WITHOUT_TEXT = ['0BSD', 'MIT-0'];

const HEADER = `The ready-built functions of this library, in bundles/, hold code of the packages below, each under the
licence that is named. The texts follow, each with the packages that it is of.`;

/** What is shipped as THIRD-PARTY-LICENSES. Throws for what may not be shipped so. */
export function thirdPartyLicenses(packages: readonly BundledPackage[]): string {
  for (const one of packages) checkLicense(one);
  const list = packages.map(({ name, version, license }) => `- ${name} ${version}: ${license}`);
  const packagesByText = new Map<string, string[]>();
  for (const { name, legalTexts } of packages) {
    for (const text of legalTexts) {
      packagesByText.set(text, [...(packagesByText.get(text) ?? []), name]);
    }
  }
  const texts = [...packagesByText].map(([text, names]) => `${names.join(', ')}:\n\n${text}`);
  return `${[`${HEADER}\n\n${list.join('\n')}`, ...texts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function checkLicense({ name, license, legalTexts }: BundledPackage): void {
  if (!PERMISSIVE_LICENSES.includes(license)) {
    throw new Error(
      `${name} is under ${license}, which is none of ${PERMISSIVE_LICENSES.join(', ')}: do without it.`,
    );
  }
  if (legalTexts.length === 0 && !WITHOUT_TEXT.includes(license)) {
    throw new Error(
      `${name} is under ${license} and brings no text of it: its text must be shipped.`,
    );
  }
}
