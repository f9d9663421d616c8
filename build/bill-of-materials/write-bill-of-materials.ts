import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { PackageURL } from 'packageurl-js';
import * as z from 'zod/mini';
import { bundledPackages, type BundledPackage } from '../licenses/bundled-packages';

const PROJECT = resolve(__dirname, '..', '..');
const FILE = join(PROJECT, 'dist', 'sbom', 'cdk-sentries.cdx.json');
const VERSION = Spec.Version.v1dot6;

const Manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });

/**
 * The library, its bundles, and what esbuild put into each. It holds no time and no number of its
 * own, so that the same sources make the same file.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
function billOfMaterials(packages: readonly BundledPackage[]): Models.Bom {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')));
  const library = component(manifest, manifest.name);
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: library }) });
  const parts = new Map(packages.map((one) => [one.name, component(one, one.name)]));
  for (const part of parts.values()) bom.components.add(part);
  for (const name of new Set(packages.flatMap(({ bundles }) => bundles))) {
    const bundle = bundleComponent(name, manifest.version);
    const held = packages.filter(({ bundles }) => bundles.includes(name));
    held.forEach((one) => bundle.dependencies.add(parts.get(one.name)!.bomRef));
    library.dependencies.add(bundle.bomRef);
    bom.components.add(bundle);
  }
  return bom;
}

function component(
  { version, license }: { readonly version: string; readonly license: string },
  fullName: string,
): Models.Component {
  const [name = '', group] = fullName.split('/').reverse();
  const purl = new PackageURL('npm', group, name, version, undefined, undefined).toString();
  return new Models.Component(Enums.ComponentType.Library, name, {
    group,
    version,
    purl,
    bomRef: purl,
    licenses: new Models.LicenseRepository([new Models.SpdxLicense(license)]),
  });
}

function bundleComponent(name: string, version: string): Models.Component {
  const code = readFileSync(join(PROJECT, 'bundles', name, 'index.js'));
  const digest = createHash('sha256').update(code).digest('hex');
  return new Models.Component(Enums.ComponentType.File, `bundles/${name}/index.js`, {
    version,
    bomRef: `bundles/${name}/index.js`,
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], digest]]),
  });
}

async function main(): Promise<void> {
  const factory = new Serialize.JSON.Normalize.Factory(Spec.SpecVersionDict[VERSION]!);
  const text = new Serialize.JsonSerializer(factory).serialize(billOfMaterials(bundledPackages()), {
    sortLists: true,
    space: 2,
  });
  const findings = await new Validation.JsonStrictValidator(VERSION).validate(text);
  if (findings !== null) {
    throw new Error(`The bill of materials is not as its schema says: ${JSON.stringify(findings)}`);
  }
  mkdirSync(join(FILE, '..'), { recursive: true });
  writeFileSync(FILE, `${text}\n`);
  console.log(`Written: ${FILE}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
