import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as z from 'zod/mini';
import { HOME, type Place } from '../emulator/emulator-access';

const Resource = z.looseObject({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
  DependsOn: z.optional(z.union([z.string(), z.array(z.string())])),
});

const Template = z.looseObject({
  Resources: z.record(z.string(), Resource),
  Outputs: z.optional(z.record(z.string(), z.unknown())),
});

const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z.optional(z.unknown()),
      dependencies: z._default(z.array(z.string()), []),
    }),
  ),
});

const StackProperties = z.object({ templateFile: z.string(), stackName: z.optional(z.string()) });
const AssetManifestProperties = z.object({ file: z.string() });

const AssetManifest = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string(), packaging: z.enum(['zip', 'file']) }),
      destinations: z.record(
        z.string(),
        z.object({ bucketName: z.string(), objectKey: z.string() }),
      ),
    }),
  ),
});

export type Resource = z.infer<typeof Resource>;
export type Template = z.infer<typeof Template>;

/** A file or folder that a template refers to by its key in the asset bucket. */
export interface FileAsset {
  readonly source: string;
  readonly packaging: 'zip' | 'file';
  readonly bucket: string;
  readonly key: string;
}

export interface AssemblyStack {
  readonly name: string;
  readonly template: Template;
  /** Of this stack alone: those of others may belong to another account. */
  readonly fileAssets: FileAsset[];
}

/** What `cdk synth` wrote, for one place where a stack leaves it open. */
export interface Assembly {
  readonly folder: string;
  readonly stacks: AssemblyStack[];
}

export function readAssembly(folder: string, place = HOME): Assembly {
  const manifestFile = path.join(folder, 'manifest.json');
  if (!existsSync(manifestFile)) {
    throw new Error(
      `${folder} holds no synthesized app: ${manifestFile} is missing. Give the folder that the app was synthesized to.`,
    );
  }
  const { artifacts } = Manifest.parse(readJson(manifestFile));
  const assetsOf = (artifactId: string): FileAsset[] => {
    const artifact = artifacts[artifactId];
    if (artifact?.type !== 'cdk:asset-manifest') return [];
    const { file } = AssetManifestProperties.parse(artifact.properties);
    return readFileAssets(folder, file, place);
  };
  const stacks = Object.entries(artifacts).filter(
    ([, { type }]) => type === 'aws:cloudformation:stack',
  );
  return {
    folder,
    stacks: stacks.map(([id, { properties, dependencies }]) => {
      const stack = StackProperties.parse(properties);
      return {
        name: stack.stackName ?? id,
        template: templateIn(readJson(path.join(folder, stack.templateFile))),
        fileAssets: dependencies.flatMap(assetsOf),
      };
    }),
  };
}

export function templateIn(content: unknown): Template {
  return Template.parse(content);
}

/** The stack of that name, or the only one. */
export function stackOf(assembly: Assembly, name?: string): AssemblyStack {
  const named =
    name === undefined ? assembly.stacks : assembly.stacks.filter((stack) => stack.name === name);
  const [stack, ...others] = named;
  if (stack && others.length === 0) return stack;
  const names = assembly.stacks.map((each) => each.name).join(', ') || 'none';
  throw new Error(
    `${assembly.folder} holds the stacks ${names}: ${name === undefined ? 'say which one to deploy' : `there is no ${name} among them`}.`,
  );
}

function readFileAssets(folder: string, manifestFile: string, place: Place): FileAsset[] {
  const { files } = AssetManifest.parse(readJson(path.join(folder, manifestFile)));
  return Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map(({ bucketName, objectKey }) => ({
      // An absolute path where the app was told not to copy what it deploys.
      source: path.resolve(folder, source.path),
      packaging: source.packaging,
      bucket: withEnvironment(bucketName, place),
      key: withEnvironment(objectKey, place),
    })),
  );
}

/** Stacks without an environment of their own leave it to the deployer. */
function withEnvironment(text: string, { accountId, region }: Place): string {
  return text
    .replaceAll('${AWS::AccountId}', accountId)
    .replaceAll('${AWS::Region}', region)
    .replaceAll('${AWS::Partition}', 'aws');
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

export interface PhysicalResource {
  readonly type: string;
  readonly physicalId: string;
}
