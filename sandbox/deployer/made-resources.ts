import { randomUUID } from 'node:crypto';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateSecretCommand,
  GetRandomPasswordCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import type { Resource } from './assembly';
import { isMadeByDeployer } from './met-gaps';
import type { EmulatorAccess } from '../emulator/emulator-access';
import { HttpApiServer } from '../http-api/http-api-server';

/** A resource that the deployer made before the stack, as references in the template see it. */
export interface MadeResource {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface MadeResources {
  readonly byLogicalId: ReadonlyMap<string, MadeResource>;
  /** The servers of HTTP APIs, which answer no one yet. */
  readonly httpApis: ReadonlyMap<string, HttpApiServer>;
}

const GeneratedString = z.object({
  SecretStringTemplate: z.optional(z.string()),
  GenerateStringKey: z.optional(z.string()),
  PasswordLength: z.optional(z.number()),
  ExcludeCharacters: z.optional(z.string()),
  ExcludeLowercase: z.optional(z.boolean()),
  ExcludeNumbers: z.optional(z.boolean()),
  ExcludePunctuation: z.optional(z.boolean()),
  ExcludeUppercase: z.optional(z.boolean()),
  IncludeSpace: z.optional(z.boolean()),
  RequireEachIncludedType: z.optional(z.boolean()),
});
type GeneratedString = z.infer<typeof GeneratedString>;

const SecretProperties = z.object({
  Name: z.optional(z.string()),
  Description: z.optional(z.string()),
  SecretString: z.optional(z.string()),
  GenerateSecretString: z.optional(GeneratedString),
});

const KeyProperties = z.object({
  Description: z.optional(z.string()),
  KeySpec: z.enum(['HMAC_224', 'HMAC_256', 'HMAC_384', 'HMAC_512']),
  KeyUsage: z.literal('GENERATE_VERIFY_MAC'),
});

const StackSetProperties = z.object({ StackSetName: z.string() });

const CreatedSecret = z.object({ ARN: z.string() });
const CreatedKey = z.object({ KeyMetadata: z.object({ KeyId: z.string(), Arn: z.string() }) });

/**
 * Makes what the emulator's CloudFormation cannot make, and what the rest of the stack refers to.
 */
export async function makeResources(
  access: EmulatorAccess,
  resources: Record<string, Resource>,
): Promise<MadeResources> {
  const byLogicalId = new Map<string, MadeResource>();
  const httpApis = new Map<string, HttpApiServer>();
  try {
    for (const [logicalId, resource] of Object.entries(resources).filter(([, each]) =>
      isMadeByDeployer(each),
    )) {
      if (resource.Type === 'AWS::ApiGatewayV2::Api') {
        const server = await HttpApiServer.listen();
        httpApis.set(logicalId, server);
        byLogicalId.set(logicalId, {
          physicalId: server.apiId,
          attributes: { ApiId: server.apiId, ApiEndpoint: server.url },
        });
      } else {
        byLogicalId.set(logicalId, await makerOf(resource)(access, logicalId, resource));
      }
    }
  } catch (error) {
    await Promise.all([...httpApis.values()].map(async (server) => server.stop()));
    throw error;
  }
  return { byLogicalId, httpApis };
}

function makerOf({ Type }: Resource) {
  if (Type === 'AWS::CloudFormation::StackSet') return nameStackSet;
  return Type === 'AWS::KMS::Key' ? makeMacKey : makeSecret;
}

/** Its stacks come later. */
async function nameStackSet(
  _: EmulatorAccess,
  logicalId: string,
  resource: Resource,
): Promise<MadeResource> {
  const { StackSetName } = propertiesOf(logicalId, resource, StackSetProperties);
  const id = `${StackSetName}:${randomUUID()}`;
  return { physicalId: id, attributes: { StackSetId: id } };
}

async function makeSecret(
  access: EmulatorAccess,
  logicalId: string,
  resource: Resource,
): Promise<MadeResource> {
  const { Name, Description, SecretString, GenerateSecretString } = propertiesOf(
    logicalId,
    resource,
    SecretProperties,
  );
  const secrets = new SecretsManagerClient(access);
  const created = await secrets.send(
    new CreateSecretCommand({
      Name: Name ?? `${logicalId}-${randomUUID()}`,
      Description,
      SecretString: GenerateSecretString
        ? await generated(secrets, GenerateSecretString)
        : SecretString,
    }),
  );
  const { ARN } = CreatedSecret.parse(created);
  return { physicalId: ARN, attributes: { Id: ARN } };
}

async function generated(
  secrets: SecretsManagerClient,
  settings: GeneratedString,
): Promise<string> {
  const { SecretStringTemplate, GenerateStringKey, ...rest } = settings;
  const { RandomPassword = '' } = await secrets.send(new GetRandomPasswordCommand(rest));
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined) return RandomPassword;
  return JSON.stringify({
    ...z.record(z.string(), z.unknown()).parse(JSON.parse(SecretStringTemplate)),
    [GenerateStringKey]: RandomPassword,
  });
}

async function makeMacKey(
  access: EmulatorAccess,
  logicalId: string,
  resource: Resource,
): Promise<MadeResource> {
  const { Description, KeySpec, KeyUsage } = propertiesOf(logicalId, resource, KeyProperties);
  const created = await new KMSClient(access).send(
    new CreateKeyCommand({ Description, KeySpec, KeyUsage }),
  );
  const { KeyId, Arn } = CreatedKey.parse(created).KeyMetadata;
  return { physicalId: KeyId, attributes: { KeyId, Arn } };
}

/** What is made before the stack cannot refer to the stack. */
function propertiesOf<T extends z.ZodMiniType>(
  logicalId: string,
  { Type, Properties = {} }: Resource,
  schema: T,
): z.infer<T> {
  const parsed = schema.safeParse(Properties);
  if (parsed.success) return parsed.data;
  throw new Error(
    `The deployer makes ${logicalId} (${Type}) before the stack, and cannot do so with these properties: ${z.prettifyError(parsed.error)}. ` +
      'Give them values of their own, with no references.',
  );
}
